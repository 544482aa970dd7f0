"""Corrections of p-values for having made several comparisons."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def holm(p_m: np.ndarray, n_tests: int | None = None) -> np.ndarray:
    """Return p-values corrected so that one false alarm among all is as rare as one test's.

    Holm, "A simple sequentially rejective multiple test procedure", 1979: the smallest of m is
    multiplied by m, the next by m - 1 and so on; never below the one before it, never above 1.

    Parameters
    ----------
    p_m
        (m,) raw p-values; NaN where no test was possible, which stays NaN and counts as no test.
    n_tests
        Tests that might have been picked, when these were picked out of more by their results;
        the others then count as no more striking than these. The number given if left out.

    Raises
    ------
    ValueError
        If a value lies outside 0 to 1.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.06, 0.06])
    """
    return _adjust(p_m, _holm, n_tests)


def benjamini_hochberg(p_m: np.ndarray, n_tests: int | None = None) -> np.ndarray:
    """Return p-values corrected so that few of those called different are false alarms.

    Benjamini and Hochberg, "Controlling the false discovery rate", 1995; weaker than Holm's
    correction and fit for screening, not for a claim.

    Parameters
    ----------
    p_m
        (m,) raw p-values; NaN where no test was possible, which stays NaN and counts as no test.
    n_tests
        Tests that might have been picked, when these were picked out of more by their results;
        the others then count as no more striking than these. The number given if left out.

    Raises
    ------
    ValueError
        If a value lies outside 0 to 1.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03]))
    array([0.03, 0.04, 0.04])
    """
    return _adjust(p_m, _stepped_up, n_tests)


def _holm(rising_k: np.ndarray, n_tests: int) -> np.ndarray:
    factors = n_tests - np.arange(rising_k.size)
    stepped: np.ndarray = np.maximum.accumulate(rising_k * factors)
    return stepped


def _stepped_up(rising_k: np.ndarray, n_tests: int) -> np.ndarray:
    scaled = rising_k * n_tests / np.arange(1, rising_k.size + 1)
    stepped: np.ndarray = np.minimum.accumulate(scaled[::-1])[::-1]
    return stepped


def _adjust(
    p_m: np.ndarray, method: Callable[[np.ndarray, int], np.ndarray], n_tests: int | None
) -> np.ndarray:
    p = np.asarray(p_m, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(p))
    wrong = tested[(p[tested] < 0) | (p[tested] > 1)]
    if wrong.size:
        raise ValueError(f"{p[wrong[0]]} is no p-value; they lie between 0 and 1.")
    rising = tested[np.argsort(p[tested], kind="stable")]
    out = np.full(p.shape, np.nan)
    if rising.size:
        out[rising] = np.minimum(method(p[rising], max(n_tests or 0, rising.size)), 1.0)
    return out
