"""Which rows count how often: bootstrap and jackknife weights over clusters, in blocks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cutis.stats.clusters import Clusters

# A block of weights of this many numbers stays in a core's cache, where it is fastest.
_BLOCK_NUMBERS = 1 << 17


def bootstrap_weights(clusters: Clusters, n_replicates: int, seed: int) -> Iterator[np.ndarray]:
    """Draw clusters with replacement and yield how often each row counts, block by block.

    Each replicate draws as many clusters as there are; all rows of a drawn cluster come with it
    (the cluster bootstrap; Davison and Hinkley, "Bootstrap methods and their application", 1997).
    Clusters with strata are drawn within their stratum.

    Parameters
    ----------
    clusters
        The clusters of the n rows.
    n_replicates
        How many replicates to yield in all.
    seed
        Seed of the draws; replicate i does not depend on the number of replicates.

    Yields
    ------
    (b, n) float64 multiplicities; the blocks add up to ``n_replicates`` rows.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> next(bootstrap_weights(make_clusters(["a", "a", "b"], 3), 2, seed=0))
    array([[0., 0., 2.],
           [1., 1., 1.]])
    """
    generator = np.random.default_rng(seed)
    size = clusters.n_groups
    for start, stop in _blocks(n_replicates, max(size, clusters.index_n.size)):
        if clusters.strata_g is None:
            drawn_bg = generator.integers(0, size, size=(stop - start, size))
        else:
            drawn_bg = _within_strata(generator.random((stop - start, size)), clusters.strata_g)
        yield spread(multiplicities(drawn_bg, size), clusters)


def _within_strata(uniform_bg: np.ndarray, strata_g: np.ndarray) -> np.ndarray:
    """Draw for the place of each cluster one of its own stratum."""
    drawn_bg = np.empty(uniform_bg.shape, dtype=np.int64)
    for stratum in np.unique(strata_g):
        members = np.flatnonzero(strata_g == stratum)
        chosen = (uniform_bg[:, members] * members.size).astype(np.int64)
        drawn_bg[:, members] = members[chosen]
    return drawn_bg


def multiplicities(drawn_bm: np.ndarray, n_groups: int) -> np.ndarray:
    """Count how often each cluster was drawn in each replicate.

    Parameters
    ----------
    drawn_bm
        (b, m) int, the clusters drawn in each of b replicates.
    n_groups
        The number of clusters.

    Returns
    -------
    (b, n_groups) float64.

    Examples
    --------
    >>> multiplicities(np.array([[0, 2, 2]]), 3)
    array([[1., 0., 2.]])
    """
    offset = np.arange(drawn_bm.shape[0])[:, None] * n_groups
    flat = np.bincount((drawn_bm + offset).ravel(), minlength=drawn_bm.shape[0] * n_groups)
    return flat.reshape(drawn_bm.shape[0], n_groups).astype(np.float64)


def spread(counts_bg: np.ndarray, clusters: Clusters) -> np.ndarray:
    """Give every row the multiplicity of its cluster, (b, n).

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> spread(np.array([[2.0, 0.0]]), make_clusters(["a", "a", "b"], 3))
    array([[2., 2., 0.]])
    """
    return np.take(counts_bg, clusters.index_n, axis=1)


def jackknife_weights(clusters: Clusters, max_folds: int = 1000) -> Iterator[np.ndarray]:
    """Yield weights that leave out one cluster at a time, block by block.

    With more than ``max_folds`` clusters, evenly dealt parcels of clusters are left out instead;
    the acceleration of a BCa interval keeps its scale under that change.

    Yields
    ------
    (b, n) float64 of zeros and ones, together min(n_groups, max_folds) rows.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> next(jackknife_weights(make_clusters(["a", "a", "b"], 3)))
    array([[0., 0., 1.],
           [1., 1., 0.]])
    """
    folds = min(clusters.n_groups, max_folds)
    fold_n = clusters.index_n % folds
    for start, stop in _blocks(folds, clusters.index_n.size):
        yield (fold_n[None, :] != np.arange(start, stop)[:, None]).astype(np.float64)


def _blocks(total: int, width: int) -> Iterator[tuple[int, int]]:
    size = int(np.clip(_BLOCK_NUMBERS // max(width, 1), 8, 256))
    for start in range(0, total, size):
        yield start, min(start + size, total)
