"""What is written about features before the first of them: the content of ``meta.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cutis.features.key import PROTOCOL, feature_key
from cutis.features.precision import cosine_to_fp32
from cutis.features.store import SHARD_ROWS
from cutis.runs import versions

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model


def describe(
    identity: dict[str, Any], dataset: Dataset, model: Model, batch_size: int
) -> dict[str, Any]:
    """Return the content of a new store's ``meta.json``.

    It holds nothing that differs between two runs of the same command on the same machine.
    """
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
        "cosine_to_fp32": cosine_to_fp32(model, dataset.image_paths),
        "versions": versions(),
    }


def device_kind(model: Model) -> str:
    """Return ``cpu``, ``cuda`` or ``mps``, without the number."""
    return str(model.device).partition(":")[0]
