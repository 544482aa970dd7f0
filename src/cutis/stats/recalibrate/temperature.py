"""One number that makes all probabilities of a model bolder or more cautious."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cutis.stats.recalibrate.logits import log_probabilities, softmax

LOWEST, HIGHEST = 0.01, 100.0


class Temperature(NamedTuple):
    """A fitted temperature: above 1 the model was over-confident, below 1 too cautious.

    Attributes
    ----------
    temperature
        What the logarithms of the probabilities are divided by.
    note
        What to know about the fit; may be empty.
    """

    temperature: float
    note: str = ""

    def apply(self, probs_nc: np.ndarray) -> np.ndarray:
        """Return recalibrated probabilities, (n, c); the order of the classes does not change.

        Examples
        --------
        >>> Temperature(2.0).apply(np.array([[0.9, 0.1]])).round(3)
        array([[0.75, 0.25]])
        """
        return softmax(log_probabilities(probs_nc) / self.temperature)

    def to_json(self) -> dict[str, Any]:
        """Return the parameters as strict JSON values."""
        return {"temperature": self.temperature}


def fit_temperature(labels_n: np.ndarray, probs_nc: np.ndarray) -> Temperature:
    """Find the temperature with the least negative log-likelihood (Guo et al., 2017).

    The loss is convex in one over the temperature, so its slope has one root, which is bracketed
    and found; the temperature is kept between 0.01 and 100.

    Parameters
    ----------
    labels_n
        (n,) int class indices of the validation cases.
    probs_nc
        (n, c) their probabilities.

    Examples
    --------
    >>> probs = np.array([[0.9, 0.1]] * 4)
    >>> round(fit_temperature(np.array([0, 0, 0, 1]), probs).temperature, 3)
    2.0
    """
    from scipy.optimize import brentq

    logs_nc = log_probabilities(probs_nc)
    own_n = np.take_along_axis(logs_nc, labels_n[:, None], axis=1)[:, 0]

    def slope(sharpness: float) -> float:
        expected_n = (softmax(sharpness * logs_nc) * logs_nc).sum(axis=1)
        return float((expected_n - own_n).mean())

    if slope(1 / HIGHEST) >= 0:
        return Temperature(HIGHEST, "at its upper limit: the probabilities say nothing here")
    if slope(1 / LOWEST) <= 0:
        return Temperature(LOWEST, "at its lower limit: every validation case was right")
    return Temperature(1 / float(brentq(slope, 1 / HIGHEST, 1 / LOWEST, xtol=1e-12)))
