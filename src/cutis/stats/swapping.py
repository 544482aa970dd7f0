"""Permutation tests of two models on the same images: swap their answers, group by group."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cutis.stats.classification import (
    accuracy,
    balanced_accuracy,
    kappa,
    macro_f1,
    rank_of_truth,
    weighted_f1,
)
from cutis.stats.clusters import Clusters
from cutis.stats.counts import count
from cutis.stats.measures import TOP_K

# A difference this small is a tie of rounding, not a smaller difference.
_TIE = 1e-12
_BLOCK_NUMBERS = 1 << 18


def swap_test(
    labels_n: np.ndarray,
    first_nc: np.ndarray,
    second_nc: np.ndarray,
    clusters: Clusters,
    n_permutations: int = 1000,
    seed: int = 0,
) -> dict[str, float]:
    """Return the two-sided p-value of every metric of answers, by swapping the two models.

    If the models were alike, their outputs on a lesion or patient could be exchanged without
    harm. Each permutation swaps them in a random half of the groups, whole groups at a time, and
    takes the difference again; the p-value is the share of differences at least as large as the
    real one, the real one counted in. Accuracy under this test is the sign-flip form of McNemar's
    test for clustered images. AUROC and average precision are left out: they would compare
    scores of two models with each other.

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    first_nc, second_nc
        (n, c) probabilities of the two models.
    clusters
        The clusters of the rows.
    n_permutations
        How many random swaps; the smallest possible p-value is 1 / (n_permutations + 1).
    seed
        Seed of the swaps.

    Raises
    ------
    ValueError
        If there is no permutation or the two have different shapes.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> labels = np.arange(40) % 2
    >>> right, wrong = np.eye(2)[labels], np.eye(2)[np.where(np.arange(40) < 9, 1, 0) ^ labels]
    >>> p = swap_test(labels, right, wrong, make_clusters(None, 40), 999)
    >>> round(p["accuracy"], 3)
    0.004
    """
    if n_permutations < 1:
        raise ValueError(f"n_permutations is {n_permutations}; at least 1 is needed.")
    if first_nc.shape != second_nc.shape or first_nc.shape[0] != labels_n.size:
        raise ValueError(
            f"The two models have probabilities of shapes {first_nc.shape} and {second_nc.shape} "
            f"for {labels_n.size} labels; all must be about the same images and classes."
        )
    twice_n = np.concatenate([labels_n, labels_n])
    both_nc = np.concatenate([first_nc, second_nc])
    straight = np.zeros((1, labels_n.size))
    seen = _differences(straight, twice_n, both_nc)
    at_least = dict.fromkeys(seen, 0)
    for swapped_rn in _swaps(clusters, n_permutations, seed):
        for name, value_r in _differences(swapped_rn, twice_n, both_nc).items():
            # A permutation in which a metric does not exist is counted against the difference.
            smaller = np.abs(value_r) < abs(seen[name][0]) - _TIE
            at_least[name] += int((~smaller).sum())
    return {
        name: (1 + at_least[name]) / (1 + n_permutations)
        if np.isfinite(seen[name][0])
        else float("nan")
        for name in seen
    }


def bootstrap_p(differences_r: np.ndarray) -> float:
    """Return the two-sided p-value that belongs to a percentile interval of differences.

    Twice the share of replicates on the wrong side of zero, at least 2 / (r + 1); NaN replicates
    are left out. It is below 0.05 just when the 95 % percentile interval excludes 0.

    Examples
    --------
    >>> bootstrap_p(np.array([0.1, 0.2, 0.3, -0.1] * 25))
    0.5148514851485149
    """
    defined = differences_r[~np.isnan(differences_r)]
    if defined.size == 0:
        return float("nan")
    below = (1 + (defined <= _TIE).sum()) / (1 + defined.size)
    above = (1 + (defined >= -_TIE).sum()) / (1 + defined.size)
    return float(min(1.0, 2 * min(below, above)))


def _swaps(clusters: Clusters, n_permutations: int, seed: int) -> Iterator[np.ndarray]:
    """Yield blocks of (b, n) zeros and ones: where the models are swapped."""
    generator = np.random.default_rng(seed)
    size = int(np.clip(_BLOCK_NUMBERS // clusters.index_n.size, 8, 256))
    for start in range(0, n_permutations, size):
        n_block = min(size, n_permutations - start)
        swapped_bg = (generator.random((n_block, clusters.n_groups)) < 0.5).astype(np.float64)
        yield np.take(swapped_bg, clusters.index_n, axis=1)


def _differences(
    swapped_rn: np.ndarray, twice_n: np.ndarray, both_nc: np.ndarray
) -> dict[str, np.ndarray]:
    kept_rn = 1 - swapped_rn
    first = _measure_answers(twice_n, both_nc, np.concatenate([kept_rn, swapped_rn], axis=1))
    second = _measure_answers(twice_n, both_nc, np.concatenate([swapped_rn, kept_rn], axis=1))
    return {name: first[name] - second[name] for name in first}


def _measure_answers(
    labels_n: np.ndarray, probs_nc: np.ndarray, weights_rn: np.ndarray
) -> dict[str, np.ndarray]:
    n_classes = probs_nc.shape[1]
    counts = count(labels_n, probs_nc.argmax(axis=1), n_classes, weights_rn)
    total_r = weights_rn.sum(axis=1)
    place_n = rank_of_truth(labels_n, probs_nc)
    error_n = ((probs_nc - np.eye(n_classes)[labels_n]) ** 2).sum(axis=1)
    values = {
        "accuracy": accuracy(counts),
        "balanced_accuracy": balanced_accuracy(counts),
        "weighted_f1": weighted_f1(counts),
        "macro_f1": macro_f1(counts),
        "kappa": kappa(counts),
        "brier": weights_rn @ error_n / total_r,
    }
    for k in TOP_K:
        if n_classes > k:
            values[f"top{k}_accuracy"] = weights_rn @ (place_n < k).astype(float) / total_r
    return values
