"""Features to predictions: zero-shot diagnosis, retrieval and single-image differentials."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutis.tasks.predict import PredictConfig, predict
    from cutis.tasks.retrieve import RetrieveConfig, retrieve
    from cutis.tasks.zero_shot import ZeroShotConfig, zero_shot

__all__ = [
    "PredictConfig",
    "RetrieveConfig",
    "ZeroShotConfig",
    "predict",
    "retrieve",
    "zero_shot",
]

_HOMES = {
    "PredictConfig": "cutis.tasks.predict",
    "predict": "cutis.tasks.predict",
    "RetrieveConfig": "cutis.tasks.retrieve",
    "retrieve": "cutis.tasks.retrieve",
    "ZeroShotConfig": "cutis.tasks.zero_shot",
    "zero_shot": "cutis.tasks.zero_shot",
}


def __getattr__(name: str) -> Any:
    """Import a verb from its file on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cutis.tasks' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
