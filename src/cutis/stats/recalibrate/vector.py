"""A factor and a shift for the logarithm of every class's probability."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cutis.stats.counts import one_hot
from cutis.stats.recalibrate.logits import log_probabilities, softmax
from cutis.stats.recalibrate.presence import refuse_absent_classes

# Pulls factors to 1 and shifts to 0, so that a fit exists where the classes are separable.
RIDGE = 1e-3


class VectorScaling(NamedTuple):
    """Fitted vector scaling.

    Attributes
    ----------
    factor_c, shift_c
        (c,) what the logarithm of each class's probability is multiplied by, and what is added.
    note
        What to know about the fit; may be empty.
    """

    factor_c: np.ndarray
    shift_c: np.ndarray
    note: str = ""

    def apply(self, probs_nc: np.ndarray) -> np.ndarray:
        """Return recalibrated probabilities, (n, c).

        Examples
        --------
        >>> VectorScaling(np.ones(2), np.array([0.0, np.log(3)])).apply(np.array([[0.5, 0.5]]))
        array([[0.25, 0.75]])
        """
        return softmax(log_probabilities(probs_nc) * self.factor_c + self.shift_c)

    def to_json(self) -> dict[str, Any]:
        """Return the parameters as strict JSON values."""
        return {"factors": self.factor_c.tolist(), "shifts": self.shift_c.tolist()}


def fit_vector_scaling(
    labels_n: np.ndarray, probs_nc: np.ndarray, ridge: float = RIDGE
) -> VectorScaling:
    """Find factors and shifts with the least negative log-likelihood (Guo et al., 2017).

    The problem is convex; L-BFGS solves it with the exact gradient. A small ridge, ``ridge / 2``
    times the squared distance from "leave as it is", keeps the answer finite.

    Parameters
    ----------
    labels_n
        (n,) int class indices of the validation cases; every class must occur.
    probs_nc
        (n, c) their probabilities.
    ridge
        Weight of the penalty, against the mean loss of an image.

    Raises
    ------
    ValueError
        If a class has no validation case, so that its shift could be anything.

    Examples
    --------
    >>> probs = np.array([[0.5, 0.5]] * 4)
    >>> fitted = fit_vector_scaling(np.array([0, 0, 0, 1]), probs, ridge=0.0)
    >>> fitted.apply(probs[:1]).round(3)
    array([[0.75, 0.25]])
    """
    from scipy.optimize import minimize

    n_classes = probs_nc.shape[1]
    refuse_absent_classes(labels_n, n_classes, "Vector scaling")
    logs_nc = log_probabilities(probs_nc)
    truth_nc = one_hot(labels_n, n_classes)
    neutral = np.concatenate([np.ones(n_classes), np.zeros(n_classes)])

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        stated_nc = softmax(logs_nc * parameters[:n_classes] + parameters[n_classes:])
        own_n = np.take_along_axis(stated_nc, labels_n[:, None], axis=1)
        away = parameters - neutral
        error_nc = (stated_nc - truth_nc) / labels_n.size
        slope = np.concatenate([(error_nc * logs_nc).sum(axis=0), error_nc.sum(axis=0)])
        value = -np.log(np.maximum(own_n, 1e-300)).mean() + ridge / 2 * float(away @ away)
        return float(value), slope + ridge * away

    limits = {"maxiter": 2000, "ftol": 1e-14, "gtol": 1e-9}
    found = minimize(loss, neutral, jac=True, method="L-BFGS-B", options=limits)
    shift_c = found.x[n_classes:]
    return VectorScaling(found.x[:n_classes], shift_c - shift_c.mean())
