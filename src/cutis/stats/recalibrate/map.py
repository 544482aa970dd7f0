"""The kinds of recalibration by name."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import numpy as np

from cutis.stats.recalibrate.isotonic import fit_isotonic
from cutis.stats.recalibrate.temperature import fit_temperature
from cutis.stats.recalibrate.vector import fit_vector_scaling

Method = Literal["temperature", "vector", "isotonic"]


class Recalibration(Protocol):
    """A fitted map from probabilities to probabilities."""

    @property
    def note(self) -> str:
        """What to know about the fit; may be empty."""
        ...

    def apply(self, probs_nc: np.ndarray) -> np.ndarray:
        """Return recalibrated probabilities, (n, c), whose rows sum to one."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return the parameters as strict JSON values."""
        ...


def fit_recalibration(method: Method, labels_n: np.ndarray, probs_nc: np.ndarray) -> Recalibration:
    """Fit one of the methods on validation cases.

    Parameters
    ----------
    method
        ``temperature`` (one number), ``vector`` (two per class) or ``isotonic`` (a staircase per
        class).
    labels_n
        (n,) int class indices of the validation cases.
    probs_nc
        (n, c) their probabilities.

    Raises
    ------
    ValueError
        If the method is unknown, or needs cases of a class that has none.

    Examples
    --------
    >>> probs = np.array([[0.9, 0.1]] * 4)
    >>> fitted = fit_recalibration("temperature", np.array([0, 0, 0, 1]), probs)
    >>> fitted.apply(probs[:1]).round(3)
    array([[0.75, 0.25]])
    """
    if method == "temperature":
        return fit_temperature(labels_n, probs_nc)
    if method == "vector":
        return fit_vector_scaling(labels_n, probs_nc)
    if method == "isotonic":
        return fit_isotonic(labels_n, probs_nc)
    raise ValueError(
        f"The recalibration '{method}' is unknown; use 'temperature', 'vector' or 'isotonic'."
    )
