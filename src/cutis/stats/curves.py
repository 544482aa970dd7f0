"""ROC and precision-recall points of one class against the rest, thinned for drawing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Curve(NamedTuple):
    """Points of a curve, each (m,).

    Attributes
    ----------
    x_m, y_m
        ROC: false-positive rate and sensitivity. PR: recall and precision.
    threshold_m
        The lowest score that is still called positive at the point.
    """

    x_m: np.ndarray
    y_m: np.ndarray
    threshold_m: np.ndarray


def roc_curve(positive_n: np.ndarray, scores_n: np.ndarray, max_points: int = 200) -> Curve:
    """Return the ROC curve from (0, 0) to (1, 1), thinned to about ``max_points``.

    Parameters
    ----------
    positive_n
        (n,) bool, whether the row is of the class.
    scores_n
        (n,) the score of the class.
    max_points
        Keep about this many points, evenly along the line.

    Raises
    ------
    ValueError
        If there is no positive or no negative.

    Examples
    --------
    >>> curve = roc_curve(np.array([False, True, False, True]), np.array([0.1, 0.4, 0.5, 0.8]))
    >>> list(zip(curve.x_m.tolist(), curve.y_m.tolist()))
    [(0.0, 0.0), (0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (1.0, 1.0)]
    """
    found_m, false_m, threshold_m = _steps(positive_n, scores_n)
    x_m = np.concatenate([[0.0], false_m / false_m[-1]])
    y_m = np.concatenate([[0.0], found_m / found_m[-1]])
    return _thin(Curve(x_m, y_m, np.concatenate([[np.inf], threshold_m])), max_points)


def precision_recall_curve(
    positive_n: np.ndarray, scores_n: np.ndarray, max_points: int = 200
) -> Curve:
    """Return precision against recall, by rising recall, from a first point (0, 1).

    Parameters
    ----------
    positive_n
        (n,) bool, whether the row is of the class.
    scores_n
        (n,) the score of the class.
    max_points
        Keep about this many points, evenly along the line.

    Raises
    ------
    ValueError
        If there is no positive or no negative.

    Examples
    --------
    >>> labels, scores = np.array([False, True, False, True]), np.array([0.1, 0.4, 0.5, 0.8])
    >>> curve = precision_recall_curve(labels, scores)
    >>> curve.y_m.round(3)
    array([1.   , 1.   , 0.5  , 0.667, 0.5  ])
    """
    found_m, false_m, threshold_m = _steps(positive_n, scores_n)
    x_m = np.concatenate([[0.0], found_m / found_m[-1]])
    y_m = np.concatenate([[1.0], found_m / (found_m + false_m)])
    return _thin(Curve(x_m, y_m, np.concatenate([[np.inf], threshold_m])), max_points)


def _steps(
    positive_n: np.ndarray, scores_n: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return positives found, false alarms and threshold at each distinct score, falling."""
    positive = np.asarray(positive_n, bool)
    scores = np.asarray(scores_n, float)
    if positive.all() or not positive.any():
        raise ValueError(
            f"{int(positive.sum())} of {positive.size} images are of the class; a curve needs at "
            "least one that is and one that is not."
        )
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), positive.size - 1)
    found_m = np.cumsum(positive[order])[ends].astype(float)
    return found_m, ends + 1 - found_m, scores[order][ends]


def _thin(curve: Curve, max_points: int) -> Curve:
    """Keep the ends and points evenly spaced along the length of the line."""
    if curve.x_m.size <= max_points:
        return curve
    steps = np.abs(np.diff(curve.x_m)) + np.abs(np.diff(curve.y_m))
    length_m = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0, length_m[-1], max_points)
    keep = np.unique(np.append(np.searchsorted(length_m, wanted), [0, curve.x_m.size - 1]))
    keep = keep[keep < curve.x_m.size]
    return Curve(curve.x_m[keep], curve.y_m[keep], curve.threshold_m[keep])
