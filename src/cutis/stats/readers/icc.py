"""Intraclass correlations: agreement of raters who give numbers."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cutis.stats.proportion import Interval
from cutis.stats.readers.ratings import Statistic

IccKind = Literal["1", "2", "3", "1k", "2k", "3k"]
ICC_KINDS: tuple[IccKind, ...] = ("1", "2", "3", "1k", "2k", "3k")
ICC_NAMES: dict[IccKind, str] = {
    "1": "ICC(1,1)",
    "2": "ICC(2,1)",
    "3": "ICC(3,1)",
    "1k": "ICC(1,k)",
    "2k": "ICC(2,k)",
    "3k": "ICC(3,k)",
}


class MeanSquares(NamedTuple):
    """Mean squares of cases, raters, the rest, and within cases, each (b,); and n and k.

    ``n`` is the number of cases, ``k`` of raters.
    """

    cases: np.ndarray
    raters: np.ndarray
    error: np.ndarray
    within: np.ndarray
    n: int
    k: int


def mean_squares(values_nk: np.ndarray, weights_bn: np.ndarray | None = None) -> MeanSquares:
    """Return the two-way analysis of variance of a full table of ratings.

    Parameters
    ----------
    values_nk
        Ratings without a gap, n cases by k raters, both at least 2.
    weights_bn
        How often each case counts; each row sums to n [once each].

    Raises
    ------
    ValueError
        If a rating is missing or there are fewer than two cases or raters.

    Examples
    --------
    >>> squares = mean_squares(np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]]))
    >>> squares.cases.round(4), squares.error.round(4)
    (array([4.1667]), array([0.5]))
    """
    values = np.asarray(values_nk, dtype=np.float64)
    if values.ndim != 2 or min(values.shape) < 2 or np.isnan(values).any():
        raise ValueError("An ICC needs at least two cases and two raters, and no missing rating.")
    n, k = values.shape
    weights = np.ones((1, n)) if weights_bn is None else weights_bn
    n_b = weights.sum(axis=1)
    case_n = values.mean(axis=1)
    grand_b = weights @ case_n / n_b
    rater_bk = weights @ values / n_b[:, None]
    between = k * (weights @ case_n**2 - n_b * grand_b**2)
    within = weights @ ((values - case_n[:, None]) ** 2).sum(axis=1)
    raters = n_b * ((rater_bk - grand_b[:, None]) ** 2).sum(axis=1)
    rest = np.maximum(within - raters, 0.0)
    return MeanSquares(
        np.maximum(between, 0.0) / (n - 1),
        raters / (k - 1),
        rest / ((n - 1) * (k - 1)),
        within / (n * (k - 1)),
        n,
        k,
    )


def icc_of(squares: MeanSquares, kind: IccKind) -> np.ndarray:
    """Return one of the six intraclass correlations of Shrout and Fleiss (1979), (b,).

    ``1``: every case has raters of its own. ``2``: the raters are a sample, their levels count
    (absolute agreement). ``3``: these raters only, their levels do not count (consistency). With
    ``k``: of the mean of the raters. NaN where nothing varies.

    Examples
    --------
    >>> squares = mean_squares(np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]]))
    >>> icc_of(squares, "2").round(4), icc_of(squares, "3k").round(4)
    (array([0.6875]), array([0.88]))
    """
    between, raters, error, within, n, k = squares
    parts = {
        "1": (between - within, between + (k - 1) * within),
        "2": (between - error, between + (k - 1) * error + k * (raters - error) / n),
        "3": (between - error, between + (k - 1) * error),
        "1k": (between - within, between),
        "2k": (between - error, between + (raters - error) / n),
        "3k": (between - error, between),
    }
    top, bottom = parts[kind]
    with np.errstate(invalid="ignore", divide="ignore"):
        value: np.ndarray = np.where(np.abs(bottom) > 1e-15, top / bottom, np.nan)
    return value


def icc_interval(values_nk: ArrayLike, kind: IccKind, confidence: float = 0.95) -> Interval:
    """Return the F-based interval of an ICC (Shrout and Fleiss, 1979; McGraw and Wong, 1996).

    It supposes normal ratings. NaN where the error is zero.

    Examples
    --------
    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9],
    ...          [6, 2, 4, 7]]
    >>> low, high = icc_interval(table, "3")
    >>> round(low, 3), round(high, 3)
    (0.342, 0.946)
    """
    squares = mean_squares(np.asarray(values_nk, dtype=np.float64))
    if float(squares.error[0]) <= 0:
        return Interval(float("nan"), float("nan"))
    single: Interval
    if kind.startswith("2"):
        single = _interval_of_agreement(squares, confidence)
    else:
        single = _interval_of_ratio(squares, kind, confidence)
    if not kind.endswith("k"):
        return single
    low, high = (squares.k * x / (1 + (squares.k - 1) * x) for x in single)
    return Interval(low, high)


def _interval_of_ratio(squares: MeanSquares, kind: IccKind, confidence: float) -> Interval:
    from scipy.stats import f

    n, k = squares.n, squares.k
    is_one_way = kind.startswith("1")
    rest = squares.within if is_one_way else squares.error
    df = n * (k - 1) if is_one_way else (n - 1) * (k - 1)
    ratio = float(squares.cases[0] / rest[0])
    tail = 0.5 + confidence / 2
    low = ratio / float(f.ppf(tail, n - 1, df))
    high = ratio * float(f.ppf(tail, df, n - 1))
    return Interval((low - 1) / (low + k - 1), (high - 1) / (high + k - 1))


def _interval_of_agreement(squares: MeanSquares, confidence: float) -> Interval:
    from scipy.stats import f

    n, k = squares.n, squares.k
    between, raters, error = (float(x[0]) for x in squares[:3])
    value = float(icc_of(squares, "2")[0])
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    df = (a * raters + b * error) ** 2 / (
        (a * raters) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    )
    tail = 0.5 + confidence / 2
    lower, upper = float(f.ppf(tail, n - 1, df)), float(f.ppf(tail, df, n - 1))
    rest = k * raters + (k * n - k - n) * error
    return Interval(
        n * (between - lower * error) / (lower * rest + n * between),
        n * (upper * between - error) / (rest + n * upper * between),
    )


def icc_statistic(values_nk: np.ndarray, kind: IccKind) -> Statistic:
    """Return an ICC as a function of how often each case counts.

    Examples
    --------
    >>> statistic = icc_statistic(np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]]), "2")
    >>> statistic(np.ones((1, 3))).round(4)
    array([0.6875])
    """
    return lambda weights_bn: icc_of(mean_squares(values_nk, weights_bn), kind)
