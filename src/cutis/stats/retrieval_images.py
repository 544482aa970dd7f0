"""Image to image: whether the pictures most like a picture show the same diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cutis.stats.clusters import make_clusters
from cutis.stats.retrieval import TIE, best_items, score_blocks, unit_rows
from cutis.stats.retrieval_expected import expected_hit, expected_rank, expected_reciprocal

_BLOCK_BYTES = 8 << 20


class ImageRetrieval(NamedTuple):
    """How well each query image finds others with its label, one row per query.

    Attributes
    ----------
    queries_q
        Row numbers of the images that have someone to find.
    right_q, candidates_q
        How many images with its label, and how many in all, it was compared with.
    precision_qk, hit_qk
        Share of right images among the first k, and chance that there is one, for each k.
    average_precision_q
        Average precision over the first ``right_q`` places (mAP@R is its mean).
    rank_q, reciprocal_q
        Expected rank of the first right image, and expected value of one over it.
    near_q
        How many images were left out for being as good as the same.
    top_qk, scores_qk
        Row numbers and cosines of the most similar images, best first; -1 where there are fewer.
    """

    queries_q: np.ndarray
    right_q: np.ndarray
    candidates_q: np.ndarray
    precision_qk: np.ndarray
    hit_qk: np.ndarray
    average_precision_q: np.ndarray
    rank_q: np.ndarray
    reciprocal_q: np.ndarray
    near_q: np.ndarray
    top_qk: np.ndarray
    scores_qk: np.ndarray


def similar_images(
    features_nd: ArrayLike,
    labels_n: ArrayLike,
    ks: Sequence[int],
    groups_n: ArrayLike | None = None,
    exclude_near: float | None = None,
    top: int = 0,
    tolerance: float = TIE,
    block_bytes: int = _BLOCK_BYTES,
) -> ImageRetrieval:
    """Rank all other images for every labelled image and see whose label is the same.

    The query itself and every image of its group (lesion or patient) are left out; so are, when
    asked for, near duplicates. Level images are counted at the mean over all their orders
    (McSherry and Najork, "Computing information retrieval performance measures efficiently in the
    presence of tied scores", ECIR 2008). Images without a label take no part.

    Parameters
    ----------
    features_nd
        Features of n images, of any length.
    labels_n
        Class number of each, -1 where unknown.
    ks
        Lengths of the lists to judge.
    groups_n
        Lesion or patient of each image; missing ones are groups of their own.
    exclude_near
        Cosine from which on another image counts as the same picture and is left out; rounding of
        float32 may bring the cosine of equal features below 1, so ``tolerance`` is allowed for.
    top
        How many of the most similar images to return for each query.
    tolerance
        Largest difference between level cosines; a run of level ones is counted from its best.
    block_bytes
        Size of one block of scores.

    Examples
    --------
    >>> found = similar_images([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], [0, 0, 1, 1], [1])
    >>> found.precision_qk.ravel().tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    labels = np.asarray(labels_n)
    rows = np.flatnonzero(labels >= 0)
    features, labels = unit_rows(features_nd)[rows], labels[rows]
    group_of = make_clusters(groups_n, len(np.asarray(labels_n))).index_n[rows]
    parts = []
    for start, scores_bm in score_blocks(features, features, block_bytes):
        query_b = np.arange(start, start + len(scores_bm))
        barred_bm = group_of[None, :] == group_of[query_b, None]
        near_b = np.zeros(len(query_b), np.int64)
        if exclude_near is not None:
            near_bm = (scores_bm >= exclude_near - tolerance) & ~barred_bm
            near_b, barred_bm = near_bm.sum(axis=1), barred_bm | near_bm
        scores_bm[barred_bm] = -np.inf
        same_bm = (labels[None, :] == labels[query_b, None]) & ~barred_bm
        parts.append(_judge(scores_bm, same_bm, query_b, near_b, ks, top, tolerance))
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    found = ImageRetrieval(*joined)
    named = np.where(found.top_qk >= 0, rows[found.top_qk], -1)
    return found._replace(queries_q=rows[found.queries_q], top_qk=named)


def has_fellow(labels_n: ArrayLike, groups_n: ArrayLike | None = None) -> np.ndarray:
    """Tell which images have another of their label outside their group, bool (n,).

    Parameters
    ----------
    labels_n
        Class number of each image, -1 where unknown.
    groups_n
        Lesion or patient of each image; missing ones are groups of their own.

    Examples
    --------
    >>> has_fellow([0, 0, 0, 1, 1, -1], ["a", "a", "b", "c", "c", "d"]).tolist()
    [True, True, True, False, False, False]
    """
    labels = np.asarray(labels_n)
    pairs_n2 = np.column_stack([labels, make_clusters(groups_n, len(labels)).index_n])
    _, label_n, of_label = np.unique(labels, return_inverse=True, return_counts=True)
    _, pair_n, of_pair = np.unique(pairs_n2, axis=0, return_inverse=True, return_counts=True)
    found: np.ndarray = (labels >= 0) & (of_label[label_n] > of_pair[pair_n.ravel()])
    return found


def _judge(
    scores_bm: np.ndarray,
    same_bm: np.ndarray,
    query_b: np.ndarray,
    near_b: np.ndarray,
    ks: Sequence[int],
    top: int,
    tolerance: float,
) -> ImageRetrieval:
    kept = same_bm.any(axis=1)
    scores_bm, same_bm = scores_bm[kept], same_bm[kept]
    order_bm = np.argsort(-scores_bm, axis=1, kind="stable")
    sorted_bm = np.take_along_axis(scores_bm, order_bm, axis=1)
    same_sorted_bm = np.take_along_axis(same_bm, order_bm, axis=1)
    blocks = _level_blocks(sorted_bm, same_sorted_bm, tolerance)
    right_b = same_bm.sum(axis=1)
    share_bm = blocks.right_bm / blocks.size_bm
    better_b, level_wrong_b, level_right_b = _first_right(blocks)
    k_top = min(top, scores_bm.shape[1])
    top_bk, scores_bk = best_items(scores_bm, k_top) if k_top and len(scores_bm) else (
        np.zeros((len(scores_bm), k_top), np.int64), np.zeros((len(scores_bm), k_top), np.float32)
    )  # fmt: skip
    return ImageRetrieval(
        queries_q=query_b[kept],
        right_q=right_b,
        candidates_q=np.isfinite(scores_bm).sum(axis=1),
        precision_qk=np.stack([share_bm[:, :k].sum(axis=1) / k for k in ks], axis=1),
        hit_qk=np.stack(
            [expected_hit(better_b, level_wrong_b, level_right_b, k) for k in ks], axis=1
        ),
        average_precision_q=_average_precision(blocks, share_bm, right_b),
        rank_q=expected_rank(better_b, level_wrong_b, level_right_b),
        reciprocal_q=expected_reciprocal(better_b, level_wrong_b, level_right_b),
        near_q=near_b[kept],
        top_qk=np.where(np.isfinite(scores_bk), top_bk, -1),
        scores_qk=np.where(np.isfinite(scores_bk), scores_bk, 0).astype(np.float32),
    )


class _Blocks(NamedTuple):
    """For every place in a sorted list: its level block's start, size and right items."""

    start_bm: np.ndarray
    size_bm: np.ndarray
    right_bm: np.ndarray
    before_bm: np.ndarray


def _level_blocks(sorted_bm: np.ndarray, same_bm: np.ndarray, tolerance: float) -> _Blocks:
    b, m = sorted_bm.shape
    place_m = np.arange(m)
    opens_bm = _openings(sorted_bm, np.float32(tolerance))
    start_bm = np.maximum.accumulate(np.where(opens_bm, place_m, 0), axis=1)
    next_bm = np.full((b, m), m)
    next_bm[:, :-1] = np.where(opens_bm[:, 1:], place_m[1:], m)
    stop_bm = np.minimum.accumulate(next_bm[:, ::-1], axis=1)[:, ::-1]
    counted_bm = np.concatenate([np.zeros((b, 1), np.int64), same_bm.cumsum(axis=1)], axis=1)
    before_bm = np.take_along_axis(counted_bm, start_bm, axis=1)
    right_bm = np.take_along_axis(counted_bm, stop_bm, axis=1) - before_bm
    return _Blocks(start_bm, stop_bm - start_bm, right_bm, before_bm)


def _openings(sorted_bm: np.ndarray, tolerance: np.float32) -> np.ndarray:
    """Tell where a block of level scores opens: where one is too far below the block's first."""
    b, m = sorted_bm.shape
    opens_bm = np.ones((b, m), bool)
    with np.errstate(invalid="ignore"):  # barred items at minus infinity are level
        opens_bm[:, 1:] = sorted_bm[:, :-1] - sorted_bm[:, 1:] > tolerance
        chain_bm = np.maximum.accumulate(np.where(opens_bm, np.arange(m), 0), axis=1)
        first_bm = np.take_along_axis(sorted_bm, chain_bm, axis=1)
        # Small steps may add up to a long chain; only such rows need the walk from block to block.
        long_b = (first_bm - sorted_bm > tolerance).any(axis=1)
    for row in np.flatnonzero(long_b):
        falling_f = -sorted_bm[row][np.isfinite(sorted_bm[row])].astype(np.float64)
        next_f = np.searchsorted(falling_f, falling_f + tolerance, side="right").tolist()
        place = 0
        while place < len(next_f):
            opens_bm[row, place] = True
            place = next_f[place]
    return opens_bm


def _first_right(blocks: _Blocks) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first_b1 = np.argmax(blocks.right_bm > 0, axis=1)[:, None]
    better_b, size_b, right_b = (
        np.take_along_axis(values, first_b1, axis=1)[:, 0]
        for values in (blocks.start_bm, blocks.size_bm, blocks.right_bm)
    )
    return better_b, size_b - right_b, right_b


def _average_precision(blocks: _Blocks, share_bm: np.ndarray, right_b: np.ndarray) -> np.ndarray:
    place_m = np.arange(share_bm.shape[1])
    others_bm = (
        (place_m - blocks.start_bm) * (blocks.right_bm - 1) / np.maximum(blocks.size_bm - 1, 1)
    )
    gain_bm = share_bm * (blocks.before_bm + 1 + others_bm) / (place_m + 1)
    gain_bm[place_m >= right_b[:, None]] = 0
    precision_b: np.ndarray = gain_bm.sum(axis=1) / np.maximum(right_b, 1)
    return precision_b
