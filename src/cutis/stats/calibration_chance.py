"""How large a calibration error chance alone makes, for the interval of the one that was found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cutis.stats.binning import Binning
from cutis.stats.calibration import N_BINS, confidence_gaps
from cutis.stats.class_calibration import class_gaps
from cutis.stats.clusters import Clusters
from cutis.stats.estimate import Settings
from cutis.stats.intervals import Chance
from cutis.stats.resampling import bootstrap_weights


def error_by_chance(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    clusters: Clusters,
    settings: Settings,
    n_bins: int = N_BINS,
    binning: Binning = "width",
) -> Chance | None:
    """Return what chance makes of the expected calibration error; None without resampling.

    Every image's gap between confidence and correctness keeps its size, but its mean in each bin
    is moved to 0: the gaps are summed with the bootstrap's counts minus 1, cluster by cluster.
    Unlike drawing answers from the stated probabilities this knows that images of one lesion fail
    together.

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    probs_nc
        (n, c) probabilities.
    clusters
        The clusters of the rows.
    settings
        How intervals are made.
    n_bins
        Number of bins.
    binning
        Bins of equal ``width`` or ``mass``.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> probs, labels = np.full((100, 2), 0.5), np.arange(100) % 2
    >>> round(error_by_chance(labels, probs, make_clusters(None, 100), Settings()).mean, 2)
    0.04
    """
    gaps = [confidence_gaps(labels_n, probs_nc, n_bins, binning)]
    drawn_rk = _drawn(gaps, clusters, settings)
    return None if drawn_rk is None else _chance(drawn_rk[:, 0], settings)


def class_errors_by_chance(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    clusters: Clusters,
    settings: Settings,
    n_bins: int = N_BINS,
) -> list[Chance] | None:
    """Return what chance makes of each class's calibration error, and last of their mean.

    Parameters
    ----------
    labels_n, probs_nc, clusters, settings, n_bins
        As for :func:`error_by_chance`.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> probs, labels = np.full((100, 2), 0.5), np.arange(100) % 2
    >>> found = class_errors_by_chance(labels, probs, make_clusters(None, 100), Settings())
    >>> len(found), round(found[-1].mean, 2)
    (3, 0.04)
    """
    drawn_rc = _drawn(class_gaps(labels_n, probs_nc, n_bins), clusters, settings)
    if drawn_rc is None:
        return None
    return [_chance(drawn_r, settings) for drawn_r in (*drawn_rc.T, drawn_rc.mean(axis=1))]


def _drawn(gaps: Sequence[np.ndarray], clusters: Clusters, settings: Settings) -> np.ndarray | None:
    """Return the summed absolute gaps of every replicate around 0, (r, k) for k sets of bins."""
    if settings.n_bootstrap == 0:
        return None
    blocks = []
    for weights_rn in bootstrap_weights(clusters, settings.n_bootstrap, settings.seed):
        around_rn, total_r1 = weights_rn - 1.0, weights_rn.sum(axis=1, keepdims=True)
        sums = [np.abs(around_rn @ gap_nb).sum(axis=1) for gap_nb in gaps]
        blocks.append(np.stack(sums, axis=1) / total_r1)
    return np.concatenate(blocks)


def _chance(drawn_r: np.ndarray, settings: Settings) -> Chance:
    high = np.quantile(drawn_r, (1 + settings.confidence) / 2)
    return Chance(float(drawn_r.mean()), float(high))
