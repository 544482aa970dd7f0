"""Answering only where the model is sure: risk against coverage, for all replicates at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.stats.counts import ratio, unit_weights


class Queue(NamedTuple):
    """Images in the order in which a model would answer them, equal confidences in one block.

    Attributes
    ----------
    order_n
        (n,) row numbers by falling confidence.
    ends_b
        (b,) position of the last image of every block of equal confidence.
    wrong_n
        (n,) float, 1 where the answer is wrong, by row number.
    confidence_b
        (b,) the confidence of every block.
    """

    order_n: np.ndarray
    ends_b: np.ndarray
    wrong_n: np.ndarray
    confidence_b: np.ndarray


def queue(wrong_n: np.ndarray, confidence_n: np.ndarray) -> Queue:
    """Sort images by falling confidence once.

    Parameters
    ----------
    wrong_n
        (n,) bool, whether the model's answer is wrong.
    confidence_n
        (n,) how sure it is, for example the top probability.

    Examples
    --------
    >>> queue(np.array([False, True, True]), np.array([0.9, 0.6, 0.9])).ends_b
    array([1, 2])
    """
    order = np.argsort(-confidence_n, kind="stable")
    ordered = confidence_n[order]
    ends = np.append(np.flatnonzero(np.diff(ordered)), ordered.size - 1)
    return Queue(order, ends, np.asarray(wrong_n, dtype=float), ordered[ends])


class RiskCoverage(NamedTuple):
    """The share of wrong answers among the images answered, by the share answered.

    Attributes
    ----------
    coverage_b, risk_b
        (b,) at every distinct confidence, from the surest block to all images.
    threshold_b
        (b,) the lowest confidence that is still answered.
    """

    coverage_b: np.ndarray
    risk_b: np.ndarray
    threshold_b: np.ndarray


def risk_coverage_curve(line: Queue) -> RiskCoverage:
    """Return the risk-coverage curve (El-Yaniv and Wiener, 2010).

    Examples
    --------
    >>> line = queue(np.array([False, True, False, True]), np.array([0.9, 0.8, 0.7, 0.6]))
    >>> risk_coverage_curve(line).risk_b.round(3)
    array([0.   , 0.5  , 0.333, 0.5  ])
    """
    answered_b = line.ends_b + 1.0
    wrong_b = np.cumsum(line.wrong_n[line.order_n])[line.ends_b]
    return RiskCoverage(answered_b / line.order_n.size, wrong_b / answered_b, line.confidence_b)


class Areas(NamedTuple):
    """Areas under the risk-coverage curve, each (r,).

    Attributes
    ----------
    aurc
        Mean risk over all coverages: 0 is perfect.
    excess
        What remains above the ordering that puts every wrong answer last.
    """

    aurc: np.ndarray
    excess: np.ndarray


def areas(line: Queue, weights_rn: np.ndarray | None = None) -> Areas:
    """Return the area under the risk-coverage curve and its excess, per replicate.

    The area is the mean, over k = 1 to n, of the share of wrong answers among the k surest images
    (Geifman, Uziel and El-Yaniv, "Bias-reduced uncertainty estimation", 2019). Images of equal
    confidence have no order; their average over all orders is taken.

    Parameters
    ----------
    line
        The images by falling confidence.
    weights_rn
        (r, n) how often each row counts in each replicate, whole numbers; None means once.

    Examples
    --------
    >>> line = queue(np.array([False, True, False, True]), np.array([0.9, 0.8, 0.7, 0.6]))
    >>> found = areas(line)
    >>> found.aurc.round(4), found.excess.round(4)
    (array([0.3333]), array([0.125]))
    """
    weights = unit_weights(line.order_n.size) if weights_rn is None else weights_rn
    upto_rb, wrong_upto_rb = _running(line, weights)
    upto_rb = np.rint(upto_rb).astype(np.int64)
    size_rb = np.diff(upto_rb, axis=1, prepend=0)
    wrong_rb = np.diff(wrong_upto_rb, axis=1, prepend=0)
    before_rb, wrong_before_rb = upto_rb - size_rb, wrong_upto_rb - wrong_rb
    harmonic = _harmonic(int(upto_rb[:, -1].max()))
    # Within a block of m images, e of them wrong, the expected number of wrong answers among the
    # first j is e j / m: the mean risk over the block is then a difference of harmonic numbers.
    rate_rb = wrong_rb / np.maximum(size_rb, 1)
    steps_rb = harmonic[upto_rb] - harmonic[before_rb]
    total_r = upto_rb[:, -1]
    sums_r = (wrong_rb + (wrong_before_rb - before_rb * rate_rb) * steps_rb).sum(axis=1)
    errors_r = np.rint(wrong_upto_rb[:, -1]).astype(np.int64)
    right_r = total_r - errors_r
    best_r = errors_r - right_r * (harmonic[total_r] - harmonic[right_r])
    return Areas(ratio(sums_r, total_r), ratio(sums_r - best_r, total_r))


def check_coverages(coverages_m: np.ndarray) -> np.ndarray:
    """Return coverages as floats above 0 and up to 1, (m,).

    Raises
    ------
    ValueError
        If one is not.

    Examples
    --------
    >>> check_coverages([0.5, 1])
    array([0.5, 1. ])
    """
    coverages = np.asarray(coverages_m, dtype=float)
    if not ((coverages > 0) & (coverages <= 1)).all():
        raise ValueError("Coverages must be above 0 and at most 1, for example 0.8.")
    return coverages


def accuracy_at(
    line: Queue, coverages_m: np.ndarray, weights_rn: np.ndarray | None = None
) -> np.ndarray:
    """Share of right answers among the surest images, at stated coverages, (r, m).

    At coverage q the surest ceil(q n) images are answered; where equal confidences are cut, the
    average over their orders is taken.

    Parameters
    ----------
    line
        The images by falling confidence.
    coverages_m
        (m,) shares of the images that are answered, above 0 and up to 1.
    weights_rn
        (r, n) how often each row counts in each replicate; None means once.

    Raises
    ------
    ValueError
        If a coverage is not above 0 and up to 1.

    Examples
    --------
    >>> line = queue(np.array([False, True, False, True]), np.array([0.9, 0.8, 0.7, 0.6]))
    >>> accuracy_at(line, np.array([0.25, 0.5, 1.0]))
    array([[1. , 0.5, 0.5]])
    """
    coverages = check_coverages(coverages_m)
    weights = unit_weights(line.order_n.size) if weights_rn is None else weights_rn
    upto_rb, wrong_upto_rb = _running(line, weights)
    zeros_r1 = np.zeros((weights.shape[0], 1))
    reached = np.concatenate([zeros_r1, upto_rb], axis=1)
    wrong = np.concatenate([zeros_r1, wrong_upto_rb], axis=1)
    answered_rm = np.ceil(np.outer(upto_rb[:, -1], coverages) - 1e-9)
    wrong_rm = np.stack(
        [np.interp(a, x, y) for a, x, y in zip(answered_rm, reached, wrong, strict=True)]
    )
    return 1 - ratio(wrong_rm, answered_rm)


def _running(line: Queue, weights_rn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return images and wrong answers up to the end of every block, both (r, b)."""
    ordered_rn = np.take(weights_rn, line.order_n, axis=1)
    wrong_rn = ordered_rn * line.wrong_n[line.order_n]
    return (
        np.cumsum(ordered_rn, axis=1)[:, line.ends_b],
        np.cumsum(wrong_rn, axis=1)[:, line.ends_b],
    )


def _harmonic(n: int) -> np.ndarray:
    """Return the harmonic numbers 0, 1, 1 + 1/2, ... up to the n-th, (n + 1,)."""
    return np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n + 1))])
