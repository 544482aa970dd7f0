"""Sets of diagnoses that hold the truth as often as promised."""

from __future__ import annotations

from cutis.stats.conformal.outcome import SetOutcome, set_outcome
from cutis.stats.conformal.scores import aps_scores, conformity, lac_scores, raps_scores
from cutis.stats.conformal.sets import fill_empty, prediction_sets
from cutis.stats.conformal.thresholds import Thresholds, calibrate, conformal_quantile

__all__ = [
    "SetOutcome",
    "Thresholds",
    "aps_scores",
    "calibrate",
    "conformal_quantile",
    "conformity",
    "fill_empty",
    "lac_scores",
    "prediction_sets",
    "raps_scores",
    "set_outcome",
]
