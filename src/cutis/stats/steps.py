"""The ROC curve of one class under many sets of weights, step by step of its threshold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Steps(NamedTuple):
    """Scores in falling order, and where each distinct threshold ends.

    Attributes
    ----------
    order_n
        (n,) row numbers by falling score.
    ends_t
        (t,) the last place in that order whose score reaches each threshold.
    threshold_t
        (t,) the distinct scores, falling.
    positive_n
        (n,) float64, 1 for rows of the class, in the order of the rows.
    """

    order_n: np.ndarray
    ends_t: np.ndarray
    threshold_t: np.ndarray
    positive_n: np.ndarray


class Crossings(NamedTuple):
    """Weighted numbers of images at or above each threshold, the first being "nothing".

    Attributes
    ----------
    found_rt, false_rt
        (r, t + 1) positives and negatives called positive; the last column is all of them.
    """

    found_rt: np.ndarray
    false_rt: np.ndarray


def make_steps(positive_n: np.ndarray, scores_n: np.ndarray) -> Steps:
    """Sort the scores once.

    Parameters
    ----------
    positive_n
        (n,) bool, whether the row is of the class.
    scores_n
        (n,) its score.

    Examples
    --------
    >>> make_steps(np.array([True, False, True]), np.array([0.2, 0.5, 0.5])).threshold_t
    array([0.5, 0.2])
    """
    scores = np.asarray(scores_n, dtype=np.float64)
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), scores.size - 1)
    return Steps(order, ends, scores[order][ends], np.asarray(positive_n, dtype=np.float64))


def cross(steps: Steps, weights_rn: np.ndarray) -> Crossings:
    """Count positives found and false alarms at every threshold in every replicate.

    Examples
    --------
    >>> steps = make_steps(np.array([True, False, True]), np.array([0.2, 0.5, 0.6]))
    >>> cross(steps, np.ones((1, 3))).found_rt
    array([[0., 1., 1., 2.]])
    """
    positive_n = steps.positive_n[steps.order_n]
    ordered_rn = np.take(weights_rn, steps.order_n, axis=1)
    found_rn = np.cumsum(ordered_rn * positive_n, axis=1)
    false_rn = np.cumsum(ordered_rn * (1 - positive_n), axis=1)
    return Crossings(_from_nothing(found_rn, steps.ends_t), _from_nothing(false_rn, steps.ends_t))


def _from_nothing(counts_rn: np.ndarray, ends_t: np.ndarray) -> np.ndarray:
    out = np.zeros((counts_rn.shape[0], ends_t.size + 1))
    out[:, 1:] = np.take(counts_rn, ends_t, axis=1)
    return out
