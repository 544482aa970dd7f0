"""Features on disk: immutable shards that are either whole or absent.

``<cache>/features/<key>/`` holds

- ``meta.json``: what the features are; written first.
- ``shard-00000.npy``: float32 (m, d), the readable rows among dataset rows 0..255, in order;
  ``shard-00001.npy`` those among rows 256..511, and so on.
- ``shard-00000.errors.json``: the unreadable rows of that range; only where there are some, and
  written before the shard.
- ``ids.parquet``: id, dataset row, shard and position of every feature.
- ``errors.parquet``: row, id, image and reason of every unreadable row.
- ``DONE``: size and SHA-256 of all of these; written last.

No file holds a time, so that an interrupted and resumed extraction leaves the same bytes as an
undisturbed one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cutis.errors import CutisError
from cutis.features.key import PROTOCOL, feature_key
from cutis.features.tables import errors_table, ids_table, npy_bytes
from cutis.files import WRITE_ATTEMPTS, atomic_path, sha256_file, write_once

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

META, IDS, ERRORS, DONE = "meta.json", "ids.parquet", "errors.parquet", "DONE"
# Small enough that a killed run loses a minute at most on two cores, large enough that a million
# images are four thousand files.
SHARD_ROWS = 256


class RowError(NamedTuple):
    """A row without a feature: its number in the dataset, name, image below the root, why."""

    row: int
    id: str
    image: str
    reason: str


class FeatureStore:
    """One store; complete stores may be read by anyone.

    Several processes may write one store at once: each file gets its name in one step, and the
    first writer of a name wins, so a file never changes and no lock is needed for safety.

    Parameters
    ----------
    directory
        ``<cache>/features/<key>``.
    """

    def __init__(self, directory: Path) -> None:
        self.dir = Path(directory)

    def meta(self) -> dict[str, Any] | None:
        """Return what the features are, or None when nothing was begun.

        Raises
        ------
        CutisError
            If the record is damaged or belongs to another store.
        """
        record = self._json(META)
        if record is None:
            return None
        if not isinstance(record, dict) or record.get("key") != feature_key(record.get("identity")):
            raise self.damaged(META, "it does not describe this store")
        if record.get("format") != PROTOCOL:
            raise CutisError(
                f"The features in {self.dir} were written by another version of cutis: their "
                f"format is '{record.get('format')}'.",
                allowed=f"This version reads '{PROTOCOL}'.",
                fix="use the version that wrote them, or another cache folder with --cache",
            )
        return record

    def resume(self) -> dict[str, Any] | None:
        """Clear away what a killed writer left and return the description in force, if any.

        An extraction that was begun before keeps its description: its batches decide the last
        bits. The caller holds the store's lock.
        """
        self.clear()
        if (self.dir / DONE).exists() and not self.is_complete():
            (self.dir / DONE).unlink()
        return self.meta()

    def clear(self) -> None:
        """Remove temporary files; a living writer that loses one writes it again."""
        for leftover in self.dir.glob(".*.tmp"):
            leftover.unlink(missing_ok=True)

    def begin(self, meta: dict[str, Any]) -> dict[str, Any]:
        """Describe the store unless another process did, and return the description in force."""
        self._write(META, _json_bytes(meta))
        return self.meta() or meta

    def missing_shards(self, meta: dict[str, Any]) -> list[int]:
        """Return the numbers of the shards that are not there, ascending."""
        count = -(-meta["n_rows"] // meta["shard_rows"])
        # One listing instead of a question per shard, which a network file system answers slowly.
        there = {path.name for path in self.dir.iterdir()} if self.dir.is_dir() else set()
        return [i for i in range(count) if shard_name(i) not in there]

    def drop_damaged(self, meta: dict[str, Any]) -> list[str]:
        """Remove the shards of an incomplete store that are cut short or of another shape.

        Returns
        -------
        list of str
            How each of them was damaged.
        """
        found = []
        for path in sorted(self.dir.glob("shard-*.npy")):
            shard = int(path.stem.partition("-")[2])
            try:
                self.shard(shard, meta)
            except CutisError as error:
                found.append(error.problem)
                path.unlink(missing_ok=True)
                (self.dir / errors_name(shard)).unlink(missing_ok=True)
        return found

    def add_shard(self, shard: int, values_md: Floats, errors: Sequence[RowError]) -> None:
        """Write one shard unless it is there; nothing of it is there before all of it is.

        Parameters
        ----------
        shard
            Its number.
        values_md
            Features of its readable rows, m by d.
        errors
            Its unreadable rows.
        """
        if (self.dir / shard_name(shard)).exists():
            return
        if self.shard_errors(shard) != list(errors):  # left by a writer that was killed
            (self.dir / errors_name(shard)).unlink(missing_ok=True)
        if errors:
            self._write(errors_name(shard), _json_bytes([list(error) for error in errors]))
        self._write(shard_name(shard), npy_bytes(values_md))

    def shard_errors(self, shard: int) -> list[RowError]:
        """Return the unreadable rows of a shard that is there."""
        record = self._json(errors_name(shard)) or []
        return [RowError(*entry) for entry in record]

    def shard(self, shard: int, meta: dict[str, Any]) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Return a shard's features, mapped from disk, m by d, and their m dataset rows.

        Raises
        ------
        CutisError
            If it has not the shape and type that its description and errors ask for.
        """
        name = shard_name(shard)
        start = shard * meta["shard_rows"]
        rows = np.arange(start, min(start + meta["shard_rows"], meta["n_rows"]))
        rows = np.setdiff1d(rows, [error.row for error in self.shard_errors(shard)])
        try:
            values = np.load(self.dir / name, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise self.damaged(name, f"it cannot be read ({error})") from error
        if values.shape != (len(rows), meta["dim"]) or values.dtype != np.float32:
            raise self.damaged(
                name,
                f"it holds {values.dtype} {values.shape}, not float32 {(len(rows), meta['dim'])}",
            )
        return values, rows.astype(np.int64)

    def complete(self, ids: Sequence[str], meta: dict[str, Any]) -> None:
        """Write the tables and the mark that the store is whole.

        Parameters
        ----------
        ids
            n row names of the dataset.
        meta
            The description in force.
        """
        shards = range(-(-meta["n_rows"] // meta["shard_rows"]))
        if not (self.dir / IDS).exists():
            self._write(IDS, ids_table(ids, [self.shard(i, meta)[1] for i in shards]))
        if not (self.dir / ERRORS).exists():
            self._write(ERRORS, errors_table([e for i in shards for e in self.shard_errors(i)]))
        self.clear()
        names = sorted(
            path.name for path in self.dir.iterdir() if path.name[0] != "." and path.name != DONE
        )
        listed = {
            name: {
                "bytes": (self.dir / name).stat().st_size,
                "sha256": sha256_file(self.dir / name),
            }
            for name in names
        }
        self._mark(_json_bytes({"format": meta["format"], "files": listed}))

    def _mark(self, content: bytes) -> None:
        """Write the last file; another process that completes the store too may clear it away."""
        for attempt in range(WRITE_ATTEMPTS):
            try:
                # A rename leaves no second name behind: nothing clears up after the last file.
                with atomic_path(self.dir / DONE) as temporary:
                    temporary.write_bytes(content)
                return
            except FileNotFoundError:
                if self.is_complete():
                    return
                if attempt + 1 == WRITE_ATTEMPTS:
                    raise

    def is_complete(self) -> bool:
        """Tell whether every file is there; a file that was removed makes the store incomplete.

        Raises
        ------
        CutisError
            If a file has another size than when it was written.
        """
        record = self._json(DONE)
        if record is None:
            return False
        for name, facts in _listed(record).items():
            try:
                size = (self.dir / name).stat().st_size
            except FileNotFoundError:
                return False
            if size != facts["bytes"]:
                raise self.damaged(name, f"it has {size} bytes, not {facts['bytes']}")
        return True

    def listed_hashes(self) -> dict[str, str]:
        """Return the SHA-256 that a complete store lists for each file; nothing before that."""
        record = self._json(DONE)
        return {} if record is None else {k: v["sha256"] for k, v in _listed(record).items()}

    def verify(self) -> None:
        """Compare every byte of a complete store with its hashes.

        Raises
        ------
        CutisError
            If a file changed since it was written.
        """
        for name, facts in _listed(self._json(DONE)).items():
            if sha256_file(self.dir / name) != facts["sha256"]:
                raise self.damaged(name, "its bytes changed since it was written")

    def damaged(self, name: str, how: str) -> CutisError:
        """Return the error that names a damaged file and what to do about it."""
        path = self.dir / name
        return CutisError(
            f"The cached features are damaged: {path}: {how}.",
            fix=f"remove {self.dir}, then run the same command again; it is computed anew",
        )

    def _json(self, name: str) -> Any:
        try:
            return json.loads((self.dir / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise self.damaged(name, f"it is not JSON ({error})") from error

    def _write(self, name: str, content: bytes) -> None:
        write_once(self.dir / name, content)


def _listed(done: Any) -> dict[str, dict[str, Any]]:
    files = done.get("files") if isinstance(done, dict) else None
    return files if isinstance(files, dict) else {META: {"bytes": -1, "sha256": ""}}


def shard_name(shard: int) -> str:
    """Return the file name of a shard's features.

    Examples
    --------
    >>> shard_name(7)
    'shard-00007.npy'
    """
    return f"shard-{shard:05d}.npy"


def errors_name(shard: int) -> str:
    """Return the file name of a shard's unreadable rows.

    Examples
    --------
    >>> errors_name(7)
    'shard-00007.errors.json'
    """
    return f"shard-{shard:05d}.errors.json"


def _json_bytes(value: Any) -> bytes:
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()
