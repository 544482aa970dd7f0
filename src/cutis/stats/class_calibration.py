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
    errors_cr = []
    for k in range(probs_nc.shape[1]):
        edges = bin_edges(probs_nc[:, k], n_bins, binning)
        bins_nb = one_hot(bin_of(probs_nc[:, k], edges), edges.size - 1)
        gap_n = probs_nc[:, k] - (labels_n == k)
        errors_cr.append(np.abs(weights @ (bins_nb * gap_n[:, None])).sum(axis=1))
    return ratio(np.stack(errors_cr, axis=1), weights.sum(axis=1, keepdims=True))
