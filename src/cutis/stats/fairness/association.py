"""Does a division of the images go with their classes? Strength, and a test that keeps groups."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.counts import ratio
from cutis.stats.estimate import or_null
from cutis.stats.fairness.permutation import permutation_p, permuted_codes


class Association(NamedTuple):
    """How strongly two divisions go together.

    Attributes
    ----------
    cramers_v
        0 for independent, 1 for fully determined (Cramér, 1946).
    p
        Permutation p-value of their chi-squared statistic; groups stay whole.
    """

    cramers_v: float
    p: float

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {"cramers_v": or_null(self.cramers_v), "p": or_null(self.p)}


def chi_squared(table_pgc: np.ndarray) -> np.ndarray:
    """Return Pearson's statistic of p tables of counts, (p,); empty rows and columns add nothing.

    Examples
    --------
    >>> chi_squared(np.array([[[10.0, 0.0], [0.0, 10.0]]]))
    array([20.])
    """
    rows, columns = table_pgc.sum(axis=2, keepdims=True), table_pgc.sum(axis=1, keepdims=True)
    expected = ratio(rows * columns, table_pgc.sum(axis=(1, 2), keepdims=True))
    statistic: np.ndarray = np.nansum(ratio((table_pgc - expected) ** 2, expected), axis=(1, 2))
    return statistic


def associate(
    codes_n: np.ndarray,
    labels_n: np.ndarray,
    clusters: Clusters,
    n_permutations: int = 1000,
    seed: int = 0,
) -> Association:
    """Measure and test whether a division of the images goes with their classes.

    Parameters
    ----------
    codes_n, labels_n
        (n,) int, part and class of each image.
    clusters
        The clusters of the rows.
    n_permutations, seed
        Number and seed of the permutations.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> codes = np.array([0, 1] * 20)
    >>> associate(codes, codes, make_clusters(None, 40), 99)
    Association(cramers_v=1.0, p=0.01)
    """
    g, c = int(codes_n.max()) + 1, int(labels_n.max()) + 1
    table = _tables(codes_n[None], labels_n, g, c)
    observed = float(chi_squared(table)[0])
    smaller = min((table[0].sum(axis=1) > 0).sum(), (table[0].sum(axis=0) > 0).sum()) - 1
    if smaller < 1:
        return Association(float("nan"), float("nan"))
    blocks = permuted_codes(codes_n, clusters, None, n_permutations, seed)
    permuted = [chi_squared(_tables(block, labels_n, g, c)) for block in blocks]
    strength = (observed / (codes_n.size * smaller)) ** 0.5
    # whole tables compare by a sum of rounded terms
    p = permutation_p(observed * (1 - 1e-9), np.concatenate(permuted))
    return Association(float(strength), p)


def _tables(codes_pn: np.ndarray, labels_n: np.ndarray, g: int, c: int) -> np.ndarray:
    p = codes_pn.shape[0]
    cells = codes_pn * c + labels_n + np.arange(p)[:, None] * g * c
    counts = np.bincount(cells.ravel(), minlength=p * g * c)
    return counts.reshape(p, g, c).astype(float)
