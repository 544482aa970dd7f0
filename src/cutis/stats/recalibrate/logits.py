"""From probabilities to logarithms and back, where a probability may be 0."""

from __future__ import annotations

import numpy as np

# Probabilities are raised to this before their logarithm is taken.
FLOOR = 1e-12


def log_probabilities(probs_nc: np.ndarray) -> np.ndarray:
    """Return the logarithms of probabilities raised to at least 1e-12, (n, c).

    Examples
    --------
    >>> log_probabilities(np.array([[1.0, 0.0]])).round(2)
    array([[  0.  , -27.63]])
    """
    logs: np.ndarray = np.log(np.maximum(probs_nc, FLOOR))
    return logs


def softmax(logits_nc: np.ndarray) -> np.ndarray:
    """Return the softmax of every row, (n, c).

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """
    powers = np.exp(logits_nc - logits_nc.max(axis=1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return shares
