"""Near duplicates: pairs of 128-bit hashes that differ in few bits, without comparing all pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

BITS = 128
_BLOCK = 1 << 22  # pairs compared at a time: about 100 MB


def near_pairs(looks_n2: np.ndarray, distance: int) -> np.ndarray:
    """Return all pairs of rows whose hashes differ in at most ``distance`` bits.

    The 128 bits are cut into ``distance + 1`` bands. Two hashes that differ in at most
    ``distance`` bits agree in at least one whole band, so only rows that share a band are compared
    (Norouzi, Punjani, Fleet, CVPR 2012), and no pair is missed. Equal hashes are compared once.

    Parameters
    ----------
    looks_n2
        Hashes, uint64 (n, 2).
    distance
        Largest number of differing bits, 0 to 127.

    Returns
    -------
    numpy.ndarray
        int64 (m, 2), the smaller row first, sorted. Of rows with equal hashes, each is paired with
        the first of them only.

    Examples
    --------
    >>> looks = np.array([[0, 0], [7, 1], [2**64 - 1, 5]], dtype=np.uint64)
    >>> near_pairs(looks, 4).tolist()
    [[0, 1]]
    """
    looks_n2 = np.ascontiguousarray(looks_n2, dtype=np.uint64)
    distinct_u2, first_u, place_n = np.unique(
        looks_n2, axis=0, return_index=True, return_inverse=True
    )
    rows = np.arange(len(looks_n2))
    same = first_u[place_n.reshape(-1)]
    twins = np.stack([same, rows], axis=1)[same != rows]
    found = [twins, *(first_u[pairs] for pairs in _close(distinct_u2, distance))]
    pairs_m2 = np.sort(np.concatenate(found), axis=1)
    return np.unique(pairs_m2, axis=0).astype(np.int64).reshape(-1, 2)


def _close(hashes_u2: np.ndarray, distance: int) -> Iterator[np.ndarray]:
    if len(hashes_u2) < 2 or distance < 1:
        return
    bits = np.unpackbits(hashes_u2.astype(">u8").view(np.uint8), axis=1)  # (u, 128)
    edges = np.linspace(0, BITS, distance + 2).astype(int)
    for start, stop in pairwise(edges):
        band = np.zeros((len(bits), 64), dtype=np.uint8)
        band[:, : stop - start] = bits[:, start:stop]
        key_u = np.packbits(band, axis=1).view(np.uint64).reshape(-1)
        order = np.argsort(key_u, kind="stable")
        sizes = np.unique(key_u, return_counts=True)[1]
        for left, right in _bucket_pairs(order, sizes):
            differing = np.bitwise_count(hashes_u2[left] ^ hashes_u2[right]).sum(axis=1)
            close = differing <= distance
            yield np.stack([left[close], right[close]], axis=1)


def _bucket_pairs(order: np.ndarray, sizes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield all pairs of members of each bucket, some millions of pairs at a time."""
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    place = np.arange(len(order)) - np.repeat(starts, sizes)
    after = np.repeat(sizes, sizes) - place - 1  # members of the bucket behind each member
    ends = np.cumsum(after)
    begin = 0
    while begin < len(order):
        done = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, done + _BLOCK, side="right")))
        count = after[begin:end]
        left = np.repeat(np.arange(begin, end), count)
        offset = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        yield order[left], order[left + 1 + offset]
        begin = end


def clusters(pairs: Iterable[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """Join pairs that share a member.

    Examples
    --------
    >>> clusters([(4, 9), (1, 2), (9, 12)])
    ((1, 2), (4, 9, 12))
    """
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in pairs:
        parent[root(b)] = root(a)
    members: dict[int, list[int]] = {}
    for node in parent:
        members.setdefault(root(node), []).append(node)
    return tuple(sorted(tuple(sorted(nodes)) for nodes in members.values()))
