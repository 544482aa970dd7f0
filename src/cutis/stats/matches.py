"""All pairs of rows that point the same way, found exactly and in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from mmap import mmap
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

DECIMALS = 6
# Float32 products differ from the exact cosine by less than this, whatever their length.
SLACK = 1e-5
QUERY_BYTES, GALLERY_BYTES, SCORE_ROWS = 256 << 20, 16 << 20, 512
PAIRS_AT_A_TIME = 4096


class Rows(Protocol):
    """Rows that are read a block at a time, from memory or from disk."""

    def __len__(self) -> int: ...

    def block(self, start: int, stop: int) -> np.ndarray:
        """Return rows start to stop, (stop - start, d)."""


class ArrayRows:
    """An array, or a file mapped to one, of any floating type.

    Examples
    --------
    >>> ArrayRows(np.eye(3, dtype=np.float16)).block(1, 3).shape
    (2, 3)
    """

    def __init__(self, values_nd: ArrayLike) -> None:
        self.values = values_nd if isinstance(values_nd, np.ndarray) else np.asarray(values_nd)
        if self.values.ndim != 2:
            raise ValueError(f"Features must be n by d, not of shape {self.values.shape}.")

    def __len__(self) -> int:
        return len(self.values)

    def block(self, start: int, stop: int) -> np.ndarray:
        """Return rows start to stop; of a mapped file only these stay in memory."""
        rows: np.ndarray = self.values[start:stop]
        owner: object = self.values.base
        if not isinstance(self.values, np.memmap) or not isinstance(owner, mmap):
            return rows
        # Pages of one long mapping would add up in memory; this mapping ends with the block.
        offset = self.values.offset + start * self.values.strides[0]
        name = self.values.filename
        if name is None or not self.values.flags.c_contiguous or not rows.size:
            return rows
        return np.array(np.memmap(name, self.values.dtype, "r", offset, rows.shape))


class Blocks(NamedTuple):
    """How many rows are held at once: of queries, of the gallery, and of their products."""

    queries: int
    gallery: int
    scores: int = SCORE_ROWS

    @classmethod
    def of(cls, d: int) -> Blocks:
        """Return the sizes for features of length d, some 300 MB together.

        Examples
        --------
        >>> Blocks.of(512)
        Blocks(queries=131072, gallery=8192, scores=512)
        """
        return cls(max(1, QUERY_BYTES // (4 * d)), max(1, GALLERY_BYTES // (4 * d)))


class Matches(NamedTuple):
    """What was found.

    Attributes
    ----------
    query_p, item_p, cosine_p
        The p pairs, by query, then by falling cosine, then by the order of the gallery.
    best_n, best_cosine_n
        The nearest item of each query and its cosine, whether it is a pair or not; -1 and NaN
        where there is none.
    zeros_n, zeros_m
        Numbers of the queries and items that are all zero, and so like nothing.
    """

    query_p: np.ndarray
    item_p: np.ndarray
    cosine_p: np.ndarray
    best_n: np.ndarray
    best_cosine_n: np.ndarray
    zeros_n: np.ndarray
    zeros_m: np.ndarray


class TooManyPairs(ValueError):
    """More pairs reach the threshold than were allowed; ``count`` is how many there are at least.

    Parameters
    ----------
    count
        Pairs found so far.
    share
        Share of the comparisons made so far that found one.
    """

    def __init__(self, count: int, share: float) -> None:
        self.count, self.share = count, share
        super().__init__(f"{count} pairs reach the threshold, {share:.3g} of those compared.")


def unit(rows_nd: np.ndarray, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of length 1 in float32, and which of them were all zero.

    Parameters
    ----------
    rows_nd
        Rows of any floating type.
    first
        Number of the first row, for the message.

    Raises
    ------
    ValueError
        If a value is not finite.

    Examples
    --------
    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]]))[0].tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    rows = np.asarray(rows_nd, dtype=np.float32)
    norms_n = np.sqrt(np.square(rows, dtype=np.float64).sum(axis=1))
    wrong = np.flatnonzero(~np.isfinite(norms_n))
    if len(wrong):
        raise ValueError(f"Row {first + int(wrong[0])} holds values that are not finite numbers.")
    zero_n = norms_n == 0
    return rows / np.where(zero_n, 1, norms_n)[:, None].astype(np.float32), zero_n


def exact_cosines(a_pd: np.ndarray, b_pd: np.ndarray) -> np.ndarray:
    """Return the cosine of each pair of unit rows, to six decimals.

    The sum runs over one pair alone, in float64, so it does not depend on what else is compared.

    Examples
    --------
    >>> exact_cosines(np.array([[0.6, 0.8]]), np.array([[1.0, 0.0]])).tolist()
    [0.6]
    """
    found = np.empty(len(a_pd))
    for start in range(0, len(a_pd), PAIRS_AT_A_TIME):
        part = slice(start, start + PAIRS_AT_A_TIME)
        found[part] = (a_pd[part].astype(np.float64) * b_pd[part]).sum(axis=1)
    return np.round(found, DECIMALS)


def find_matches(
    queries: Rows,
    gallery: Rows | None,
    threshold: float,
    *,
    best: bool = True,
    ranks_m: np.ndarray | None = None,
    max_pairs: int = 1_000_000,
    blocks: Blocks | None = None,
    progress: Callable[[int], None] | None = None,
) -> Matches:
    """Return every pair of a query and an item whose cosine reaches a threshold.

    Nothing is approximated: candidates come from float32 products, block by block, and each is
    decided by its cosine in float64, rounded to six decimals; so the answer does not depend on
    the blocks. Items of equal cosine stand in the order of ``ranks_m``.

    Parameters
    ----------
    queries, gallery
        n and m rows of length d; ``None`` looks among the queries themselves, each pair once,
        the earlier row as the query.
    threshold
        Least cosine of a pair, above 0 and at most 1.
    best
        Whether to look for the nearest item of every query, too.
    ranks_m
        Place of each item among equals [the order of the gallery].
    max_pairs
        Most pairs to hold.
    blocks
        Rows at a time [some 300 MB].
    progress
        Called with the number of comparisons after each block.

    Raises
    ------
    TooManyPairs
        If more pairs than ``max_pairs`` reach the threshold.
    ValueError
        If the lengths differ, the threshold is out of range, or a feature is not finite.

    Examples
    --------
    >>> a = ArrayRows([[1.0, 0.0], [0.0, 1.0]])
    >>> found = find_matches(a, ArrayRows([[0.0, 2.0], [1.0, 1.0]]), 0.9)
    >>> found.query_p.tolist(), found.item_p.tolist(), found.best_cosine_n.tolist()
    ([1], [0], [0.707107, 1.0])
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"The threshold is {threshold}; it must be above 0 and at most 1.")
    search = _Search(queries, gallery, threshold, best, ranks_m, max_pairs)
    if search.d and len(search.items):
        for done in search.run(blocks or Blocks.of(search.d)):
            if progress is not None:
                progress(done)
    return search.result()


class _Search:
    """The state of one search: the pairs so far, and the best of each query so far."""

    def __init__(
        self,
        queries: Rows,
        gallery: Rows | None,
        threshold: float,
        best: bool,
        ranks_m: np.ndarray | None,
        max_pairs: int,
    ) -> None:
        self.queries, self.within = queries, gallery is None
        self.items = queries if gallery is None else gallery
        self.threshold, self.best, self.max_pairs = threshold, best, max_pairs
        n, m = len(self.queries), len(self.items)
        self.ranks = np.arange(m) if ranks_m is None else np.asarray(ranks_m)
        self.best_n = np.full(n, -1, np.int64)
        self.cosine_n = np.full(n, -np.inf)
        self.found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.count, self.compared = 0, 0
        self.zeros_n, self.zeros_m = np.zeros(n, bool), np.zeros(m, bool)
        self.d = self.queries.block(0, min(1, n)).shape[1] if n else 0
        other = self.items.block(0, min(1, m)).shape[1] if m else self.d
        if n and other != self.d:
            raise ValueError(f"Features of length {self.d} and {other} have no cosine.")

    def run(self, blocks: Blocks) -> Iterator[int]:
        """Compare everything with everything; yield the comparisons of each block."""
        n, m = len(self.queries), len(self.items)
        buffer = np.empty((blocks.scores, min(blocks.gallery, m)), np.float32)
        for q0 in range(0, n, blocks.queries):
            q1 = min(q0 + blocks.queries, n)
            q, self.zeros_n[q0:q1] = unit(self.queries.block(q0, q1), q0)
            for g0 in range(0, m, blocks.gallery):
                g1 = min(g0 + blocks.gallery, m)
                g, self.zeros_m[g0:g1] = unit(self.items.block(g0, g1), g0)
                for s in range(0, q1 - q0, blocks.scores):
                    part = q[s : s + blocks.scores]
                    scores = np.matmul(part, g.T, out=buffer[: len(part), : g1 - g0])
                    self._take(scores, part, g, q0 + s, g0)
                yield (q1 - q0) * (g1 - g0)

    def _take(self, scores: np.ndarray, q: np.ndarray, g: np.ndarray, q0: int, g0: int) -> None:
        """Keep what is worth keeping of one block of products."""
        b, m = scores.shape
        self._mask(scores, q0, g0)
        top_b = scores.max(axis=1)
        known_b = self.cosine_n[q0 : q0 + b] if self.best else np.full(b, np.inf)
        rows = np.flatnonzero(
            (top_b > -np.inf) & (top_b >= np.minimum(self.threshold, known_b) - SLACK)
        )
        self.compared += b * m
        if not len(rows):
            return
        cut = np.minimum(self.threshold, np.maximum(known_b, top_b)[rows]) - SLACK
        near = scores[rows] >= cut[:, None].astype(np.float32)
        if np.count_nonzero(scores[rows] >= self.threshold + SLACK) > 2 * self.max_pairs + b:
            self._refuse(int(np.count_nonzero(near)))
        r, c = np.nonzero(near)
        r = rows[r]
        cosine = np.concatenate(
            [
                exact_cosines(q[r[i : i + PAIRS_AT_A_TIME]], g[c[i : i + PAIRS_AT_A_TIME]])
                for i in range(0, len(r), PAIRS_AT_A_TIME)
            ]
        )
        if self.best:
            self._improve(r + q0, c + g0, cosine)
        keep = cosine >= self.threshold
        if self.within:
            keep &= r + q0 < c + g0
        self.found.append((r[keep] + q0, c[keep] + g0, cosine[keep]))
        self.count += int(keep.sum())
        if self.count > self.max_pairs:
            self._refuse(self.count)

    def _refuse(self, count: int) -> None:
        raise TooManyPairs(count, count / max(self.compared, 1))

    def _mask(self, scores: np.ndarray, q0: int, g0: int) -> None:
        """Take out rows of zeros, and each row's product with itself."""
        b, m = scores.shape
        scores[self.zeros_n[q0 : q0 + b]] = -np.inf
        scores[:, self.zeros_m[g0 : g0 + m]] = -np.inf
        if self.within:
            same = np.arange(max(q0, g0), min(q0 + b, g0 + m))
            scores[same - q0, same - g0] = -np.inf

    def _improve(self, query: np.ndarray, item: np.ndarray, cosine: np.ndarray) -> None:
        order = np.lexsort((self.ranks[item], -cosine, query))
        first = order[np.unique(query[order], return_index=True)[1]]
        query, item, cosine = query[first], item[first], cosine[first]
        before, held = self.cosine_n[query], self.best_n[query]
        level = (cosine == before) & (self.ranks[item] < self.ranks[held])
        better = (cosine > before) | level
        self.best_n[query[better]] = item[better]
        self.cosine_n[query[better]] = cosine[better]

    def result(self) -> Matches:
        """Return the pairs in order."""
        empty = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        query, item, cosine = (np.concatenate(x) for x in zip(empty, *self.found, strict=True))
        order = np.lexsort((self.ranks[item], -cosine, query))
        return Matches(
            query[order],
            item[order],
            cosine[order],
            self.best_n,
            np.where(self.best_n < 0, np.nan, self.cosine_n),
            np.flatnonzero(self.zeros_n),
            np.flatnonzero(self.zeros_m),
        )
