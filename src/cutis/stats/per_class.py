"""Sensitivity, specificity, precision and F1 of every class, each against all others."""

from __future__ import annotations

import numpy as np

from cutis.stats.counts import Counts, ratio


def sensitivity(counts: Counts) -> np.ndarray:
    """Share of the images of a class that were found (recall), (r, c); NaN without such images.

    Examples
    --------
    >>> from cutis.stats.counts import count
    >>> sensitivity(count(np.array([0, 0, 1]), np.array([0, 1, 1]), 2))
    array([[0.5, 1. ]])
    """
    return ratio(counts.hits_rc, counts.true_rc)


def specificity(counts: Counts) -> np.ndarray:
    """Share of the images of other classes not predicted as this one, (r, c); NaN without them.

    Examples
    --------
    >>> from cutis.stats.counts import count
    >>> specificity(count(np.array([0, 0, 1]), np.array([0, 1, 1]), 2))
    array([[1. , 0.5]])
    """
    others_rc = counts.total_r1 - counts.true_rc
    false_alarms_rc = counts.predicted_rc - counts.hits_rc
    return ratio(others_rc - false_alarms_rc, others_rc)


def precision(counts: Counts) -> np.ndarray:
    """Share of the images predicted as a class that are of it, (r, c); NaN if never predicted.

    Examples
    --------
    >>> from cutis.stats.counts import count
    >>> precision(count(np.array([0, 0, 1]), np.array([0, 1, 1]), 2))
    array([[1. , 0.5]])
    """
    return ratio(counts.hits_rc, counts.predicted_rc)


def f1(counts: Counts) -> np.ndarray:
    """Harmonic mean of precision and sensitivity, (r, c): 2 hits / (true + predicted).

    A class that has images but is never predicted has F1 0; NaN only for a class that has no
    images, whether or not it was predicted.

    Examples
    --------
    >>> from cutis.stats.counts import count
    >>> f1(count(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)).round(4)
    array([[0.6667, 0.6667]])
    """
    values = ratio(2 * counts.hits_rc, counts.true_rc + counts.predicted_rc)
    return np.where(counts.true_rc > 0, values, np.nan)
