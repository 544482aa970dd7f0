"""Ranks of several models with intervals, and averages over datasets, from shared replicates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.stats.proportion import Interval, check_confidence


class Standing(NamedTuple):
    """Where one of m models stands.

    Attributes
    ----------
    rank
        1 + number of models with a higher value; 0 where its own value is undefined.
    low, high
        Interval of the rank over the replicates; 0 where there is none.
    first
        Share of the replicates in which no model is higher; NaN without replicates.
    """

    rank: int
    low: int
    high: int
    first: float


def competition_ranks(values_mr: np.ndarray) -> np.ndarray:
    """Return 1 + the number of models with a higher value, column by column.

    Models with equal values share the better rank. A model whose value is NaN has rank NaN and
    counts for no other.

    Parameters
    ----------
    values_mr
        (m, r) values of m models in r replicates; higher is better.

    Returns
    -------
    (m, r) float64.

    Examples
    --------
    >>> competition_ranks(np.array([[0.5, 0.9], [0.7, 0.9], [np.nan, 0.1]]))[:, 0].tolist()
    [2.0, 1.0, nan]
    """
    values = np.asarray(values_mr, dtype=np.float64)
    ranks = np.empty(values.shape)
    for model, own_r in enumerate(values):
        ranks[model] = 1 + (values > own_r).sum(axis=0)
    return np.where(np.isnan(values), np.nan, ranks)


def standings(
    values_m: np.ndarray, replicates_mr: np.ndarray | None, confidence: float = 0.95
) -> list[Standing]:
    """Rank m models, with intervals from replicates in which all of them saw the same cases.

    The interval of a rank holds the central ``confidence`` of the ranks that the resamples give
    (Goldstein and Spiegelhalter, J R Stat Soc A 159:385-443, 1996); its ends are whole numbers,
    rounded outwards. It is not corrected for the number of models.

    Parameters
    ----------
    values_m
        (m,) values; higher is better.
    replicates_mr
        (m, r) the same on r resamples, or None.
    confidence
        Coverage of the intervals.

    Examples
    --------
    >>> replicates = np.array([[0.5, 0.6, 0.7], [0.6, 0.5, 0.5]])
    >>> standings(np.array([0.6, 0.5]), replicates, 0.9)[0]
    Standing(rank=1, low=1, high=2, first=0.6666666666666666)
    """
    check_confidence(confidence)
    ranks_m = competition_ranks(np.asarray(values_m, dtype=np.float64)[:, None])[:, 0]
    found = []
    drawn_mr = None if replicates_mr is None else competition_ranks(replicates_mr)
    for model, rank in enumerate(ranks_m):
        if np.isnan(rank):
            found.append(Standing(0, 0, 0, float("nan")))
            continue
        low, high, first = 0, 0, float("nan")
        if drawn_mr is not None:
            drawn = drawn_mr[model][~np.isnan(drawn_mr[model])]
            if drawn.size:
                tail = (1 - confidence) / 2
                low = int(np.quantile(drawn, tail, method="lower"))
                high = int(np.quantile(drawn, 1 - tail, method="higher"))
                first = float((drawn == 1).mean())
        found.append(Standing(int(rank), low, high, first))
    return found


def mean_over_sets(
    values_s: np.ndarray, replicates_sr: np.ndarray | None, confidence: float = 0.95
) -> tuple[float, Interval]:
    """Average a model's values over datasets; sets are resampled independently of each other.

    Parameters
    ----------
    values_s
        (s,) one value per dataset.
    replicates_sr
        (s, r) replicates of each, drawn with different seeds, or None.
    confidence
        Coverage of the interval.

    Returns
    -------
    The mean, and its percentile interval (NaN without replicates). It tells of other cases of these
    datasets, not of other datasets.

    Examples
    --------
    >>> mean_over_sets(np.array([0.4, 0.6]), np.array([[0.4, 0.4], [0.6, 0.6]]))
    (0.5, Interval(low=0.5, high=0.5))
    """
    from cutis.stats.intervals import percentile_interval

    value = float(np.mean(values_s))
    if replicates_sr is None:
        return value, Interval(float("nan"), float("nan"))
    return value, percentile_interval(np.mean(replicates_sr, axis=0), confidence)


def bootstrap_p_value(difference: float, replicates_r: np.ndarray) -> float:
    """Return the two-sided p-value of a paired difference from its bootstrap standard error.

    The difference is divided by the deviation of its replicates and compared with the normal
    distribution, so that small p-values do not end at one over the number of replicates and a
    correction for many comparisons keeps its meaning.

    Parameters
    ----------
    difference
        The difference on the data as they are.
    replicates_r
        (r,) the difference on resamples, both models on the same cases.

    Returns
    -------
    float
        1 where both are always equal; NaN where fewer than two replicates are defined, or the
        replicates do not vary though the difference is not 0.

    Examples
    --------
    >>> replicates = np.array([-1.0, 1.0, -1.0, 1.0])
    >>> round(bootstrap_p_value(2.0, replicates), 4)
    0.0833
    """
    from statistics import NormalDist

    defined = replicates_r[~np.isnan(replicates_r)]
    if np.isnan(difference) or defined.size < 2:
        return float("nan")
    error = float(defined.std(ddof=1))
    if error == 0:
        return 1.0 if difference == 0 else float("nan")
    return 2 * NormalDist().cdf(-abs(difference) / error)
