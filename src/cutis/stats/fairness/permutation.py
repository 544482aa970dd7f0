"""Deal the subgroups anew among the lesions or patients: what chance alone would show."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cutis.stats.clusters import Clusters

_BLOCK_NUMBERS = 1 << 17


def permuted_codes(
    codes_n: np.ndarray,
    clusters: Clusters,
    strata_n: np.ndarray | None,
    n_permutations: int,
    seed: int,
) -> Iterator[np.ndarray]:
    """Yield divisions in which the subgroups were dealt anew, block by block.

    What is dealt stays together: all images of one lesion or patient that are in the same
    subgroup. Where one patient's images lie in several subgroups (body sites), each such set is
    dealt by itself, which ignores that they resemble each other and so makes tests cautious, not
    bold. With strata, sets only change places with sets of the same strata, so that every
    subgroup keeps as many of each.

    Parameters
    ----------
    codes_n
        (n,) int, the subgroup of each image.
    clusters
        The clusters of the rows.
    strata_n
        (n,) int that must stay balanced (the class of each image); None for no strata.
    n_permutations
        How many divisions to yield in all.
    seed
        Seed of the draws.

    Yields
    ------
    (p, n) int64; the blocks add up to ``n_permutations`` rows.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> codes, patients = np.array([0, 0, 1, 1, 1]), make_clusters(list("aabcc"), 5)
    >>> next(permuted_codes(codes, patients, None, 3, seed=1))
    array([[1, 1, 0, 1, 1],
           [1, 1, 1, 0, 0],
           [1, 1, 1, 0, 0]])
    """
    generator = np.random.default_rng(seed)
    width = int(codes_n.max()) + 1 if codes_n.size else 1
    _, first, set_n = np.unique(
        clusters.index_n * width + codes_n, return_index=True, return_inverse=True
    )
    stratum_m = _strata_of_sets(set_n, first.size, strata_n)
    order_m = np.argsort(stratum_m, kind="stable")
    codes_m = codes_n[first]
    step = max(1, _BLOCK_NUMBERS // max(codes_n.size, 1))
    for start in range(0, n_permutations, step):
        size = min(step, n_permutations - start)
        keys = stratum_m + generator.random((size, first.size))
        dealt = np.empty((size, first.size), dtype=np.int64)
        dealt[:, order_m] = codes_m[np.argsort(keys, axis=1)]
        yield dealt[:, set_n]


def _strata_of_sets(set_n: np.ndarray, n_sets: int, strata_n: np.ndarray | None) -> np.ndarray:
    """Number the sets by which strata their images have."""
    if strata_n is None:
        return np.zeros(n_sets, dtype=np.int64)
    has = np.zeros((n_sets, int(strata_n.max()) + 1), dtype=bool)
    has[set_n, strata_n] = True
    _, number = np.unique(has, axis=0, return_inverse=True)
    return np.asarray(number, dtype=np.int64).ravel()


def permutation_p(observed: float, permuted_p: np.ndarray) -> float:
    """Return the share of permutations at least as extreme, the observed one counted among them.

    Phipson and Smyth, "Permutation p-values should never be zero", 2010. NaN if the observed
    value, or every permuted one, is undefined.

    Examples
    --------
    >>> permutation_p(0.3, np.array([0.1, 0.2, 0.3, 0.4]))
    0.6
    """
    defined = permuted_p[~np.isnan(permuted_p)]
    if np.isnan(observed) or not defined.size:
        return float("nan")
    return float((1 + (defined >= observed - 1e-12).sum()) / (1 + defined.size))
