"""The missing shards of a store: decode, embed, write."""

from __future__ import annotations

import os
import time
from collections.abc import Container, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cutis.errors import CutisError
from cutis.features.decode import decoded
from cutis.features.store import FeatureStore, RowError
from cutis.progress import Progress

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch

    from cutis.data import Dataset
    from cutis.features.decode import Decoded
    from cutis.models import Model

# Of 4, 8, 16 and 32, a batch of 16 keeps a base-size tower's activations closest to a core's cache.
CPU_BATCH, GPU_BATCH = 16, 64
MOST_WORKERS = 16


class Work(NamedTuple):
    """What was computed: images and seconds of decoding and embedding."""

    images: int
    seconds: float


def resolve_batch(batch_size: int | None, device: str) -> int:
    """Return the images per forward pass that are used.

    Examples
    --------
    >>> resolve_batch(None, "cpu"), resolve_batch(None, "cuda:0"), resolve_batch(5, "cpu")
    (16, 64, 5)
    """
    return batch_size or (CPU_BATCH if device == "cpu" else GPU_BATCH)


def resolve_workers(workers: int | None) -> int:
    """Return the number of decoding threads that is used: those asked for, else one per core."""
    if workers is not None:
        return workers
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        cores = os.cpu_count() or 1
    return min(cores, MOST_WORKERS)


def fill(
    store: FeatureStore,
    meta: dict[str, Any],
    dataset: Dataset,
    model: Model,
    workers: int,
    among: Container[int] | None = None,
) -> Work:
    """Compute and write every missing shard, in order.

    A shard is computed whole, in batches that restart with it, so its bytes do not depend on
    where an earlier run ended.

    Parameters
    ----------
    store, meta
        A store, and the description in force.
    dataset, model
        Whose images, and what embeds them.
    workers
        Decoding threads.
    among
        Numbers of the shards to compute, when not all.

    Raises
    ------
    CutisError
        If a feature is not finite, or the disk is full; the shards before are kept.
    """
    missing = [shard for shard in store.missing_shards(meta) if among is None or shard in among]
    shards = [shard_rows(shard, meta) for shard in missing]
    rows = [row for shard in shards for row in shard]
    n_kept = meta["n_rows"] - len(rows) if among is None else 0
    what = f"Features ({n_kept} of {meta['n_rows']} were there)" if n_kept else "Features"
    batch = meta["batch_size"]
    start = time.monotonic()
    paths = [dataset.image_paths[row] for row in rows]
    # Where the tower fills the cores, decoding beside it only makes the tower's threads wait.
    ahead = 0 if model.device == "cpu" else 2
    stream = decoded(paths, model.preprocess, workers, max(batch, workers), ahead)
    with closing(stream), Progress(len(rows), what) as progress:
        for shard, its_rows in zip(missing, shards, strict=True):
            values, errors = embed_shard(its_rows, stream, dataset, model, batch, progress)
            store.add_shard(shard, values, errors)
    return Work(len(rows), time.monotonic() - start)


def shard_rows(shard: int, meta: dict[str, Any]) -> range:
    """Return the dataset rows a shard covers.

    Examples
    --------
    >>> shard_rows(1, {"shard_rows": 256, "n_rows": 300})
    range(256, 300)
    """
    start = shard * meta["shard_rows"]
    return range(start, min(start + meta["shard_rows"], meta["n_rows"]))


def embed_shard(
    rows: range,
    stream: Iterator[Decoded],
    dataset: Dataset,
    model: Model,
    batch: int,
    progress: Progress,
) -> tuple[npt.NDArray[np.float32], list[RowError]]:
    """Return the features of a shard's readable rows, m by d, and the rows without one."""
    errors: list[RowError] = []
    waiting: list[tuple[int, torch.Tensor]] = []
    parts: list[np.ndarray] = []
    for row in rows:
        pixels = next(stream)
        if isinstance(pixels, str):
            errors.append(RowError(row, dataset.ids[row], image_name(dataset, row), pixels))
            progress.advance(unreadable=1)
        else:
            waiting.append((row, pixels))
        if waiting and (len(waiting) == batch or row == rows[-1]):
            parts.append(_embed_batch(waiting, dataset, model))
            progress.advance(len(waiting))
            waiting = []
    empty = np.zeros((0, model.dim), np.float32)
    return np.concatenate([empty, *parts]), errors


def _embed_batch(
    batch: list[tuple[int, torch.Tensor]], dataset: Dataset, model: Model
) -> npt.NDArray[np.float32]:
    import torch

    values = model.embed_pixels(torch.stack([pixels for _, pixels in batch]))
    values = np.ascontiguousarray(values, dtype=np.float32)
    finite = np.isfinite(values).all(axis=1)
    if not finite.all():
        row = batch[int(np.argmin(finite))][0]
        raise CutisError(
            f"The model {model.name} gives features that are not finite numbers, first for the "
            f"image {image_name(dataset, row)}.",
            fix="--precision fp32" if model.precision != "fp32" else "cutis models check",
        )
    return values


def image_name(dataset: Dataset, row: int) -> str:
    """Return an image's path below the dataset's image folder, with forward slashes."""
    path = Path(dataset.image_paths[row])
    try:
        return path.relative_to(dataset.root).as_posix()
    except ValueError:
        return path.name
