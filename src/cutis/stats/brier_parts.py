"""The Brier score taken apart: reliability, resolution, uncertainty and what bins hide."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.stats.binning import Binning, bin_edges, bin_of
from cutis.stats.counts import one_hot, ratio, unit_weights

N_BINS = 10


class BrierParts(NamedTuple):
    """Parts of the Brier score, each (r,): their signed sum is the score, to rounding.

    Attributes
    ----------
    reliability
        Mean squared gap between stated probability and what came true, over bins; 0 is perfect.
    resolution
        How far what came true in the bins lies from the overall share; more is better.
    uncertainty
        The score of always stating the overall share: what the images alone make of it.
    within_variance
        Mean squared distance of the stated probabilities from their bin's mean.
    within_covariance
        Twice the mean product, within bins, of that distance and the outcome's.
    """

    reliability: np.ndarray
    resolution: np.ndarray
    uncertainty: np.ndarray
    within_variance: np.ndarray
    within_covariance: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """The Brier score, (r,)."""
        within = self.within_variance - self.within_covariance
        score: np.ndarray = self.reliability - self.resolution + self.uncertainty + within
        return score


def brier_parts(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    n_bins: int = N_BINS,
    weights_rn: np.ndarray | None = None,
    binning: Binning = "mass",
) -> BrierParts:
    """Take the Brier score apart: reliability - resolution + uncertainty + variance - covariance.

    The first three are those of Murphy ("A new vector partition of the probability score", 1973).
    They add up to the score only when all images of a bin state the same probability; the two
    within-bin terms of Stephenson, Coelho and Jolliffe ("Two extra components in the Brier score
    decomposition", 2008) make the sum exact. Parts of several classes are those of each class
    against the rest, added; with two classes those of the second, as the score itself.

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    probs_nc
        (n, c) probabilities.
    n_bins
        Number of bins of each class's probability.
    weights_rn
        (r, n) how often each row counts in each replicate; None means once.
    binning
        Bins of equal ``width``, or of equal ``mass`` (images).

    Examples
    --------
    >>> probs = np.array([[0.2, 0.8], [0.4, 0.6], [0.9, 0.1]])
    >>> parts = brier_parts(np.array([1, 0, 0]), probs, n_bins=2, binning="width")
    >>> print(parts.reliability.round(4), parts.resolution.round(4), parts.total.round(4))
    [0.03] [0.0556] [0.1367]
    """
    weights = unit_weights(labels_n.size) if weights_rn is None else weights_rn
    classes = [1] if probs_nc.shape[1] == 2 else range(probs_nc.shape[1])
    one_by_one = [_parts(labels_n == k, probs_nc[:, k], n_bins, weights, binning) for k in classes]
    return BrierParts(*(np.sum(part, axis=0) for part in zip(*one_by_one, strict=True)))


def _parts(
    positive_n: np.ndarray,
    scores_n: np.ndarray,
    n_bins: int,
    weights_rn: np.ndarray,
    binning: Binning,
) -> BrierParts:
    edges = bin_edges(scores_n, n_bins, binning)
    bins_nb = one_hot(bin_of(scores_n, edges), edges.size - 1)
    came_n = positive_n.astype(float)
    n_rb = weights_rn @ bins_nb
    stated_rb = weights_rn @ (bins_nb * scores_n[:, None])
    came_rb = weights_rn @ (bins_nb * came_n[:, None])
    total_r = n_rb.sum(axis=1)
    share_r = ratio(came_rb.sum(axis=1), total_r)
    filled_rb = np.where(n_rb > 0, n_rb, 1.0)
    gap_rb = (stated_rb - came_rb) ** 2 / filled_rb
    spread_rb = n_rb * (came_rb / filled_rb - share_r[:, None]) ** 2
    squares_r = weights_rn @ scores_n**2 - (stated_rb**2 / filled_rb).sum(axis=1)
    products_r = weights_rn @ (scores_n * came_n) - (stated_rb * came_rb / filled_rb).sum(axis=1)
    return BrierParts(
        ratio(gap_rb.sum(axis=1), total_r),
        ratio(spread_rb.sum(axis=1), total_r),
        share_r * (1 - share_r),
        ratio(squares_r, total_r),
        ratio(2 * products_r, total_r),
    )
