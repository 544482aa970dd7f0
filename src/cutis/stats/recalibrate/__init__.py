"""Maps from stated probabilities to better ones, fitted on validation cases only."""

from __future__ import annotations

from cutis.stats.recalibrate.isotonic import Isotonic, fit_isotonic
from cutis.stats.recalibrate.map import Recalibration, fit_recalibration
from cutis.stats.recalibrate.temperature import Temperature, fit_temperature
from cutis.stats.recalibrate.vector import VectorScaling, fit_vector_scaling

__all__ = [
    "Isotonic",
    "Recalibration",
    "Temperature",
    "VectorScaling",
    "fit_isotonic",
    "fit_recalibration",
    "fit_temperature",
    "fit_vector_scaling",
]
