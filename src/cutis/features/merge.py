"""``cutis features merge``: parts that machines computed into caches of their own, joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from cyclopts import Parameter
from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError
from cutis.features.agreement import deciding
from cutis.features.key import rows_sha256
from cutis.features.parts import ROWS, n_shards, read_receipts
from cutis.features.store import DONE, ERRORS, IDS, META, FeatureStore, errors_name, shard_name
from cutis.files import sha256_file, write_once

# Two stores of one key that differ in these cannot be halves of one.
SHAPE = ("n_rows", "shard_rows", "dim", "identity")
# These move a feature by rounding error only; a merged store keeps the first one's and says so.
ROUNDING = ("batch_size", "device", "threads", "hardware")


class MergeConfig(VerbConfig):
    """Settings of ``cutis features merge``."""

    takes_positional: ClassVar[bool] = True

    caches: Annotated[list[Path], Parameter(negative_iterable=())] = Field(
        min_length=1, description="Cache folders with the parts."
    )
    into: Path = Field(description="Cache folder that receives them; it may hold parts already.")


@dataclass(frozen=True)
class Merged:
    """One store after a merge.

    Attributes
    ----------
    dir
        The store.
    n_shards, n_new, n_missing
        Shards it has when whole, that were brought, and that are missing still.
    is_complete
        Whether it can be used.
    remarks
        What a user should know about its parts.
    """

    dir: Path
    n_shards: int
    n_new: int
    n_missing: int
    is_complete: bool
    remarks: tuple[str, ...]

    def render(self) -> str:
        """Return a line for the terminal, and the remarks."""
        text = f"{self.dir.name[:12]}: {self.n_new} of {self.n_shards} shards brought, "
        if self.is_complete:
            text += f"complete in {self.dir}"
        elif self.n_missing:
            text += f"{self.n_missing} still missing; compute them, or merge their cache too"
        else:
            text += "all there; 'cutis embed' with the same data and model completes it"
        return "\n".join([text, *self.remarks])


@dataclass(frozen=True)
class MergeResult:
    """All stores after a merge; the exit code is 1 while one of them lacks something."""

    stores: tuple[Merged, ...]

    @property
    def exit_code(self) -> int:
        """0 when all are complete, else 1."""
        return int(not all(store.is_complete for store in self.stores))

    def render(self) -> str:
        """Return the lines for the terminal."""
        return "\n".join(store.render() for store in self.stores)


def features_merge(config: MergeConfig) -> MergeResult:
    """Join the parts of features that were computed into several cache folders."""
    return merge_features(config.caches, config.into)


def merge_features(caches: Sequence[Path | str], into: Path | str) -> MergeResult:
    """Join the parts of features that were computed into several cache folders.

    Every shard is compared with the hash its writer recorded, and nothing that is there is
    replaced. A store that lacks nothing afterwards is completed, without images or model.

    Parameters
    ----------
    caches
        Cache folders.
    into
        Cache folder that receives the parts.

    Raises
    ------
    CutisError
        If a folder is no cache, a shard is damaged, was written by another version, or two caches
        hold different features of the same images.
    """
    folders = [Path(cache) for cache in caches]
    found = {folder: _stores(folder) for folder in folders}
    keys = sorted({key for stores in found.values() for key in stores})
    return MergeResult(
        tuple(
            _merge(key, [folder for folder in folders if key in found[folder]], Path(into))
            for key in keys
        )
    )


def _stores(cache: Path) -> set[str]:
    folder = cache / "features"
    stores = {path.parent.name for path in folder.glob(f"*/{META}")} if folder.is_dir() else set()
    if not stores:
        raise CutisError(
            f"{cache} holds no features.",
            allowed="A cache folder is needed: the one 'cutis embed --cache' wrote into.",
            fix="cutis features merge CACHE1 CACHE2 --into CACHE",
        )
    return stores


def _merge(key: str, caches: Sequence[Path], into: Path) -> Merged:
    target = FeatureStore(into / "features" / key)
    others = [cache for cache in caches if cache.resolve() != into.resolve()]
    meta = target.meta()
    remarks: list[str] = []
    n_new = 0
    for cache in others:
        source = FeatureStore(cache / "features" / key)
        its_meta = source.meta() or {}
        if meta is None:
            meta = target.begin(its_meta)
        remarks += differences(its_meta, meta, source.dir)
        n_new += _bring(source, target, meta, cache / "parts" / key)
        _bring_records(cache / "parts" / key, into / "parts" / key)
        if (source.dir / DONE).exists():
            _copy([source.dir / IDS, source.dir / ERRORS], target.dir)
    meta = meta or {}
    missing = target.missing_shards(meta)
    if not missing and not target.is_complete():
        _complete(target, meta, into / "parts" / key)
    return Merged(
        target.dir, n_shards(meta), n_new, len(missing), target.is_complete(), tuple(remarks)
    )


def differences(theirs: Mapping[str, Any], ours: Mapping[str, Any], where: Path) -> list[str]:
    """Return in words how two descriptions of one store differ, where that may be.

    Parameters
    ----------
    theirs, ours
        Contents of ``meta.json``.
    where
        The store that ``theirs`` describes.

    Raises
    ------
    CutisError
        If they are of different shapes or versions.
    """
    changed = [name for name in SHAPE if theirs.get(name) != ours.get(name)]
    if changed:
        raise CutisError(
            f"{where} does not fit the other parts: its {', '.join(changed)} differ.",
            fix="remove it and compute the part again",
        )
    _refuse_versions(theirs.get("versions"), ours, where)
    return [
        f"{where}: {name} is {theirs.get(name)}, not {ours.get(name)}; its features agree with the "
        "others to rounding error, perhaps not bit for bit."
        for name in ROUNDING
        if theirs.get(name) != ours.get(name)
    ]


def _refuse_versions(
    theirs: Mapping[str, str] | None, ours: Mapping[str, Any], where: Path
) -> None:
    before, now = deciding(theirs or {}), deciding(ours.get("versions") or {})
    changed = [
        f"{name} {before.get(name, 'none')} there, {now.get(name, 'none')} in the others"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
    if changed:
        raise CutisError(
            f"{where} was written by another version: {'; '.join(changed)}.",
            allowed="All parts of one store are computed by the same versions, bit for bit.",
            fix="compute that part again with the versions of the others",
        )


def _bring(source: FeatureStore, target: FeatureStore, meta: dict[str, Any], parts: Path) -> int:
    """Copy the shards that are not there yet, each compared with what its writer recorded."""
    expected = source.listed_hashes()
    for receipt in read_receipts(parts):
        _refuse_versions(receipt["versions"], meta, parts)
        expected |= receipt["files"]
    n_new = 0
    there = set(range(n_shards(meta))) - set(source.missing_shards(meta))
    for shard in sorted(there):
        _check(source, shard, meta, expected)
        names = [errors_name(shard), shard_name(shard)]
        files = [source.dir / name for name in names if (source.dir / name).exists()]
        if (target.dir / shard_name(shard)).exists():
            _refuse_conflict(files, target.dir)
        else:
            _copy(files, target.dir)
            n_new += 1
    return n_new


def _check(
    source: FeatureStore, shard: int, meta: dict[str, Any], expected: Mapping[str, str]
) -> None:
    name = shard_name(shard)
    try:
        source.shard(shard, meta)
        how = None
    except CutisError as error:
        how = error.problem
    if how is None and expected.get(name) not in (None, sha256_file(source.dir / name)):
        how = f"{source.dir / name} is damaged: its bytes changed since it was written."
    if how is not None:
        raise CutisError(
            how,
            fix=f"remove {source.dir / name} and compute that part again, or copy it again",
        )


def _refuse_conflict(files: Sequence[Path], directory: Path) -> None:
    for file in files:
        there = directory / file.name
        if not there.exists() or there.read_bytes() != file.read_bytes():
            raise CutisError(
                f"{file} and {there} hold different features of the same images.",
                allowed="Which one is right cannot be known: hardware or threads may differ.",
                fix="remove one of the two, together with the .errors.json of the same number",
            )


def _copy(files: Sequence[Path], directory: Path) -> None:
    for file in files:
        write_once(directory / file.name, file.read_bytes())


def _bring_records(source: Path, target: Path) -> None:
    if source.is_dir():
        _copy(sorted(p for p in source.iterdir() if p.name[0] != "."), target)


def _complete(target: FeatureStore, meta: dict[str, Any], parts: Path) -> None:
    """Complete a store from the rows its writers recorded, if they did."""
    import pyarrow.parquet as pq

    ids: Sequence[str] = ()
    if (parts / ROWS).exists():
        rows = pq.read_table(parts / ROWS)
        ids = rows["id"].to_pylist()
        if rows_sha256(ids, rows["sha256"].to_pylist()) != meta["identity"].get("rows_sha256"):
            raise CutisError(
                f"{parts / ROWS} is damaged: it does not hold the rows of these features.",
                fix=f"remove {parts / ROWS}; 'cutis embed' with the same data completes them",
            )
    elif not ((target.dir / IDS).exists() and (target.dir / ERRORS).exists()):
        return
    target.complete(ids, meta)
