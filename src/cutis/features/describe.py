"""What is written about features before the first of them: the content of ``meta.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cutis.features.key import PROTOCOL, feature_key
from cutis.features.precision import cosine_to_fp32
from cutis.features.store import SHARD_ROWS
from cutis.features.threads import hardware, resolve_threads, using_threads
from cutis.runs import versions

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model


def describe(
    identity: dict[str, Any],
    dataset: Dataset,
    model: Model,
    batch_size: int,
    threads: int | None = None,
) -> dict[str, Any]:
    """Return the content of a new store's ``meta.json``.

    It holds nothing that differs between two runs of the same command on the same machine.

    Parameters
    ----------
    identity
        What the store's key is made of.
    dataset, model
        Whose images, and what embeds them.
    batch_size
        Images per forward pass.
    threads
        Processor threads of the tower [as many as torch takes].
    """
    threads = resolve_threads(model, threads)
    return {
        "format": PROTOCOL,
        "key": feature_key(identity),
        "identity": identity,
        "n_rows": len(dataset),
        "dim": model.dim,
        "dtype": "float32",
        "shard_rows": SHARD_ROWS,
        "batch_size": batch_size,
        "device": device_kind(model),
        "threads": threads,
        "hardware": hardware(model),
        "cosine_to_fp32": _cosine(model, dataset, threads),
        "versions": versions(),
    }


def _cosine(model: Model, dataset: Dataset, threads: int | None) -> dict[str, float | int] | None:
    with using_threads(threads):
        return cosine_to_fp32(model, dataset.image_paths)


def device_kind(model: Model) -> str:
    """Return ``cpu``, ``cuda`` or ``mps``, without the number."""
    return str(model.device).partition(":")[0]
