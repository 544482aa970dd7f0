"""AUROC and average precision of one class against the rest, for all replicates at once.

The scores are sorted once; each replicate then needs only cumulative sums of its weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.stats.counts import ratio, unit_weights


class Ranking(NamedTuple):
    """One class's scores in order, and where ties begin and end.

    Attributes
    ----------
    positives_p, negatives_q
        Row numbers of the positives and negatives, by rising score.
    below_p, upto_p
        For each positive, how many negatives score less, and how many score less or the same.
    first_p
        For each positive, the first positive with the same score.
    """

    positives_p: np.ndarray
    negatives_q: np.ndarray
    below_p: np.ndarray
    upto_p: np.ndarray
    first_p: np.ndarray


def rank(positive_n: np.ndarray, scores_n: np.ndarray) -> Ranking:
    """Sort the scores of positives and negatives once.

    Parameters
    ----------
    positive_n
        (n,) bool, whether the row is of the class.
    scores_n
        (n,) the score of the class.

    Examples
    --------
    >>> rank(np.array([True, False, True]), np.array([0.9, 0.5, 0.5])).upto_p
    array([1, 1])
    """
    positives = np.flatnonzero(positive_n)
    negatives = np.flatnonzero(~positive_n)
    positives = positives[np.argsort(scores_n[positives], kind="stable")]
    negatives = negatives[np.argsort(scores_n[negatives], kind="stable")]
    high, low = scores_n[positives], scores_n[negatives]
    return Ranking(
        positives,
        negatives,
        np.searchsorted(low, high, "left"),
        np.searchsorted(low, high, "right"),
        np.searchsorted(high, high, "left"),
    )


class RankScores(NamedTuple):
    """AUROC and average precision per replicate, both (r,)."""

    auroc_r: np.ndarray
    average_precision_r: np.ndarray


def score_ranking(ranking: Ranking, weights_rn: np.ndarray) -> RankScores:
    """Return AUROC and average precision for every replicate.

    AUROC is the weighted share of (positive, negative) pairs in the right order, ties counting one
    half (Hanley and McNeil, 1982). Average precision is the sum over distinct thresholds of the
    rise in recall times the precision there, without interpolation. Both are NaN in a replicate
    that has no positive or no negative.

    Examples
    --------
    >>> ranking = rank(np.array([False, True, False, True]), np.array([0.1, 0.4, 0.5, 0.8]))
    >>> score_ranking(ranking, np.ones((1, 4))).auroc_r
    array([0.75])
    """
    positive_rp = np.take(weights_rn, ranking.positives_p, axis=1)
    negative_before_rq = _running_total(np.take(weights_rn, ranking.negatives_q, axis=1))
    positive_before_rp = _running_total(positive_rp)
    positives_r = positive_before_rp[:, -1]
    negatives_r = negative_before_rq[:, -1]
    below_rp = np.take(negative_before_rq, ranking.below_p, axis=1)
    upto_rp = np.take(negative_before_rq, ranking.upto_p, axis=1)
    pairs_r = np.einsum("rp,rp->r", positive_rp, below_rp + upto_rp) / 2
    auroc_r = ratio(pairs_r, positives_r * negatives_r)

    found_rp = positives_r[:, None] - np.take(positive_before_rp, ranking.first_p, axis=1)
    false_rp = negatives_r[:, None] - below_rp
    precision_rp = found_rp / np.maximum(found_rp + false_rp, 1e-300)
    rises_r = np.einsum("rp,rp->r", positive_rp, precision_rp)
    average_precision_r = ratio(rises_r, positives_r)
    average_precision_r[negatives_r == 0] = np.nan
    return RankScores(auroc_r, average_precision_r)


def ranking_areas(ranking: Ranking, weights_rn: np.ndarray) -> np.ndarray:
    """Return the AUROC of :func:`score_ranking` alone, (r,), in half its time.

    Examples
    --------
    >>> ranking = rank(np.array([False, True, False, True]), np.array([0.1, 0.4, 0.5, 0.8]))
    >>> ranking_areas(ranking, np.ones((1, 4)))
    array([0.75])
    """
    positive_rp = np.take(weights_rn, ranking.positives_p, axis=1)
    before_rq = _running_total(np.take(weights_rn, ranking.negatives_q, axis=1))
    both_rp = np.take(before_rq, ranking.below_p, axis=1)
    both_rp += np.take(before_rq, ranking.upto_p, axis=1)
    pairs_r = np.einsum("rp,rp->r", positive_rp, both_rp) / 2
    return ratio(pairs_r, positive_rp.sum(axis=1) * before_rq[:, -1])


def _running_total(weights_rm: np.ndarray) -> np.ndarray:
    out = np.zeros((weights_rm.shape[0], weights_rm.shape[1] + 1))
    np.cumsum(weights_rm, axis=1, out=out[:, 1:])
    return out


def auroc(positive_n: np.ndarray, scores_n: np.ndarray) -> float:
    """Area under the ROC curve of a score, ties counting one half; NaN if one side is empty.

    Examples
    --------
    >>> auroc(np.array([False, True, False, True]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    ranking = rank(np.asarray(positive_n, bool), np.asarray(scores_n, float))
    return float(score_ranking(ranking, unit_weights(len(positive_n))).auroc_r[0])


def average_precision(positive_n: np.ndarray, scores_n: np.ndarray) -> float:
    """Average precision of a score, without interpolation; NaN if one side is empty.

    Examples
    --------
    >>> average_precision(np.array([False, True, False, True]), np.array([0.1, 0.4, 0.5, 0.8]))
    0.8333333333333333
    """
    ranking = rank(np.asarray(positive_n, bool), np.asarray(scores_n, float))
    return float(score_ranking(ranking, unit_weights(len(positive_n))).average_precision_r[0])
