"""One of several processes that fill one feature store together, on one machine or on many."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cutis.errors import CutisError
from cutis.features.agreement import deciding, refuse_other_versions, warn_of_differences
from cutis.features.describe import describe
from cutis.features.extract import Work, fill, resolve_batch, resolve_workers, shard_rows
from cutis.features.journal import note_speed
from cutis.features.key import feature_key
from cutis.features.opened import default_cache
from cutis.features.plan import identify
from cutis.features.store import SHARD_ROWS, FeatureStore, errors_name, shard_name
from cutis.features.threads import hardware, using_threads
from cutis.files import sha256_file, write_json, write_once
from cutis.progress import say
from cutis.runs import versions

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model

PART_FORMAT = "cutis.part/1"
ROWS = "rows.parquet"


class Part(NamedTuple):
    """Which of how many processes this is, counted from 1.

    Examples
    --------
    >>> str(Part(2, 4)), list(Part(2, 4).shards(11))
    ('2/4', [1, 5, 9])
    """

    number: int
    total: int

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"

    def shards(self, n_shards: int) -> range:
        """Return the shards that are this process's: every ``total``-th, so that all are alike."""
        return range(self.number - 1, n_shards, self.total)


def parse_part(text: str) -> Part:
    """Read ``i/n``.

    Raises
    ------
    CutisError
        If it is not two whole numbers with 1 <= i <= n.

    Examples
    --------
    >>> parse_part("2/4")
    Part(number=2, total=4)
    """
    found = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text)
    number, total = (int(found[1]), int(found[2])) if found else (0, 0)
    if 1 <= number <= total:
        return Part(number, total)
    nearest = [f"{number + 1}/{total}"] if found and number == 0 and total else []
    if found and number > total > 0:
        nearest = [f"{total}/{total}"]
    raise CutisError(
        f"--shard '{text}' does not name one of several processes.",
        allowed="It is i/n, from 1/n for the first of n processes to n/n for the last.",
        nearest=nearest,
        fix="--shard 1/4",
    )


@dataclass(frozen=True)
class PartResult:
    """What one of several processes did.

    Attributes
    ----------
    part
        Which one it was.
    dir, key
        The store and its name.
    work
        Images and seconds of this call.
    n_images
        Images in the part.
    missing
        The parts of which something is missing, counted from 1; empty when the store is complete.
    """

    part: Part
    dir: Path
    key: str
    work: Work
    n_images: int
    missing: tuple[int, ...]

    @property
    def images_per_second(self) -> float | None:
        """Speed of this call; None when everything was there."""
        return self.work.images / self.work.seconds if self.work.images else None

    def facts(self) -> dict[str, Any]:
        """Return what the log of a run keeps."""
        return {
            "part": str(self.part),
            "key": self.key,
            "n_images": self.n_images,
            "computed": self.work.images,
            "seconds": round(self.work.seconds, 3),
            "missing_parts": list(self.missing),
        }

    def render(self) -> str:
        """Return one line for the terminal."""
        text = f"shard {self.part} done ({self.n_images} images, {self.work.images} computed now)"
        if not self.missing:
            return f"{text}; all parts are there, the features are complete"
        return f"{text}; {len(self.missing)} of {self.part.total} parts missing"


def embed_part(
    dataset: Dataset,
    model: Model,
    part: Part,
    cache: Path | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    threads: int | None = None,
) -> PartResult:
    """Compute one part of a model's features of a dataset, beside processes that compute others.

    Part i of n is every n-th shard of 256 rows, beginning with the i-th. The processes need no
    order and no locks: each file gets its name in one step and the first writer wins. They share a
    cache folder on a network file system, or have one each that ``cutis features merge`` joins.
    Whoever finds that no shard is missing completes the store.

    Parameters
    ----------
    dataset, model
        Whose images, and what embeds them.
    part
        Which part.
    cache
        Cache folder [default_cache()].
    batch_size, workers, threads
        As for :func:`cutis.features.embed`; a store that was begun keeps its batch size and
        threads.

    Raises
    ------
    CutisError
        If other versions began the store, the disk is full, or a feature is not finite.
    """
    cache, workers = Path(cache or default_cache()), resolve_workers(workers)
    identity, hashes = identify(dataset, model, cache, workers, (part.number - 1) / part.total)
    key = feature_key(identity)
    store = FeatureStore(cache / "features" / key)
    work = Work(0, 0.0)
    meta = store.meta()
    if meta is None:
        batch = resolve_batch(batch_size, model.device)
        meta = store.begin(describe(identity, dataset, model, batch, threads))
    if not store.is_complete():
        refuse_other_versions(meta.get("versions"), store.dir)
        warn_of_differences(meta, model, threads)
        for how in store.drop_damaged(meta):
            say(f"{how} It is computed anew.")
        folder = cache / "parts" / key
        write_once(folder / ROWS, _rows(dataset.ids, hashes))
        mine = part.shards(n_shards(meta))
        with using_threads(meta.get("threads")):
            work = fill(store, meta, dataset, model, workers, mine)
        _write_receipt(folder, store, meta, model, part)
        if not store.missing_shards(meta):
            store.complete(dataset.ids, meta)
        if work.images:
            note_speed(cache, work, model, meta, workers, str(part))
    gaps = {shard % part.total + 1 for shard in store.missing_shards(meta)}
    rows = [shard_rows(shard, meta) for shard in part.shards(n_shards(meta))]
    return PartResult(part, store.dir, key, work, sum(map(len, rows)), tuple(sorted(gaps)))


def plan_part(directory: Path, n_rows: int, part: Part) -> str:
    """Return what one process would compute, as a line for the terminal.

    Parameters
    ----------
    directory
        The store, which may not exist yet.
    n_rows
        Rows of the dataset.
    part
        Which process.
    """
    store = FeatureStore(directory)
    meta = store.meta() or {"n_rows": n_rows, "shard_rows": SHARD_ROWS}
    mine = set(part.shards(n_shards(meta)))
    missing = mine.intersection(store.missing_shards(meta))
    n_images = sum(len(shard_rows(shard, meta)) for shard in missing)
    return (
        f"Part {part}: {len(mine)} of {n_shards(meta)} shards, of which {len(missing)} with "
        f"{n_images} images are to compute."
    )


def n_shards(meta: dict[str, Any]) -> int:
    """Return the number of a store's shards.

    Examples
    --------
    >>> n_shards({"n_rows": 513, "shard_rows": 256})
    3
    """
    return int(-(-meta["n_rows"] // meta["shard_rows"]))


def _rows(ids: Sequence[str], hashes: Sequence[str | None]) -> bytes:
    """Return the table a merged store is completed from: id and file hash of every row."""
    import pyarrow as pa

    from cutis.features.tables import parquet_bytes

    columns = {"id": pa.array(list(ids), pa.string()), "sha256": pa.array(hashes, pa.string())}
    return parquet_bytes(pa.table(columns))


def _write_receipt(
    folder: Path, store: FeatureStore, meta: dict[str, Any], model: Model, part: Part
) -> None:
    """Record which bytes this process answers for, and what wrote them."""
    names = [
        name
        for shard in part.shards(n_shards(meta))
        for name in (shard_name(shard), errors_name(shard))
        if (store.dir / name).exists()
    ]
    record = {
        "format": PART_FORMAT,
        "key": meta["key"],
        "part": str(part),
        "versions": deciding(versions()),
        "hardware": hardware(model),
        "files": {name: sha256_file(store.dir / name) for name in names},
    }
    write_json(folder / f"{part.number}-of-{part.total}.json", record)


def read_receipts(folder: Path) -> list[dict[str, Any]]:
    """Return what the processes that filled a store recorded, in the order of their names.

    Raises
    ------
    CutisError
        If a record is damaged or of another version.
    """
    receipts = []
    for path in sorted(folder.glob("*-of-*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            record = None
        if not isinstance(record, dict) or record.get("format") != PART_FORMAT:
            raise CutisError(
                f"{path} is damaged or was written by another version of cutis.",
                allowed=f"Its 'format' must be '{PART_FORMAT}'.",
                fix="compute that part again with the version that is installed here",
            )
        receipts.append(record)
    return receipts
