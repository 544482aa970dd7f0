"""What every fitted probe can do: answer, and be written down without code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np


class FittedProbe(Protocol):
    """A classifier of features that has learnt.

    ``kind`` names the class in files; ``tensors`` and ``settings`` are all it knows.
    """

    @property
    def kind(self) -> str:
        """Name in files."""

    def probabilities(self, features_nd: np.ndarray) -> np.ndarray:
        """Return probabilities, n images by c classes, from features as the model gives them."""

    def tensors(self) -> dict[str, np.ndarray]:
        """Return its arrays by name."""

    def settings(self) -> dict[str, Any]:
        """Return its other facts as JSON values."""


Setting = Mapping[str, Any]


def softmax(logits_nc: np.ndarray) -> np.ndarray:
    """Return probabilities, in double precision.

    Examples
    --------
    >>> softmax(np.array([[0.0, np.log(3.0)]])).round(2).tolist()
    [[0.25, 0.75]]
    """
    logits = np.asarray(logits_nc, np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return shares


def spread_out(probs_ns: np.ndarray, seen_s: np.ndarray, n_classes: int) -> np.ndarray:
    """Return probabilities of all c classes from those of the s classes that were learnt.

    A class without a training image gets probability 0.

    Examples
    --------
    >>> spread_out(np.array([[0.25, 0.75]]), np.array([0, 2]), 3).tolist()
    [[0.25, 0.0, 0.75]]
    """
    probs_nc = np.zeros((len(probs_ns), n_classes))
    probs_nc[:, seen_s] = probs_ns
    return probs_nc


def unit_rows(features_nd: np.ndarray) -> np.ndarray:
    """Return features scaled to length one, float32; a row of zeros stays.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    features = np.asarray(features_nd, np.float32)
    length_n1 = np.linalg.norm(features.astype(np.float64), axis=1, keepdims=True)
    unit: np.ndarray = (features / np.maximum(length_n1, 1e-30)).astype(np.float32)
    return unit
