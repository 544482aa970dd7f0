"""Ratings of cases by raters, and the case bootstrap of anything computed from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cutis.stats.clusters import Clusters, make_clusters
from cutis.stats.estimate import Basis, Estimate, Settings, make_estimate
from cutis.stats.resampling import bootstrap_weights

# A statistic of weighted cases: (b, n) multiplicities to (b,) values.
Statistic = Callable[[np.ndarray], np.ndarray]


class Ratings(NamedTuple):
    """What k raters said of n cases.

    Attributes
    ----------
    values_nk
        float64; NaN where a rater did not see a case. Nominal answers are class numbers.
    levels_c
        The different values, rising.
    """

    values_nk: np.ndarray
    levels_c: np.ndarray

    def counts_nc(self) -> np.ndarray:
        """Return how many raters gave each case each level, float64."""
        matches_nkc = self.values_nk[:, :, None] == self.levels_c
        return np.asarray(matches_nkc.sum(axis=1), dtype=np.float64)


def make_ratings(values_nk: ArrayLike, levels: ArrayLike | None = None) -> Ratings:
    """Check ratings, and list the levels that occur unless they are given.

    Parameters
    ----------
    values_nk
        One row per case, one column per rater; NaN for a missing rating.
    levels
        All values that could have been given, when some did not occur.

    Raises
    ------
    ValueError
        If it is no table of at least two raters, or a rating is none of the levels.

    Examples
    --------
    >>> make_ratings([[1, 2], [2, float("nan")]]).counts_nc().tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    values = np.asarray(values_nk, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2 or not len(values):
        raise ValueError(
            f"Ratings of shape {values.shape} hold no agreement; at least one case (row) and two "
            "raters (columns) are needed."
        )
    present = np.unique(values[~np.isnan(values)])
    known = present if levels is None else np.unique(np.asarray(levels, dtype=np.float64))
    strange = np.setdiff1d(present, known)
    if strange.size:
        raise ValueError(f"The rating {strange[0]:g} is none of the {known.size} levels.")
    return Ratings(values, known)


def estimate_over_cases(
    statistic: Statistic,
    n: int,
    settings: Settings,
    *,
    groups_n: ArrayLike | None = None,
    undefined: str = "undefined for these ratings",
    n_reported: int | None = None,
) -> Estimate:
    """Return a statistic of n cases with the percentile interval of a case bootstrap.

    The raters are taken as they are; the cases (or their groups) are drawn again.

    Parameters
    ----------
    statistic
        Takes (b, n) multiplicities of the cases and returns b values, NaN where undefined.
    n
        Number of cases.
    settings
        How the interval is made.
    groups_n
        Lesion or patient of every case.
    undefined
        The note when the value does not exist.
    n_reported
        Cases that carry information, when fewer than n.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 1.0, 1.0])
    >>> estimate = estimate_over_cases(lambda w: w @ x / w.sum(axis=1), 4, Settings())
    >>> estimate.value, estimate.low
    (0.75, 0.25)
    """
    clusters = make_clusters(groups_n, n)
    value = float(statistic(np.ones((1, n)))[0])
    replicates = None
    if settings.n_bootstrap:
        replicates = replicate(statistic, clusters, settings)
    basis = Basis(
        n=n if n_reported is None else n_reported, n_groups=clusters.n_groups, undefined=undefined
    )
    return make_estimate(value, replicates, None, basis, settings)


def replicate(statistic: Statistic, clusters: Clusters, settings: Settings) -> np.ndarray:
    """Return the bootstrap values of a statistic of weighted cases, (r,).

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> settings = Settings(n_bootstrap=3)
    >>> replicate(lambda w: w.sum(axis=1), make_clusters(None, 4), settings)
    array([4., 4., 4.])
    """
    blocks = bootstrap_weights(clusters, settings.n_bootstrap, settings.seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.concatenate([statistic(weights) for weights in blocks])
