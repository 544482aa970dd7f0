"""Krippendorff's alpha: agreement of any number of raters, any scale, with missing ratings."""

from __future__ import annotations

from typing import Literal

import numpy as np

from cutis.stats.estimate import Estimate, Settings
from cutis.stats.readers.ratings import Ratings, estimate_over_cases

Scale = Literal["nominal", "ordinal", "interval"]


def coincidences(counts_nc: np.ndarray) -> np.ndarray:
    """Return each case's share of the coincidence matrix, (n, c, c).

    Every ordered pair of ratings of one case counts 1 / (ratings of the case - 1); a case with a
    single rating counts nothing.

    Examples
    --------
    >>> coincidences(np.array([[2, 1], [1, 0]])).tolist()
    [[[1.0, 1.0], [1.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]
    """
    counts = np.asarray(counts_nc, dtype=np.float64)
    raters = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(counts.shape[1])
    pairs[:, diagonal, diagonal] -= counts
    shared: np.ndarray = pairs / np.maximum(raters - 1, 1)[:, None, None]
    shared[raters < 2] = 0.0
    return shared


def distances(levels_c: np.ndarray, totals_bc: np.ndarray, scale: Scale) -> np.ndarray:
    """Return the squared distance between every two levels, (b, c, c).

    Parameters
    ----------
    levels_c
        The levels, rising.
    totals_bc
        How many pairable ratings each level has; ordinal distances depend on them.
    scale
        ``nominal``, ``ordinal`` (ranks) or ``interval`` (differences).
    """
    c = levels_c.size
    if scale == "nominal":
        return np.broadcast_to(1 - np.eye(c), (len(totals_bc), c, c))
    if scale == "interval":
        return np.broadcast_to((levels_c[:, None] - levels_c) ** 2, (len(totals_bc), c, c))
    # Between two levels lie the ratings of those between them and half of their own.
    middle = totals_bc.cumsum(axis=1) - totals_bc / 2
    return np.asarray((middle[:, :, None] - middle[:, None, :]) ** 2)


def alpha_of_coincidences(
    table_bcc: np.ndarray, levels_c: np.ndarray, scale: Scale = "nominal"
) -> np.ndarray:
    """Return Krippendorff's alpha of coincidence matrices.

    Krippendorff, "Content analysis" (chapter on reliability); alpha = 1 - observed / expected
    disagreement. NaN where all pairable ratings are the same, or there are none.

    Returns
    -------
    (b,) float64.

    Examples
    --------
    >>> table = np.array([[[10.0, 1.0], [1.0, 8.0]]])
    >>> alpha_of_coincidences(table, np.array([0.0, 1.0])).round(4)
    array([0.8081])
    """
    totals = table_bcc.sum(axis=2)
    n = totals.sum(axis=1)
    squared = distances(levels_c, totals, scale)
    observed = (table_bcc * squared).sum(axis=(1, 2))
    expected = np.einsum("bi,bj,bij->b", totals, totals, squared)
    with np.errstate(invalid="ignore", divide="ignore"):
        alpha: np.ndarray = 1 - (n - 1) * observed / expected
    alpha[expected == 0] = np.nan
    return alpha


def estimate_alpha(
    ratings: Ratings,
    settings: Settings,
    scale: Scale = "nominal",
    groups_n: np.ndarray | None = None,
) -> Estimate:
    """Return Krippendorff's alpha over the cases with two or more ratings, and its interval.

    The interval is a case bootstrap, not Krippendorff's own, which draws pairs of ratings as if
    they were independent.

    Examples
    --------
    >>> from cutis.stats.readers.ratings import make_ratings
    >>> nan = float("nan")
    >>> ratings = make_ratings([[1, 1, nan], [2, 2, 3], [3, 3, 3], [nan, 2, 2], [1, nan, nan]])
    >>> estimate = estimate_alpha(ratings, Settings(n_bootstrap=100))
    >>> round(estimate.value, 4), estimate.n
    (0.7188, 4)
    """
    counts = ratings.counts_nc()
    used = counts.sum(axis=1) >= 2
    shares = coincidences(counts[used])
    c = ratings.levels_c.size
    cells = shares.reshape(len(shares), c * c)
    if not len(cells):
        nan = float("nan")
        note = "no case has two ratings"
        return Estimate(nan, nan, nan, 0, "none", settings.grouping, note)

    def statistic(weights_bn: np.ndarray) -> np.ndarray:
        return alpha_of_coincidences(
            (weights_bn @ cells).reshape(-1, c, c), ratings.levels_c, scale
        )

    return estimate_over_cases(
        statistic,
        len(cells),
        settings,
        groups_n=None if groups_n is None else np.asarray(groups_n, object)[used],
        undefined="all ratings are the same, so chance cannot be told apart",
    )
