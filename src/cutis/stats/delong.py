"""The covariance of several models' AUROC on the same images, by placements.

DeLong, DeLong and Clarke-Pearson, 1988; the fast form with midranks by Sun and Xu, 2014; images
that come in clusters by Obuchowski, 1997.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.proportion import Interval, check_confidence


class AreaCovariance(NamedTuple):
    """AUROC of m models on the same images, and how they vary together.

    Attributes
    ----------
    auroc_m
        (m,) the areas.
    covariance_mm
        (m, m) their estimated covariance; NaN where there are too few images or groups.
    """

    auroc_m: np.ndarray
    covariance_mm: np.ndarray


class AreaDifference(NamedTuple):
    """The difference of two areas.

    Attributes
    ----------
    difference
        First minus second.
    interval
        Confidence interval of the difference, from the normal distribution.
    p
        Two-sided p-value; NaN where the difference has no variance but is not zero.
    """

    difference: float
    interval: Interval
    p: float


def delong(
    positive_n: np.ndarray, scores_mn: np.ndarray, clusters: Clusters | None = None
) -> AreaCovariance:
    """Estimate the AUROC of every model and their covariance.

    The placement of a positive image is the share of negative images that score less (ties one
    half), that of a negative image the share of positive images that score more. Their mean is
    the AUROC, their covariance over images gives that of the areas. With clusters the placements
    are summed within each cluster first, so that several images of one lesion or patient do not
    pass for independent ones.

    Parameters
    ----------
    positive_n
        (n,) bool, whether the image is of the class.
    scores_mn
        (m, n) the score of the class by each of m models.
    clusters
        The clusters of the images; None when images are independent.

    Raises
    ------
    ValueError
        If there is no positive or no negative image, or a score is not finite.

    Examples
    --------
    >>> positive = np.array([False, False, False, True, True])
    >>> result = delong(positive, np.array([[0.1, 0.3, 0.6, 0.5, 0.8]]))
    >>> print(result.auroc_m.round(4), result.covariance_mm.round(4))
    [0.8333] [[0.0556]]
    """
    positive = np.asarray(positive_n, bool)
    scores = np.atleast_2d(np.asarray(scores_mn, dtype=np.float64))
    _check(positive, scores)
    of_positives, of_negatives = placements(positive, scores)
    auroc_m = of_positives.mean(axis=1)
    apart_p = of_positives - auroc_m[:, None]
    apart_q = of_negatives - auroc_m[:, None]
    if clusters is None or not clusters.grouped:
        covariance = _covariance_of_mean(apart_p) + _covariance_of_mean(apart_q)
    else:
        covariance = _clustered(positive, apart_p, apart_q, clusters)
    return AreaCovariance(auroc_m, covariance)


def placements(positive_n: np.ndarray, scores_mn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the placements of the positive and of the negative images.

    Parameters
    ----------
    positive_n
        (n,) bool, with p positives and q negatives.
    scores_mn
        (m, n) scores of m models.

    Returns
    -------
    (m, p) and (m, q) float64, both in the order of the images.

    Examples
    --------
    >>> of_positives, _ = placements(np.array([False, True, False]), np.array([[0.2, 0.2, 0.1]]))
    >>> of_positives
    array([[0.75]])
    """
    high_mp, low_mq = scores_mn[:, positive_n], scores_mn[:, ~positive_n]
    shares_mp, shares_mq = np.empty_like(high_mp), np.empty_like(low_mq)
    for k, (high, low) in enumerate(zip(high_mp, low_mq, strict=True)):
        shares_mp[k] = _share_below(low, high)
        shares_mq[k] = 1 - _share_below(high, low)
    return shares_mp, shares_mq


def _share_below(others: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return for each value the share of the others that are smaller, equal ones one half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    share: np.ndarray = below / (2 * others.size)
    return share


def _check(positive_n: np.ndarray, scores_mn: np.ndarray) -> None:
    if scores_mn.shape[1:] != positive_n.shape:
        raise ValueError(
            f"The scores have shape {scores_mn.shape}; for {positive_n.size} images each model "
            f"needs {positive_n.size} of them."
        )
    if positive_n.all() or not positive_n.any():
        raise ValueError(
            f"{int(positive_n.sum())} of {positive_n.size} images are of the class; an AUROC needs "
            "at least one that is and one that is not."
        )
    if not np.isfinite(scores_mn).all():
        raise ValueError("Some scores are not finite; leave out the images without a prediction.")


def _covariance_of_mean(apart_mk: np.ndarray) -> np.ndarray:
    size = apart_mk.shape[1]
    if size < 2:
        return np.full((apart_mk.shape[0],) * 2, np.nan)
    covariance: np.ndarray = apart_mk @ apart_mk.T / (size * (size - 1))
    return covariance


def _clustered(
    positive_n: np.ndarray, apart_mp: np.ndarray, apart_mq: np.ndarray, clusters: Clusters
) -> np.ndarray:
    """Sum within clusters and correct each sum of squares for its number of clusters."""
    index_p, index_q = clusters.index_n[positive_n], clusters.index_n[~positive_n]
    sums_p = _sums(apart_mp, index_p, clusters.n_groups) / index_p.size
    sums_q = _sums(apart_mq, index_q, clusters.n_groups) / index_q.size
    cross = sums_p @ sums_q.T
    covariance: np.ndarray = (
        sums_p @ sums_p.T * _correction(np.unique(index_p).size)
        + sums_q @ sums_q.T * _correction(np.unique(index_q).size)
        + (cross + cross.T) * _correction(clusters.n_groups)
    )
    return covariance


def _sums(values_mk: np.ndarray, index_k: np.ndarray, n_groups: int) -> np.ndarray:
    return np.stack([np.bincount(index_k, weights=row, minlength=n_groups) for row in values_mk])


def _correction(n_groups: int) -> float:
    return n_groups / (n_groups - 1) if n_groups > 1 else float("nan")


def compare_areas(
    areas: AreaCovariance, first: int, second: int, confidence: float = 0.95
) -> AreaDifference:
    """Return the difference of two models' AUROC with its interval and p-value.

    Two models that rank every pair alike have difference 0 and p-value 1. If the difference is
    not 0 but has no variance (a model without a single error), there is no test and p is NaN.

    Parameters
    ----------
    areas
        What :func:`delong` returned.
    first, second
        Which models, by place.
    confidence
        Coverage of the interval.

    Examples
    --------
    >>> positive = np.array([False, False, True, True, True])
    >>> scores = np.array([[0.1, 0.4, 0.3, 0.8, 0.9], [0.5, 0.4, 0.3, 0.2, 0.9]])
    >>> result = compare_areas(delong(positive, scores), 0, 1)
    >>> round(result.difference, 4), round(result.p, 4)
    (0.5, 0.1336)
    """
    check_confidence(confidence)
    difference = float(areas.auroc_m[first] - areas.auroc_m[second])
    covariance = areas.covariance_mm
    variance = float(
        covariance[first, first] + covariance[second, second] - 2 * covariance[first, second]
    )
    if math.isnan(variance) or variance < 1e-18:
        known = abs(difference) < 1e-12 and not math.isnan(variance)
        return AreaDifference(difference, Interval(float("nan"), float("nan")), 1.0 if known
                              else float("nan"))  # fmt: skip
    error = math.sqrt(variance)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * error
    p = math.erfc(abs(difference) / error / math.sqrt(2))
    return AreaDifference(difference, Interval(difference - half, difference + half), p)
