"""Fleiss' kappa: agreement of several raters on named answers."""

from __future__ import annotations

import numpy as np

from cutis.stats.estimate import Estimate, Settings
from cutis.stats.readers.ratings import Ratings, estimate_over_cases


def fleiss_of_counts(counts_nc: np.ndarray, weights_bn: np.ndarray | None = None) -> np.ndarray:
    """Return Fleiss' kappa of cases that were all rated by the same number of raters.

    Fleiss, "Measuring nominal scale agreement among many raters" (1971). NaN where every rating
    is the same.

    Parameters
    ----------
    counts_nc
        How many raters gave each case each level; the rows have one sum.
    weights_bn
        How often each case counts [once].

    Returns
    -------
    (b,) float64.

    Raises
    ------
    ValueError
        If the rows do not have one sum of at least two.

    Examples
    --------
    >>> fleiss_of_counts(np.array([[2, 0], [1, 1], [0, 2], [0, 2]])).round(4)
    array([0.4667])
    """
    counts = np.asarray(counts_nc, dtype=np.float64)
    raters = counts.sum(axis=1)
    if not len(counts) or raters[0] < 2 or np.ptp(raters) > 0:
        raise ValueError("Fleiss' kappa needs cases with one and the same number of raters, >= 2.")
    k = float(raters[0])
    weights = np.ones((1, len(counts))) if weights_bn is None else weights_bn
    agreed_n = ((counts**2).sum(axis=1) - k) / (k * (k - 1))
    total_b = weights.sum(axis=1)
    observed = weights @ agreed_n / total_b
    chance = (((weights @ counts) / (k * total_b[:, None])) ** 2).sum(axis=1)
    alike = np.isclose(chance, 1.0, atol=1e-12)
    kappa: np.ndarray = (observed - chance) / np.where(alike, np.nan, 1 - chance)
    return kappa


def estimate_fleiss(
    ratings: Ratings, settings: Settings, groups_n: np.ndarray | None = None
) -> Estimate:
    """Return Fleiss' kappa over the cases that every rater rated, with a case-bootstrap interval.

    Cases that a rater skipped are left out; Krippendorff's alpha uses them.

    Examples
    --------
    >>> from cutis.stats.readers.ratings import make_ratings
    >>> ratings = make_ratings([[0, 0], [0, 1], [1, 1], [1, 1], [0, float("nan")]])
    >>> estimate = estimate_fleiss(ratings, Settings(n_bootstrap=100))
    >>> round(estimate.value, 4), estimate.n
    (0.4667, 4)
    """
    complete = ~np.isnan(ratings.values_nk).any(axis=1)
    counts = ratings.counts_nc()[complete]
    if not len(counts):
        nan = float("nan")
        note = "no case was rated by every rater; see Krippendorff's alpha"
        return Estimate(nan, nan, nan, 0, "none", settings.grouping, note)
    return estimate_over_cases(
        lambda weights_bn: fleiss_of_counts(counts, weights_bn),
        len(counts),
        settings,
        groups_n=None if groups_n is None else np.asarray(groups_n, object)[complete],
        undefined="every rating is the same, so chance cannot be told apart",
    )
