"""What an extraction would do: what is cached, what is missing, how long it takes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cutis.features.decode import decoded
from cutis.features.extract import resolve_batch, resolve_workers, shard_rows
from cutis.features.hashes import FileHashes, file_hashes
from cutis.features.key import feature_identity, feature_key, rows_sha256
from cutis.features.opened import default_cache
from cutis.features.store import SHARD_ROWS, FeatureStore
from cutis.progress import duration

if TYPE_CHECKING:
    from typing import Any

    from cutis.data import Dataset
    from cutis.models import Model


@dataclass(frozen=True)
class Plan:
    """What an extraction would do.

    Attributes
    ----------
    key, dir
        The store, which may not exist yet.
    n_rows, n_cached, n_absent
        Rows of the dataset; rows whose shard is there; rows without an image file.
    images_per_second
        Measured on a few of the missing images; None when nothing is missing.
    """

    key: str
    dir: Path
    n_rows: int
    n_cached: int
    n_absent: int
    images_per_second: float | None

    def render(self) -> str:
        """Return one or two lines for the terminal."""
        missing = self.n_rows - self.n_cached
        text = f"Features: {self.n_cached} of {self.n_rows} images are cached in {self.dir}"
        if missing and self.images_per_second:
            left = duration(missing / self.images_per_second)
            text += f"; {missing} to compute, about {left} ({self.images_per_second:.1f} images/s)"
        elif missing:
            text += f"; {missing} to compute"
        if self.n_absent:
            text += f".\nWithout an image file: {self.n_absent} rows"
        return text + "."


def identify(
    dataset: Dataset, model: Model, cache: Path, workers: int, begin: float = 0.0
) -> tuple[dict[str, Any], FileHashes]:
    """Return what decides the features of a dataset, and the hashes of its files."""
    hashes = file_hashes(dataset.image_paths, dataset.root, cache, workers, begin)
    return feature_identity(model, rows_sha256(dataset.ids, hashes)), hashes


def features_key(
    dataset: Dataset, model: Model, cache: Path | None = None, workers: int | None = None
) -> str:
    """Return the key of the features :func:`cutis.features.embed` would make or find."""
    folder = Path(cache or default_cache())
    return feature_key(identify(dataset, model, folder, resolve_workers(workers))[0])


def plan(
    dataset: Dataset,
    model: Model,
    cache: Path | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
) -> Plan:
    """Say what :func:`cutis.features.embed` would do with the same arguments.

    Raises
    ------
    CutisError
        If the cached features are damaged.
    """
    cache, workers = Path(cache or default_cache()), resolve_workers(workers)
    identity, hashes = identify(dataset, model, cache, workers)
    key = feature_key(identity)
    store = FeatureStore(cache / "features" / key)
    meta = store.meta() or {"n_rows": len(dataset), "shard_rows": SHARD_ROWS}
    missing = [row for shard in store.missing_shards(meta) for row in shard_rows(shard, meta)]
    paths = [dataset.image_paths[row] for row in missing]
    batch = min(resolve_batch(batch_size, model.device), 16)
    return Plan(
        key=key,
        dir=store.dir,
        n_rows=len(dataset),
        n_cached=len(dataset) - len(missing),
        n_absent=hashes.n_absent,
        images_per_second=measure(paths[: 2 * batch], model, batch, workers) if paths else None,
    )


def measure(paths: list[Path], model: Model, batch: int, workers: int) -> float | None:
    """Return images per second of decoding and embedding a few files; None if none is readable.

    The first batch warms up and is not counted, unless it is the only one.
    """
    import torch

    speed = None
    for start in range(0, len(paths), batch):
        began = time.monotonic()
        part = paths[start : start + batch]
        read = list(decoded(part, model.preprocess, workers, batch, 0))
        pixels = [value for value in read if not isinstance(value, str)]
        if pixels:
            model.embed_pixels(torch.stack(pixels))
            speed = len(part) / max(time.monotonic() - began, 1e-9)
    return speed
