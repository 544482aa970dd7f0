"""The sets themselves."""

from __future__ import annotations

import numpy as np


def prediction_sets(scores_nc: np.ndarray, thresholds_nc: np.ndarray) -> np.ndarray:
    """Return which classes are in the set of every image, (n, c) bool.

    Parameters
    ----------
    scores_nc
        (n, c) how badly each class fits.
    thresholds_nc
        (n, c) the highest score that is let in.

    Examples
    --------
    >>> prediction_sets(np.array([[0.2, 0.8]]), np.array([[0.5, 0.5]]))
    array([[ True, False]])
    """
    inside: np.ndarray = scores_nc <= thresholds_nc
    return inside


def fill_empty(sets_nc: np.ndarray, probs_nc: np.ndarray) -> np.ndarray:
    """Put the most probable class into every empty set, (n, c) bool; coverage can only rise.

    Examples
    --------
    >>> fill_empty(np.array([[False, False]]), np.array([[0.4, 0.6]]))
    array([[False,  True]])
    """
    empty_n: np.ndarray = sets_nc.sum(axis=1) == 0
    top_nc = np.arange(probs_nc.shape[1]) == probs_nc.argmax(axis=1)[:, None]
    filled: np.ndarray = sets_nc | (empty_n[:, None] & top_nc)
    return filled
