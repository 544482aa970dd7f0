"""A model's features of a dataset: computed once, kept, and found again by content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.features.agreement import refuse_other_versions, warn_of_differences
from cutis.features.describe import describe
from cutis.features.extract import Work, fill, resolve_batch, resolve_workers
from cutis.features.journal import note_speed
from cutis.features.key import feature_key
from cutis.features.locks import WAIT_SECONDS, store_lock
from cutis.features.opened import Features, default_cache, open_features
from cutis.features.plan import identify
from cutis.features.store import FeatureStore
from cutis.features.threads import using_threads
from cutis.features.verb import EmbedConfig, EmbedResult, embed_verb
from cutis.models.halves import require_vision
from cutis.progress import say

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model

Filler = Callable[[FeatureStore, "dict[str, Any]", "Dataset", "Model", int], Work]

__all__ = ["EmbedConfig", "EmbedResult", "embed", "embed_verb"]


def embed(
    dataset: Dataset,
    model: Model,
    cache: Path | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    wait_seconds: float = WAIT_SECONDS,
    threads: int | None = None,
    filler: Filler = fill,
) -> Features:
    """Return a model's features of every readable image, computing only what is not there yet.

    The store is found by a hash of everything that decides the features: model, weights,
    preprocessing, precision, row names and the bytes of the images. It can be interrupted at any
    moment, in any way; the same call continues, and leaves the same bytes as an undisturbed one.
    A second process that asks for the same features waits for the first.

    Parameters
    ----------
    dataset, model
        Whose images, and what embeds them.
    cache
        Cache folder [:func:`default_cache`].
    batch_size
        Images per forward pass [16 on a CPU, 64 elsewhere]; a store that was begun keeps its own.
    workers
        Decoding threads [one per core]; 0 decodes between the forward passes.
    wait_seconds
        How long to wait for another process that computes the same features.
    threads
        Processor threads of the tower [torch's own number]; a store that was begun keeps its own.
    filler
        What computes the missing shards: this process, or :class:`cutis.features.RayEngine`.

    Raises
    ------
    CutisError
        If the disk is full, the folder cannot be written, another process is busy for too long,
        other versions began the store and it lacks features, a feature is not finite, or cached
        features are damaged. Unreadable images raise nothing:
        they are rows of ``errors``.
    """
    require_vision(model)
    cache, workers = Path(cache or default_cache()), resolve_workers(workers)
    identity, _ = identify(dataset, model, cache, workers)
    key = feature_key(identity)
    store = FeatureStore(cache / "features" / key)
    work = Work(0, 0.0)
    if not store.is_complete():
        with store_lock(cache, key, wait_seconds):
            if not store.is_complete():
                meta = store.resume()
                if meta is None:
                    batch = resolve_batch(batch_size, model.device)
                    meta = store.begin(describe(identity, dataset, model, batch, threads))
                for how in store.drop_damaged(meta):
                    say(f"{how} It is computed anew.")
                if store.missing_shards(meta):
                    refuse_other_versions(meta.get("versions"), store.dir)
                warn_of_differences(meta, model, threads)
                with using_threads(meta.get("threads")):
                    work = filler(store, meta, dataset, model, workers)
                store.complete(dataset.ids, meta)
                note_speed(cache, work, model, meta, workers)
    features = open_features(store.dir)
    return (
        replace(features, images_per_second=work.images / work.seconds) if work.images else features
    )
