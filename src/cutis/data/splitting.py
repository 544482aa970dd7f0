"""Whole groups into parts with even class shares, for splits and folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def assign(
    labels_n: np.ndarray,
    groups_n: np.ndarray,
    shares_k: Sequence[float],
    seed: int = 0,
) -> np.ndarray:
    """Put every group as a whole into one of k parts, with class shares as even as possible.

    Groups are taken in random order, those with most rows first. Each goes to the part where it
    lowers the squared distance to the wanted number of rows most, summed over the classes (each
    weighted by its size, so that rare classes are spread too) and over all rows.

    Parameters
    ----------
    labels_n
        Class number of each row, -1 where there is none, int (n,).
    groups_n
        Group of each row (n,).
    shares_k
        Wanted share of each part; they sum to 1.
    seed
        Seed of the random order.

    Returns
    -------
    numpy.ndarray
        Part of each row, int64 (n,), from 0 to k - 1.

    Raises
    ------
    ValueError
        If the shares are not positive or do not sum to 1.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    >>> groups = np.array(["a", "a", "b", "b", "c", "c", "d", "d"])
    >>> assign(labels, groups, [0.5, 0.5], seed=1).tolist()
    [0, 0, 1, 1, 0, 0, 1, 1]
    """
    shares = np.asarray(shares_k, dtype=np.float64)
    if (shares <= 0).any() or abs(shares.sum() - 1) > 1e-9:
        raise ValueError(f"shares must be positive and sum to 1, not {list(shares_k)}")
    counts_gc, group_n = group_counts(labels_n, groups_n)
    wanted_kc = shares[:, None] * counts_gc.sum(axis=0)
    weight_c = 1.0 / np.maximum(counts_gc.sum(axis=0), 1)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(counts_gc))
    order = order[np.argsort(-counts_gc[order, -1], kind="stable")]
    lacking_kc = wanted_kc.copy()
    part_g = np.empty(len(counts_gc), dtype=np.int64)
    for group in order:
        held_c = counts_gc[group]
        # (lacking - held)^2 - lacking^2, weighted: what adding the group changes
        change_k = ((held_c - 2 * lacking_kc) * held_c) @ weight_c
        part = int(np.argmin(change_k))
        part_g[group] = part
        lacking_kc[part] -= held_c
    part_n: np.ndarray = part_g[group_n]
    return part_n


def group_counts(labels_n: np.ndarray, groups_n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of each group per class (-1 as a class of its own) and in all, and its place.

    Returns
    -------
    tuple
        float64 (g, c + 1), the last column counts all rows; and int64 (n,), the group of each row.
    """
    _, group_n = np.unique(groups_n.astype(str), return_inverse=True)
    _, class_n = np.unique(labels_n, return_inverse=True)
    counts_gc = np.zeros((group_n.max(initial=-1) + 1, class_n.max(initial=-1) + 2))
    np.add.at(counts_gc, (group_n, class_n), 1)
    counts_gc[:, -1] = counts_gc.sum(axis=1)
    return counts_gc, group_n
