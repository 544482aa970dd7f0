"""Calibration of every class's probability, not only of the predicted class's."""

from __future__ import annotations

import numpy as np

from cutis.stats.binning import Binning, bin_edges, bin_of
from cutis.stats.calibration import N_BINS
from cutis.stats.counts import one_hot, ratio, unit_weights


def class_calibration_errors(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    n_bins: int = N_BINS,
    weights_rn: np.ndarray | None = None,
    binning: Binning = "width",
) -> np.ndarray:
    """Return the calibration error of each class against the rest, (r, c).

    For every class its probability is binned over all images, and the mean absolute gap between
    that probability and the share of images that are of the class is taken. The mean over classes
    is the class-wise calibration error (Kull et al., "Beyond temperature scaling", 2019). With
    many classes most images have a probability near 0 for most of them, so it is small by nature
    and comparable only between models on the same images.

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
        Bins of equal ``width``, or of equal ``mass`` (images).

    Examples
    --------
    >>> probs = np.array([[0.8, 0.2], [0.8, 0.2], [0.4, 0.6]])
    >>> print(class_calibration_errors(np.array([0, 1, 1]), probs, n_bins=5).round(4))
    [[0.3333 0.3333]]
    """
    weights = unit_weights(labels_n.size) if weights_rn is None else weights_rn
    gaps = class_gaps(labels_n, probs_nc, n_bins, binning)
    errors_cr = [np.abs(weights @ gap_nb).sum(axis=1) for gap_nb in gaps]
    return ratio(np.stack(errors_cr, axis=1), weights.sum(axis=1, keepdims=True))


def class_gaps(
    labels_n: np.ndarray, probs_nc: np.ndarray, n_bins: int = N_BINS, binning: Binning = "width"
) -> list[np.ndarray]:
    """Return for every class its probability minus its presence, in its bin's column, c x (n, b).

    Examples
    --------
    >>> gaps = class_gaps(np.array([0, 1]), np.array([[0.75, 0.25], [1.0, 0.0]]), n_bins=2)
    >>> gaps[1].tolist()
    [[0.25, 0.0], [-1.0, -0.0]]
    """
    gaps = []
    for k in range(probs_nc.shape[1]):
        edges = bin_edges(probs_nc[:, k], n_bins, binning)
        bins_nb = one_hot(bin_of(probs_nc[:, k], edges), edges.size - 1)
        gaps.append(bins_nb * (probs_nc[:, k] - (labels_n == k))[:, None])
    return gaps


def class_error_by_chance(
    probs_nc: np.ndarray, n_bins: int = N_BINS, draws: int = 200, seed: int = 0
) -> float:
    """Return the mean class-wise calibration error that a calibrated model would show.

    Labels are drawn from the stated probabilities, image by image.

    Parameters
    ----------
    probs_nc
        (n, c) probabilities.
    n_bins
        Number of bins between 0 and 1.
    draws
        How many sets of labels are drawn.
    seed
        Seed of the draws.

    Examples
    --------
    >>> round(class_error_by_chance(np.full((100, 2), 0.5)), 2)
    0.04
    """
    generator = np.random.default_rng(seed)
    n, c = probs_nc.shape
    reached_nc = probs_nc.cumsum(axis=1)
    bins_nc = np.stack([bin_of(p_n, np.linspace(0, 1, n_bins + 1)) for p_n in probs_nc.T], axis=1)
    place_nc = bins_nc + np.arange(c) * n_bins
    total = 0.0
    for _ in range(draws):
        drawn_n1 = generator.random((n, 1)) * reached_nc[:, -1:]
        labels_n = np.minimum((reached_nc <= drawn_n1).sum(axis=1), c - 1)
        gap_nc = probs_nc - one_hot(labels_n, c)
        total += float(np.abs(np.bincount(place_nc.ravel(), gap_nc.ravel())).sum())
    return float(total / (draws * n * c))
