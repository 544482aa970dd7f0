"""The test of McNemar: do two models answer the same images rightly equally often."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class McNemar(NamedTuple):
    """The images on which exactly one of two models is right, and what they say.

    Attributes
    ----------
    only_first, only_second
        Images that only the first, only the second model answered rightly.
    p_exact
        Two-sided p-value of the exact binomial test; never too small, often too large.
    p_mid
        The mid-p value (Fagerland, Lydersen and Laake, 2013), closer to its nominal level.
    """

    only_first: int
    only_second: int
    p_exact: float
    p_mid: float


def mcnemar(right_first_n: np.ndarray, right_second_n: np.ndarray) -> McNemar:
    """Compare the accuracy of two models on the same independent images.

    McNemar, "Note on the sampling error of the difference between correlated proportions", 1947.
    Without a single image on which they differ, both p-values are 1.

    Parameters
    ----------
    right_first_n, right_second_n
        (n,) bool, whether each model's answer is right.

    Raises
    ------
    ValueError
        If the two are not of one length.

    Examples
    --------
    >>> first, second = np.arange(10) < 9, np.arange(10) < 3
    >>> result = mcnemar(first, second)
    >>> result.only_first, result.only_second, result.p_exact, round(result.p_mid, 4)
    (6, 0, 0.03125, 0.0156)
    """
    from scipy.stats import binom

    first, second = np.asarray(right_first_n, bool), np.asarray(right_second_n, bool)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(
            f"The answers of the two models have shapes {first.shape} and {second.shape}; both "
            "must be about the same n images."
        )
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    differing, fewer = only_first + only_second, min(only_first, only_second)
    tail = float(binom.cdf(fewer, differing, 0.5))
    at = float(binom.pmf(fewer, differing, 0.5))
    return McNemar(only_first, only_second, min(1.0, 2 * tail), min(1.0, 2 * tail - at))
