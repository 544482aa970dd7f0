"""Features to predictions: zero-shot diagnosis, retrieval and single-image differentials."""

from __future__ import annotations

# At once, not on first use: a verb and its file share a name, and the file would hide the verb.
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
