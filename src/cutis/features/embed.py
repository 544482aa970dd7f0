"""A model's features of a dataset: computed once, kept, and found again by content."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.features.describe import describe, device_kind
from cutis.features.extract import Work, fill, resolve_batch, resolve_workers
from cutis.features.key import feature_key
from cutis.features.locks import WAIT_SECONDS, store_lock
from cutis.features.opened import Features, default_cache, open_features
from cutis.features.plan import identify
from cutis.features.store import FeatureStore
from cutis.features.verb import EmbedConfig, EmbedResult, embed_verb
from cutis.models.halves import require_vision
from cutis.runs import host

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model

__all__ = ["EmbedConfig", "EmbedResult", "embed", "embed_verb"]


def embed(
    dataset: Dataset,
    model: Model,
    cache: Path | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    wait_seconds: float = WAIT_SECONDS,
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

    Raises
    ------
    CutisError
        If the disk is full, the folder cannot be written, another process is busy for too long,
        a feature is not finite, or cached features are damaged. Unreadable images raise nothing:
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
                    meta = describe(
                        identity, dataset, model, resolve_batch(batch_size, model.device)
                    )
                    store.begin(meta)
                _warn_of_other_device(meta, model)
                work = fill(store, meta, dataset, model, workers)
                store.complete(dataset.ids, meta)
                _log(cache, key, work, model, meta, workers)
    features = open_features(store.dir)
    return (
        replace(features, images_per_second=work.images / work.seconds) if work.images else features
    )


def _warn_of_other_device(meta: dict[str, Any], model: Model) -> None:
    now = device_kind(model)
    if meta["device"] != now:
        sys.stderr.write(
            f"These features were begun on {meta['device']} and continue on {now}: they agree to "
            "rounding error, not bit for bit.\n"
        )


def _log(
    cache: Path, key: str, work: Work, model: Model, meta: dict[str, Any], workers: int
) -> None:
    """Keep the times, which may differ between runs, away from the store."""
    line = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "key": key,
        "model": model.name,
        "device": str(model.device),
        "precision": model.precision,
        "batch_size": meta["batch_size"],
        "workers": workers,
        "images": work.images,
        "seconds": round(work.seconds, 3),
        "host": host(),
    }
    try:
        with (cache / "extractions.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError:
        return  # the features are whole; a missing note of their speed loses nothing
