"""Cohen's kappa of two raters, plain and weighted."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal

import numpy as np

from cutis.stats.estimate import Estimate, Settings
from cutis.stats.proportion import Interval
from cutis.stats.readers.ratings import Ratings, estimate_over_cases

KappaWeights = Literal["none", "linear", "quadratic"]


def kappa_weights(n_levels: int, weights: KappaWeights) -> np.ndarray:
    """Return how much each pair of levels disagrees, (c, c): 0 on the diagonal, 1 at most.

    Examples
    --------
    >>> kappa_weights(3, "quadratic").tolist()
    [[0.0, 0.25, 1.0], [0.25, 0.0, 0.25], [1.0, 0.25, 0.0]]
    """
    steps = np.abs(np.arange(n_levels)[:, None] - np.arange(n_levels)[None, :]).astype(np.float64)
    if weights == "none":
        return np.asarray(steps > 0, dtype=np.float64)
    share: np.ndarray = steps / max(n_levels - 1, 1)
    return share if weights == "linear" else share**2


def kappa_of_table(table_bcc: np.ndarray, weights: KappaWeights = "none") -> np.ndarray:
    """Return kappa of tables of counts, first rater by second.

    Cohen (1960); weighted: Cohen (1968). NaN where both raters used one and the same level
    throughout, so that chance alone would agree always.

    Parameters
    ----------
    table_bcc
        (b, c, c) counts.
    weights
        ``none``, or how far levels in order are apart: ``linear`` or ``quadratic``.

    Returns
    -------
    (b,) float64.

    Examples
    --------
    >>> kappa_of_table(np.array([[[20, 5], [10, 15]]])).round(4)
    array([0.4])
    """
    table = np.asarray(table_bcc, dtype=np.float64)
    cost = kappa_weights(table.shape[-1], weights)
    total = table.sum(axis=(1, 2))
    by_chance = np.einsum("bi,bj,ij->b", table.sum(axis=2), table.sum(axis=1), cost)
    with np.errstate(invalid="ignore", divide="ignore"):
        kappa: np.ndarray = 1 - (table * cost).sum(axis=(1, 2)) * total / by_chance
    kappa[by_chance == 0] = np.nan
    return kappa


def kappa_interval(
    table_cc: np.ndarray, weights: KappaWeights = "none", confidence: float = 0.95
) -> Interval:
    """Return the large-sample interval of kappa (Fleiss, Cohen and Everitt, 1969).

    Examples
    --------
    >>> low, high = kappa_interval(np.array([[20, 5], [10, 15]]))
    >>> round(low, 3), round(high, 3)
    (0.151, 0.649)
    """
    table = np.asarray(table_cc, dtype=np.float64)
    kappa = float(kappa_of_table(table[None], weights)[0])
    n = table.sum()
    share = table / n
    agree = 1 - kappa_weights(len(table), weights)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    chance = float(rows @ agree @ columns)
    if np.isnan(kappa):
        return Interval(float("nan"), float("nan"))
    marginal = (agree @ columns)[:, None] + (rows @ agree)[None, :]
    spread = (share * (agree - marginal * (1 - kappa)) ** 2).sum()
    variance = (spread - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * max(float(variance), 0.0) ** 0.5
    return Interval(kappa - half, kappa + half)


def pair_table(ratings: Ratings, first: int, second: int) -> np.ndarray:
    """Return one row per case with a 1 in the cell of the two raters' levels, (n, c, c).

    Cases that one of the two did not rate are all zero.
    """
    one = (ratings.values_nk[:, first, None] == ratings.levels_c).astype(np.float64)
    other = (ratings.values_nk[:, second, None] == ratings.levels_c).astype(np.float64)
    return np.asarray(one[:, :, None] * other[:, None, :])


def estimate_kappa(
    ratings: Ratings,
    first: int,
    second: int,
    settings: Settings,
    weights: KappaWeights = "none",
    groups_n: np.ndarray | None = None,
) -> Estimate:
    """Return kappa of two raters over the cases both rated, with a case-bootstrap interval.

    Parameters
    ----------
    ratings
        Of n cases by k raters.
    first, second
        Columns of the two raters.
    settings
        How the interval is made.
    weights
        ``none``, ``linear`` or ``quadratic``.
    groups_n
        Lesion or patient of every case.

    Examples
    --------
    >>> from cutis.stats.readers.ratings import make_ratings
    >>> ratings = make_ratings([[0, 0]] * 20 + [[0, 1]] * 5 + [[1, 0]] * 10 + [[1, 1]] * 15)
    >>> estimate = estimate_kappa(ratings, 0, 1, Settings(n_bootstrap=200))
    >>> round(estimate.value, 4), estimate.n
    (0.4, 50)
    """
    table = pair_table(ratings, first, second)
    both = table.sum(axis=(1, 2)) > 0
    cells = table[both].reshape(int(both.sum()), table.shape[1] ** 2)
    c = ratings.levels_c.size
    if not len(cells):
        note = "no case was rated by both"
        nan = float("nan")
        return Estimate(nan, nan, nan, 0, "none", settings.grouping, note)
    return estimate_over_cases(
        lambda weights_bn: kappa_of_table((weights_bn @ cells).reshape(-1, c, c), weights),
        len(cells),
        settings,
        groups_n=None if groups_n is None else np.asarray(groups_n, object)[both],
        undefined="both raters gave the same answer throughout, so chance cannot be told apart",
    )
