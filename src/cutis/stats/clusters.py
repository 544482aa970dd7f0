"""From a group column to clusters: the rows that stay together when images are resampled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Clusters(NamedTuple):
    """Which cluster each row belongs to.

    Attributes
    ----------
    index_n
        (n,) int64, the cluster of every row, numbered 0 to ``n_groups - 1`` by first appearance.
    n_groups
        The number of clusters.
    grouped
        Whether a group column was given; without one every row is a cluster of its own.
    strata_g
        (n_groups,) int, the stratum of each cluster, when replicates keep the number of clusters
        of every stratum; None when all clusters are drawn alike.
    """

    index_n: np.ndarray
    n_groups: int
    grouped: bool
    strata_g: np.ndarray | None = None

    def select(self, rows: np.ndarray) -> Clusters:
        """Return the clusters of some rows (a mask or indices), renumbered without gaps."""
        chosen = _renumber(self.index_n[rows], self.grouped)
        if self.strata_g is None:
            return chosen
        strata_g = np.empty(chosen.n_groups, dtype=np.int64)
        strata_g[chosen.index_n] = self.strata_g[self.index_n[rows]]
        return chosen._replace(strata_g=strata_g)

    def count(self, mask_n: np.ndarray) -> int:
        """Return how many clusters have at least one row where the mask holds."""
        return int(np.unique(self.index_n[mask_n]).size)


def make_clusters(groups_n: ArrayLike | None, n: int) -> Clusters:
    """Turn a group column into clusters; every statistic of cutis resamples through this function.

    Images of one lesion or patient resemble each other, so the unit that is drawn again must be
    the lesion or patient, not the image. A row whose group is missing (None, NA, NaN, an empty
    string) is a cluster of its own.

    Parameters
    ----------
    groups_n
        (n,) names or numbers of the groups, or None when images are independent.
    n
        The number of rows.

    Raises
    ------
    ValueError
        If the column is not one value per row.

    Examples
    --------
    >>> make_clusters(["L7", "L9", "L7", None], 4)
    Clusters(index_n=array([0, 1, 0, 2]), n_groups=3, grouped=True, strata_g=None)
    """
    if groups_n is None:
        return Clusters(np.arange(n, dtype=np.int64), n, grouped=False)
    groups = np.asarray(groups_n, dtype=object)
    if groups.shape != (n,):
        raise ValueError(
            f"The groups have shape {groups.shape}; one group per image is needed, so ({n},)."
        )
    missing = np.array([_is_missing(group) for group in groups], dtype=bool)
    _, index = np.unique(np.array([str(group) for group in groups]), return_inverse=True)
    index = index.astype(np.int64)
    index[missing] = n + np.flatnonzero(missing)
    return _renumber(index, grouped=True)


def _is_missing(group: object) -> bool:
    return group is None or str(group).strip() in ("", "<NA>", "nan", "NaN", "NaT")


def _renumber(index_n: np.ndarray, grouped: bool) -> Clusters:
    _, first, inverse = np.unique(index_n, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    return Clusters(rank[inverse], int(first.size), grouped)


def stratify(clusters: Clusters, labels_n: np.ndarray) -> Clusters:
    """Make replicates keep the number of clusters of every class.

    A cluster stays whole. Its stratum is the class most of its rows have; on a tie the class that
    is rarer among all rows, so that no class loses its few clusters to a common one.

    Parameters
    ----------
    clusters
        The clusters of the n rows.
    labels_n
        (n,) int class indices, none missing.

    Examples
    --------
    >>> stratify(make_clusters(["a", "a", "b", "c"], 4), np.array([0, 1, 0, 0])).strata_g
    array([1, 0, 0])
    """
    n_classes = int(labels_n.max()) + 1
    sizes_c = np.bincount(labels_n, minlength=n_classes)
    flat = clusters.index_n * n_classes + labels_n
    counts_gc = np.bincount(flat, minlength=clusters.n_groups * n_classes)
    rarity_c = 1 - sizes_c / (labels_n.size + 1)
    strata_g = (counts_gc.reshape(clusters.n_groups, n_classes) + rarity_c / 2).argmax(axis=1)
    return clusters._replace(strata_g=strata_g)
