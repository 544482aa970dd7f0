"""Where the right answer stands in a ranked gallery, without ever holding all scores at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

# Cosines of float32 features closer than this differ by rounding, not by content.
TIE = 1e-6
BLOCK_BYTES = 64 << 20


class Correct(NamedTuple):
    """Which gallery items are right answers to which query, as pairs sorted by query.

    Attributes
    ----------
    query_p, item_p
        (p,) int64 query and gallery number of every right pair; every query occurs.
    """

    query_p: np.ndarray
    item_p: np.ndarray


class Ranks(NamedTuple):
    """Where the best right answer of each query stands.

    Attributes
    ----------
    better_n
        Wrong items with a higher score than the best right one.
    wrong_n, right_n
        Wrong and right items whose score equals that of the best right one; ``right_n >= 1``.
    top_nk, scores_nk
        The k best gallery items of each query, best first, and their cosines.
    """

    better_n: np.ndarray
    wrong_n: np.ndarray
    right_n: np.ndarray
    top_nk: np.ndarray
    scores_nk: np.ndarray


def unit_rows(features_nd: ArrayLike) -> np.ndarray:
    """Return features scaled to length 1, float32; a row of zeros stays zero.

    Raises
    ------
    ValueError
        If the features are not a table of finite numbers.

    Examples
    --------
    >>> unit_rows([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)
    """
    features = np.array(features_nd, dtype=np.float32, order="C")
    if features.ndim != 2:
        raise ValueError(f"Features must be n by d, not of shape {features.shape}.")
    norms_n1 = np.sqrt(np.einsum("nd,nd->n", features, features, dtype=np.float64))[:, None]
    if not np.isfinite(norms_n1).all():
        raise ValueError("Features must be finite numbers.")
    features /= np.where(norms_n1 > 0, norms_n1, 1).astype(np.float32)
    return features


def score_blocks(
    queries_nd: np.ndarray, gallery_md: np.ndarray, block_bytes: int = BLOCK_BYTES
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the first query number and the scores of a block of queries, (b, m) float32.

    Parameters
    ----------
    queries_nd, gallery_md
        Unit features.
    block_bytes
        Size of one block of scores; at least one query is scored at a time.
    """
    size = max(1, block_bytes // (4 * max(len(gallery_md), 1)))
    for start in range(0, len(queries_nd), size):
        yield start, queries_nd[start : start + size] @ gallery_md.T


def first_correct(
    queries_nd: ArrayLike,
    gallery_md: ArrayLike,
    correct: Correct,
    weights_m: np.ndarray | None = None,
    top: int = 0,
    tolerance: float = TIE,
    block_bytes: int = BLOCK_BYTES,
) -> Ranks:
    """Count what stands before, and level with, the best right answer of every query.

    Scores are cosines in float32; two that differ by no more than ``tolerance`` are level. With
    100,000 queries and as large a gallery a block of scores is all that is held beside the
    features, never the whole table.

    Parameters
    ----------
    queries_nd, gallery_md
        Features of n queries and m gallery items, of any length.
    correct
        The right pairs; every query needs one.
    weights_m
        How many equal items each gallery item stands for [1].
    top
        How many of the best items to return for each query.
    tolerance
        Largest difference between level scores.
    block_bytes
        Size of one block of scores.

    Raises
    ------
    ValueError
        If a query has no right answer, or the pairs are not sorted by query.

    Examples
    --------
    >>> gallery = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    >>> queries = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> ranks = first_correct(queries, gallery, Correct(np.array([0, 1]), np.array([2, 0])))
    >>> ranks.better_n.tolist(), ranks.wrong_n.tolist(), ranks.right_n.tolist()
    ([1, 0], [0, 0], [1, 1])
    """
    queries, gallery = unit_rows(queries_nd), unit_rows(gallery_md)
    n = len(queries)
    _check(correct, n, len(gallery))
    pair_of_n = np.searchsorted(correct.query_p, np.arange(n + 1))
    weights = None if weights_m is None else _summable(weights_m)
    counts_n3 = np.zeros((n, 3), np.int64)
    top_nk, scores_nk = _empty_top(n, top, len(gallery))
    for start, scores_bm in score_blocks(queries, gallery, block_bytes):
        stop = start + len(scores_bm)
        pairs = slice(pair_of_n[start], pair_of_n[stop])
        rows, items = correct.query_p[pairs] - start, correct.item_p[pairs]
        offsets = pair_of_n[start:stop] - pair_of_n[start]
        counts_n3[start:stop] = _count(scores_bm, rows, items, offsets, weights, tolerance)
        if top:
            top_nk[start:stop], scores_nk[start:stop] = best_items(scores_bm, top_nk.shape[1])
    better_n, wrong_n, right_n = counts_n3.T
    return Ranks(better_n, wrong_n, right_n, top_nk, scores_nk)


def _check(correct: Correct, n: int, m: int) -> None:
    if not np.array_equal(np.unique(correct.query_p), np.arange(n)):
        raise ValueError("Every query needs at least one right answer in the gallery.")
    if (np.diff(correct.query_p) < 0).any():
        raise ValueError("The right pairs must be sorted by query.")
    if correct.item_p.min(initial=0) < 0 or correct.item_p.max(initial=0) >= m:
        raise ValueError(f"A right answer is outside the gallery of {m} items.")


def _summable(weights_m: np.ndarray) -> np.ndarray:
    """Return weights in the smallest type whose sums are exact."""
    exact_in_float32 = weights_m.sum() < 1 << 24
    return weights_m.astype(np.float32 if exact_in_float32 else np.float64)


def _count(
    scores_bm: np.ndarray,
    rows_p: np.ndarray,
    items_p: np.ndarray,
    offsets_b: np.ndarray,
    weights_m: np.ndarray | None,
    tolerance: float,
) -> np.ndarray:
    """Return wrong items above, wrong items level, right items level; (b, 3)."""
    own_p = scores_bm[rows_p, items_p]
    best_b = np.maximum.reduceat(own_p, offsets_b)
    margin = np.float32(tolerance)
    above_b = _weigh(scores_bm > (best_b + margin)[:, None], weights_m)
    level_b = _weigh(scores_bm >= (best_b - margin)[:, None], weights_m) - above_b
    weight_p = np.ones(len(items_p), np.int64) if weights_m is None else weights_m[items_p]
    is_level_p = own_p >= (best_b - margin)[rows_p]
    right_b = np.add.reduceat(np.where(is_level_p, weight_p, 0), offsets_b).astype(np.int64)
    return np.stack([above_b, level_b - right_b, right_b], axis=1)


def _weigh(mask_bm: np.ndarray, weights_m: np.ndarray | None) -> np.ndarray:
    if weights_m is None:
        return np.asarray(np.count_nonzero(mask_bm, axis=1))
    counts_b: np.ndarray = (mask_bm.astype(weights_m.dtype) @ weights_m).astype(np.int64)
    return counts_b


def _empty_top(n: int, top: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    k = min(top, m)
    return np.zeros((n, k), np.int64), np.zeros((n, k), np.float32)


def best_items(scores_bm: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the k best items of each row, best first, and their scores, (b, k) each.

    Examples
    --------
    >>> best_items(np.array([[0.1, 0.9, 0.5]], np.float32), 2)[0].tolist()
    [[1, 2]]
    """
    m = scores_bm.shape[1]
    found_bk = np.argpartition(scores_bm, m - k, axis=1)[:, m - k :]
    found_bk.sort(axis=1)
    scores_bk = np.take_along_axis(scores_bm, found_bk, axis=1)
    order_bk = np.argsort(-scores_bk, axis=1, kind="stable")
    return (
        np.take_along_axis(found_bk, order_bk, axis=1),
        np.take_along_axis(scores_bk, order_bk, axis=1),
    )


def diagonal(
    queries_nd: ArrayLike, gallery_nd: ArrayLike, top: int = 0, block_bytes: int = BLOCK_BYTES
) -> Ranks:
    """Rank by the published protocol: item i is the only right answer to query i.

    Equal captions count as errors, and level items stand in the order of the gallery, as a stable
    sort leaves them.

    Raises
    ------
    ValueError
        If queries and gallery are not equally many.

    Examples
    --------
    >>> diagonal(np.eye(3), np.eye(3)[[0, 0, 2]]).better_n.tolist()
    [0, 1, 0]
    """
    queries, gallery = unit_rows(queries_nd), unit_rows(gallery_nd)
    n = len(queries)
    if n != len(gallery):
        raise ValueError(f"{n} queries and {len(gallery)} gallery items are no pairs.")
    better_n = np.zeros(n, np.int64)
    top_nk, scores_nk = _empty_top(n, top, n)
    columns_n = np.arange(n)
    for start, scores_bn in score_blocks(queries, gallery, block_bytes):
        rows_b = columns_n[start : start + len(scores_bn)]
        own_b1 = scores_bn[rows_b - start, rows_b][:, None]
        better_n[rows_b] = np.count_nonzero(scores_bn > own_b1, axis=1)
        level_bn = (scores_bn == own_b1) & (columns_n < rows_b[:, None])
        better_n[rows_b] += np.count_nonzero(level_bn, axis=1)
        if top:
            top_nk[rows_b], scores_nk[rows_b] = best_items(scores_bn, top_nk.shape[1])
    return Ranks(better_n, np.zeros_like(better_n), np.ones_like(better_n), top_nk, scores_nk)
