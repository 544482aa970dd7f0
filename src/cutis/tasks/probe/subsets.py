"""Which training rows a share, or a number of shots, consists of."""

from __future__ import annotations

import numpy as np

PUBLISHED_SEED = 42


def draw_share(
    sampling: str, labels_n: np.ndarray, groups_n: np.ndarray, share: float, seed: int
) -> np.ndarray:
    """Return the rows of a share of the training set.

    Parameters
    ----------
    sampling
        ``grouped``, ``stratified``, ``panderm`` or ``dermfm``.
    labels_n
        Class of each of the n training rows, none missing.
    groups_n
        Lesion or patient of each row.
    share
        Above 0, at most 1.
    seed
        Of the draw; the published ways use 42 + seed, so that 0 is theirs.

    Returns
    -------
    numpy.ndarray
        Row numbers, int64; in the published order for the published ways, else ascending.

    Examples
    --------
    >>> labels = np.array([0, 0, 0, 0, 1, 1])
    >>> draw_share("panderm", labels, np.arange(6), 0.5, seed=0).tolist()
    [0, 1, 5]
    """
    if sampling == "panderm":
        return head_of_shuffle(len(labels_n), share, PUBLISHED_SEED + seed)
    if sampling == "dermfm":
        return share_per_class(labels_n, share, PUBLISHED_SEED + seed)
    units = groups_n if sampling == "grouped" else np.arange(len(labels_n))
    return grouped_share(labels_n, units, share, seed)


def head_of_shuffle(n: int, share: float, seed: int) -> np.ndarray:
    """Return the first rows of all rows shuffled, as published with PanDerm; not stratified.

    Examples
    --------
    >>> head_of_shuffle(6, 0.5, 42).tolist()
    [0, 1, 5]
    """
    return _shuffled(n, seed)[: int(n * share)]


def share_per_class(labels_n: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Return a share of the rows of every class, at least one, as published with DermFM-Zero.

    All rows are shuffled first; of the whole set that is all.

    Examples
    --------
    >>> share_per_class(np.array([0, 0, 0, 0, 1]), 0.5, 42).tolist()
    [2, 3, 4]
    """
    order = _shuffled(len(labels_n), seed)
    if share >= 1:
        return order
    parts: list[np.ndarray] = []
    for label in np.unique(labels_n):
        rows = order[labels_n[order] == label]
        parts.append(rows[_shuffled(len(rows), seed)[: max(1, int(len(rows) * share))]])
    chosen = np.concatenate(parts)
    shuffled: np.ndarray = chosen[_shuffled(len(chosen), seed)]
    return shuffled


def _shuffled(n: int, seed: int) -> np.ndarray:
    # The published code draws with this old generator; another gives other rows.
    order: np.ndarray = np.random.RandomState(seed).permutation(n).astype(np.int64)
    return order


def grouped_share(
    labels_n: np.ndarray, groups_n: np.ndarray, share: float, seed: int
) -> np.ndarray:
    """Return whole groups that make up a share of every class, at least one group of each.

    A group counts as of its most frequent class. Larger shares of one seed contain the smaller
    ones, so that a learning curve grows by adding rows.

    Examples
    --------
    >>> labels, groups = np.array([0, 0, 0, 0, 1, 1]), np.array(list("aabbcd"))
    >>> grouped_share(labels, groups, 0.5, seed=0).tolist()
    [0, 1, 4]
    """
    names, group_n = np.unique(np.asarray(groups_n).astype(str), return_inverse=True)
    classes, class_n = np.unique(labels_n, return_inverse=True)
    counts_gc = np.zeros((len(names), len(classes)), np.int64)
    np.add.at(counts_gc, (group_n, class_n), 1)
    class_g, size_g = counts_gc.argmax(axis=1), counts_gc.sum(axis=1)
    order = np.random.default_rng(seed).permutation(len(names))
    taken_g = np.zeros(len(names), bool)
    for c in range(len(classes)):
        its = order[class_g[order] == c]
        if len(its):
            middle = np.cumsum(size_g[its]) - size_g[its] / 2
            taken_g[its[middle < share * size_g[its].sum()]] = True
            taken_g[its[0]] = True
    return np.flatnonzero(taken_g[group_n]).astype(np.int64)


def draw_shots(labels_n: np.ndarray, groups_n: np.ndarray, shots: int, seed: int) -> np.ndarray:
    """Return a number of rows of every class, of different groups as long as there are some.

    Parameters
    ----------
    labels_n, groups_n
        Class, and lesion or patient, of each row.
    shots
        Rows per class; a class with fewer gives all it has.
    seed
        Of the draw; more shots of one seed contain the fewer ones.

    Examples
    --------
    >>> labels, groups = np.array([0, 0, 0, 1]), np.array(["a", "a", "b", "c"])
    >>> draw_shots(labels, groups, 2, seed=0).tolist()
    [0, 2, 3]
    """
    order = np.random.default_rng(seed).permutation(len(labels_n))
    chosen = []
    for label in np.unique(labels_n):
        rows = order[labels_n[order] == label]
        turn = _turns(np.asarray(groups_n).astype(str)[rows])
        chosen.append(rows[np.argsort(turn, kind="stable")][:shots])
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def _turns(groups_m: np.ndarray) -> np.ndarray:
    """Return how many rows of the same group come before each row."""
    seen: dict[str, int] = {}
    turns = []
    for group in groups_m:
        turns.append(seen.get(group, 0))
        seen[group] = turns[-1] + 1
    return np.array(turns, np.int64)
