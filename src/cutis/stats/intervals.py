"""From bootstrap replicates to a confidence interval: percentile, basic and BCa."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from cutis.stats.proportion import Interval, check_confidence


class Chance(NamedTuple):
    """What chance alone makes of a statistic that is never negative and should be 0.

    Attributes
    ----------
    mean
        Its mean when nothing but chance is at work.
    high
        The value it then exceeds as rarely as an interval misses on one side.
    """

    mean: float
    high: float


def percentile_interval(replicates_r: np.ndarray, confidence: float = 0.95) -> Interval:
    """Return the central quantiles of the replicates; replicates that are NaN are left out.

    Parameters
    ----------
    replicates_r
        (r,) values of the statistic; NaN where it is undefined.
    confidence
        Coverage, between 0 and 1.

    Examples
    --------
    >>> low, high = percentile_interval(np.arange(101) / 100, confidence=0.9)
    >>> round(low, 4), round(high, 4)
    (0.05, 0.95)
    """
    check_confidence(confidence)
    tail = (1 - confidence) / 2
    return _quantiles(replicates_r, tail, 1 - tail)


def basic_interval(value: float, replicates_r: np.ndarray, confidence: float = 0.95) -> Interval:
    """Return the basic interval: the percentile interval mirrored at the value.

    For a statistic that resampling pushes to one side, such as the calibration error, the mirror
    takes the push back out, where the percentile interval would count it twice.

    Parameters
    ----------
    value
        The statistic on the data as they are.
    replicates_r
        (r,) bootstrap values; NaN where undefined.
    confidence
        Coverage, between 0 and 1.

    Examples
    --------
    >>> low, high = basic_interval(0.4, np.arange(101) / 100, confidence=0.9)
    >>> round(low, 4), round(high, 4)
    (-0.15, 0.75)
    """
    low, high = percentile_interval(replicates_r, confidence)
    return Interval(2 * value - high, 2 * value - low)


def error_interval(
    value: float, replicates_r: np.ndarray, chance: Chance, confidence: float = 0.95
) -> Interval:
    """Return the interval of an error that chance pushes up, such as the calibration error.

    Chance and the true error add up like the sides of a right triangle, so the lower end is
    counted from the root of value squared minus chance squared, and is 0 when chance alone often
    makes as much. The upper end is counted from the value itself, which errs on the wide side.

    Parameters
    ----------
    value
        The statistic on the data as they are.
    replicates_r
        (r,) bootstrap values; NaN where undefined.
    chance
        What chance alone makes of it.
    confidence
        Coverage, between 0 and 1.

    Examples
    --------
    >>> low, high = error_interval(0.5, np.arange(101) / 100, Chance(0.3, 0.4), confidence=0.2)
    >>> round(low, 4), round(high, 4)
    (0.3, 0.6)
    """
    low, high = percentile_interval(replicates_r, confidence)
    middle = float(np.nanmean(replicates_r))
    true = math.sqrt(max(value**2 - chance.mean**2, 0.0))
    lowest = 0.0 if value <= chance.high else max(0.0, true - (high - middle))
    return Interval(lowest, value + max(0.0, middle - low))


def bca_interval(
    value: float, replicates_r: np.ndarray, jackknife_m: np.ndarray, confidence: float = 0.95
) -> Interval:
    """Return the bias-corrected and accelerated interval (Efron, 1987).

    Parameters
    ----------
    value
        The statistic on the data as they are.
    replicates_r
        (r,) bootstrap values; NaN where undefined.
    jackknife_m
        (m,) values with one cluster left out at a time; NaN where undefined.
    confidence
        Coverage, between 0 and 1.

    Returns
    -------
    Interval
        NaN at both ends when the value lies outside all replicates, so that no correction exists.

    Examples
    --------
    >>> replicates = np.random.default_rng(0).normal(0.0, 1.0, 2000)
    >>> low, high = bca_interval(0.0, replicates, np.array([-1.0, 0.0, 1.0]))
    >>> round(low, 1), round(high, 1)
    (-1.9, 2.0)
    """
    check_confidence(confidence)
    defined = replicates_r[~np.isnan(replicates_r)]
    below = np.mean(defined < value) + np.mean(defined == value) / 2 if defined.size else 0.0
    if not 0 < below < 1:
        return Interval(float("nan"), float("nan"))
    normal = NormalDist()
    bias = normal.inv_cdf(float(below))
    acceleration = _acceleration(jackknife_m)
    ends = []
    for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
        shifted = bias + normal.inv_cdf(tail)
        ends.append(normal.cdf(bias + shifted / (1 - acceleration * shifted)))
    return _quantiles(replicates_r, *ends)


def _acceleration(jackknife_m: np.ndarray) -> float:
    defined = jackknife_m[~np.isnan(jackknife_m)]
    if defined.size < 2:
        return 0.0
    gaps = defined.mean() - defined
    spread = float((gaps**2).sum())
    return float((gaps**3).sum() / (6 * spread**1.5)) if spread > 0 else 0.0


def _quantiles(replicates_r: np.ndarray, low: float, high: float) -> Interval:
    defined = replicates_r[~np.isnan(replicates_r)]
    if defined.size == 0:
        return Interval(float("nan"), float("nan"))
    ends = np.quantile(defined, [low, high])
    return Interval(float(ends[0]), float(ends[1]))
