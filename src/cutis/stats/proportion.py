"""Confidence intervals of a single proportion: Wilson, and exact (Clopper-Pearson)."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """The two ends of a confidence interval; NaN where none exists."""

    low: float
    high: float


def wilson_interval(successes: float, trials: int, confidence: float = 0.95) -> Interval:
    """Return the score interval of a proportion (Wilson, 1927).

    Parameters
    ----------
    successes
        Number of successes, 0 to ``trials``; it may be fractional where rows were averaged.
    trials
        Number of independent trials.
    confidence
        Coverage, between 0 and 1.

    Raises
    ------
    ValueError
        If the numbers do not describe a proportion.

    Examples
    --------
    >>> low, high = wilson_interval(5, 5)
    >>> round(low, 4), round(high, 4)
    (0.5655, 1.0)
    """
    _check(successes, trials, confidence)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / trials
    scale = 1 + z**2 / trials
    centre = (share + z**2 / (2 * trials)) / scale
    half = z / scale * (share * (1 - share) / trials + z**2 / (4 * trials**2)) ** 0.5
    # By rounding alone the interval of 0 or of all could miss its own share.
    return Interval(max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share)))


def exact_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the exact interval of a proportion (Clopper and Pearson, 1934).

    Parameters
    ----------
    successes
        Number of successes, 0 to ``trials``.
    trials
        Number of independent trials.
    confidence
        Coverage, between 0 and 1.

    Raises
    ------
    ValueError
        If the numbers do not describe a proportion.

    Examples
    --------
    >>> low, high = exact_interval(5, 5)
    >>> round(low, 4), high
    (0.4782, 1.0)
    """
    from scipy.special import betaincinv

    _check(successes, trials, confidence)
    tail = (1 - confidence) / 2
    failures = trials - successes
    low = 0.0 if successes == 0 else float(betaincinv(successes, failures + 1, tail))
    high = 1.0 if failures == 0 else float(betaincinv(successes + 1, failures, 1 - tail))
    return Interval(low, high)


def _check(successes: float, trials: int, confidence: float) -> None:
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(
            f"{successes} successes in {trials} trials is not a proportion; there must be at least "
            "1 trial and no more successes than trials."
        )
    check_confidence(confidence)


def check_confidence(confidence: float) -> None:
    """Refuse a coverage that is not strictly between 0 and 1.

    Raises
    ------
    ValueError
        If it is not.

    Examples
    --------
    >>> check_confidence(0.95)
    """
    if not 0 < confidence < 1:
        raise ValueError(
            f"The confidence is {confidence}; it must lie between 0 and 1, for example 0.95."
        )
