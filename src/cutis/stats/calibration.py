"""How far stated probabilities can be trusted: reliability bins, ECE, Brier score."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.stats.binning import Binning, bin_edges, bin_of
from cutis.stats.counts import one_hot, ratio, unit_weights
from cutis.stats.proportion import wilson_interval

N_BINS = 15


class Bin(NamedTuple):
    """Images whose top probability lies in (low, high].

    Attributes
    ----------
    low, high
        Edges of the bin; the first bin includes its lower edge.
    n
        Images in it.
    confidence, accuracy
        Mean top probability, and share predicted right; NaN in an empty bin.
    accuracy_low, accuracy_high
        Wilson interval of the accuracy; NaN in an empty bin.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float


def confidence_bin(probs_nc: np.ndarray, n_bins: int = N_BINS) -> np.ndarray:
    """Return the equal-width bin, 0 to ``n_bins - 1``, of each image's top probability, (n,).

    Examples
    --------
    >>> confidence_bin(np.array([[0.5, 0.5], [0.95, 0.05]]), n_bins=10)
    array([4, 9])
    """
    top_n = probs_nc.max(axis=1)
    return bin_of(top_n, bin_edges(top_n, n_bins))


def expected_calibration_error(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    n_bins: int = N_BINS,
    weights_rn: np.ndarray | None = None,
    binning: Binning = "width",
) -> np.ndarray:
    """Expected calibration error of the predicted class, (r,).

    Mean absolute gap between top probability and accuracy in bins, weighted by the images in each
    (Guo et al., "On calibration of modern neural networks", 2017). With two classes it is still
    the top probability that is binned, so equal-width bins below 0.5 are empty.

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    probs_nc
        (n, c) probabilities.
    n_bins
        Number of bins between 0 and 1.
    weights_rn
        (r, n) how often each row counts in each replicate; None means once.
    binning
        Bins of equal ``width``, or of equal ``mass`` (images); the latter are laid once, on the
        images as they are, and kept in every replicate.

    Examples
    --------
    >>> probs = np.array([[0.8, 0.2], [0.8, 0.2], [0.4, 0.6]])
    >>> print(expected_calibration_error(np.array([0, 1, 1]), probs, n_bins=5).round(4))
    [0.3333]
    """
    weights = unit_weights(labels_n.size) if weights_rn is None else weights_rn
    gap_nb = confidence_gaps(labels_n, probs_nc, n_bins, binning)
    return ratio(np.abs(weights @ gap_nb).sum(axis=1), weights.sum(axis=1))


def confidence_gaps(
    labels_n: np.ndarray, probs_nc: np.ndarray, n_bins: int = N_BINS, binning: Binning = "width"
) -> np.ndarray:
    """Return each image's top probability minus whether it is right, in its bin's column, (n, b).

    Examples
    --------
    >>> confidence_gaps(np.array([0, 1]), np.array([[0.75, 0.25], [1.0, 0.0]]), n_bins=2).tolist()
    [[-0.0, -0.25], [0.0, 1.0]]
    """
    top_n = probs_nc.max(axis=1)
    edges = bin_edges(top_n, n_bins, binning)
    bins_nb = one_hot(bin_of(top_n, edges), edges.size - 1)
    gap_nb: np.ndarray = bins_nb * (top_n - (probs_nc.argmax(axis=1) == labels_n))[:, None]
    return gap_nb


def calibration_error_by_chance(
    probs_nc: np.ndarray,
    n_bins: int = N_BINS,
    draws: int = 200,
    seed: int = 0,
    binning: Binning = "width",
) -> float:
    """Return the calibration error that a perfectly calibrated model would show on average.

    An expected calibration error is never negative, so chance alone makes it positive; this is
    how far, for images with just these top probabilities, judged independently.

    Parameters
    ----------
    probs_nc
        (n, c) probabilities.
    n_bins
        Number of bins between 0 and 1.
    draws
        How many times correctness is drawn from the stated probabilities.
    seed
        Seed of the draws.
    binning
        Bins of equal ``width``, or of equal ``mass`` (images).

    Examples
    --------
    >>> round(calibration_error_by_chance(np.full((100, 2), 0.5)), 2)
    0.04
    """
    generator = np.random.default_rng(seed)
    top_n = probs_nc.max(axis=1)
    edges = bin_edges(top_n, n_bins, binning)
    bins_nb = one_hot(bin_of(top_n, edges), edges.size - 1)
    total = 0.0
    for _ in range(draws):
        gap_n = top_n - (generator.random(top_n.size) < top_n)
        total += float(np.abs(gap_n @ bins_nb).sum()) / top_n.size
    return total / draws


def brier_score(
    labels_n: np.ndarray, probs_nc: np.ndarray, weights_rn: np.ndarray | None = None
) -> np.ndarray:
    """Brier score, (r,): the mean squared error of the probabilities; 0 is perfect.

    With three or more classes the squared errors are summed over the classes and averaged over
    the images, so it ranges from 0 to 2 (Brier, 1950). With two classes it is the usual
    single-probability form, the squared error of the second class's probability, from 0 to 1.

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    probs_nc
        (n, c) probabilities.
    weights_rn
        (r, n) how often each row counts in each replicate; None means once.

    Examples
    --------
    >>> print(brier_score(np.array([1, 0]), np.array([[0.2, 0.8], [0.6, 0.4]])).round(3))
    [0.1]
    """
    weights = unit_weights(labels_n.size) if weights_rn is None else weights_rn
    error_nc = (probs_nc - one_hot(labels_n, probs_nc.shape[1])) ** 2
    error_n = error_nc[:, 1] if probs_nc.shape[1] == 2 else error_nc.sum(axis=1)
    return ratio(weights @ error_n, weights.sum(axis=1))


def reliability_bins(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    n_bins: int = N_BINS,
    clusters_n: np.ndarray | None = None,
    confidence: float = 0.95,
    binning: Binning = "width",
) -> list[Bin]:
    """Return, for bins of the top probability, the mean of it and the accuracy.

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    probs_nc
        (n, c) probabilities.
    n_bins
        Number of bins between 0 and 1.
    clusters_n
        (n,) int cluster of each row; the Wilson interval of a bin then counts clusters, not rows.
    confidence
        Coverage of the Wilson intervals.
    binning
        Bins of equal ``width``, or of equal ``mass`` (images).

    Examples
    --------
    >>> bins = reliability_bins(np.array([0, 1]), np.array([[0.9, 0.1], [0.9, 0.1]]), n_bins=2)
    >>> bins[1].n, bins[1].confidence, bins[1].accuracy
    (2, 0.9, 0.5)
    """
    top_n = probs_nc.max(axis=1)
    right_n = probs_nc.argmax(axis=1) == labels_n
    edges = bin_edges(top_n, n_bins, binning)
    bin_n = bin_of(top_n, edges)
    return [
        _bin(edges[b : b + 2], bin_n == b, top_n, right_n, clusters_n, confidence)
        for b in range(edges.size - 1)
    ]


def _bin(
    edges: np.ndarray,
    inside_n: np.ndarray,
    top_n: np.ndarray,
    right_n: np.ndarray,
    clusters_n: np.ndarray | None,
    confidence: float,
) -> Bin:
    n = int(inside_n.sum())
    low, high = float(edges[0]), float(edges[1])
    if n == 0:
        return Bin(low, high, 0, *(float("nan"),) * 4)
    accuracy = float(right_n[inside_n].mean())
    trials = n if clusters_n is None else int(np.unique(clusters_n[inside_n]).size)
    interval = wilson_interval(accuracy * trials, trials, confidence)
    return Bin(low, high, n, float(top_n[inside_n].mean()), accuracy, interval.low, interval.high)
