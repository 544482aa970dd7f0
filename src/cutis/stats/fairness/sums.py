"""Sums by subgroup and class: what every comparable rate is made of, crude and standardised."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.stats.counts import one_hot, ratio, unit_weights
from cutis.stats.fairness.decision import Decision
from cutis.stats.fairness.partition import Partition


class Facts(NamedTuple):
    """What is known of each image; all (n,).

    Attributes
    ----------
    labels_n
        Class index.
    right_n
        1 where the most probable class is right.
    confidence_n
        Probability of the most probable class.
    called_n, score_n
        Whether it was called positive, and the probability of that; zeros without a decision.
    n_classes
        The number of classes c.
    """

    labels_n: np.ndarray
    right_n: np.ndarray
    confidence_n: np.ndarray
    called_n: np.ndarray
    score_n: np.ndarray
    n_classes: int


def make_facts(labels_n: np.ndarray, probs_nc: np.ndarray, decision: Decision | None) -> Facts:
    """Prepare the facts of n images.

    Examples
    --------
    >>> make_facts(np.array([0, 1]), np.array([[0.9, 0.1], [0.6, 0.4]]), None).right_n
    array([1., 0.])
    """
    nothing = np.zeros(labels_n.size)
    return Facts(
        labels_n,
        (probs_nc.argmax(axis=1) == labels_n).astype(float),
        probs_nc.max(axis=1),
        nothing if decision is None else decision.called_n.astype(float),
        nothing if decision is None else decision.score_n,
        int(probs_nc.shape[1]),
    )


class Sums(NamedTuple):
    """Weighted sums per replicate, subgroup and class, each (r, g, c).

    Attributes
    ----------
    total_rgc, right_rgc, called_rgc
        Images, those answered right, those called positive.
    confidence_rgc, score_rgc
        Sums of the top probability, and of the probability of the positive classes.
    """

    total_rgc: np.ndarray
    right_rgc: np.ndarray
    called_rgc: np.ndarray
    confidence_rgc: np.ndarray
    score_rgc: np.ndarray


def sum_by_group(facts: Facts, partition: Partition, weights_rn: np.ndarray | None = None) -> Sums:
    """Sum the facts of each subgroup and class under every row of weights.

    Parameters
    ----------
    facts
        What is known of each image.
    partition
        The subgroups.
    weights_rn
        (r, n) how often each image counts in each replicate; None means once.

    Examples
    --------
    >>> facts = make_facts(np.array([0, 1]), np.array([[0.9, 0.1], [0.6, 0.4]]), None)
    >>> sum_by_group(facts, Partition(("f", "m"), np.array([0, 1]))).right_rgc
    array([[[1., 0.],
            [0., 0.]]])
    """
    weights = unit_weights(facts.labels_n.size) if weights_rn is None else weights_rn
    g, c = len(partition.names), facts.n_classes
    cells_nk = one_hot(partition.codes_n * c + facts.labels_n, g * c)
    total = weights @ cells_nk
    parts = [
        (weights * values_n) @ cells_nk if values_n.any() else np.zeros_like(total)
        for values_n in (facts.right_n, facts.called_n, facts.confidence_n, facts.score_n)
    ]
    return Sums(*(part.reshape(-1, g, c) for part in (total, *parts)))


def sum_by_codes(facts: Facts, codes_pn: np.ndarray, n_parts: int) -> Sums:
    """Sum the facts under p different divisions of the same images.

    Parameters
    ----------
    facts
        What is known of each image.
    codes_pn
        (p, n) int, the part of every image in each division.
    n_parts
        The number of parts g.

    Examples
    --------
    >>> facts = make_facts(np.array([0, 1]), np.array([[0.9, 0.1], [0.6, 0.4]]), None)
    >>> sum_by_codes(facts, np.array([[0, 1], [1, 0]]), 2).total_rgc[:, 0]
    array([[1., 0.],
           [0., 1.]])
    """
    p, c = codes_pn.shape[0], facts.n_classes
    cells_pn = codes_pn * c + facts.labels_n + np.arange(p)[:, None] * n_parts * c
    flat, size = cells_pn.ravel(), p * n_parts * c
    total = np.bincount(flat, minlength=size).astype(float)
    parts = [
        np.bincount(flat, weights=np.tile(values_n, p), minlength=size)
        if values_n.any()
        else np.zeros(size)
        for values_n in (facts.right_n, facts.called_n, facts.confidence_n, facts.score_n)
    ]
    return Sums(*(part.reshape(p, n_parts, c) for part in (total, *parts)))


def standardise(sums: Sums, target_c: np.ndarray) -> Sums:
    """Give every subgroup the same mix of classes (direct standardisation).

    Subgroups with different diagnoses differ in accuracy even if every diagnosis is recognised
    equally well in each. Weighting each class of each subgroup to one common mix takes that part
    of a difference away.

    Parameters
    ----------
    sums
        Crude sums.
    target_c
        (c,) the mix to reach; 0 for classes that are left out.

    Returns
    -------
    Sums whose images of a class add up to its share in the mix; a class of which a subgroup has
    no image in a replicate is left out there.

    Examples
    --------
    >>> sums = Sums(*(np.array([[[8.0, 2.0]]]),) * 5)
    >>> standardise(sums, np.array([0.5, 0.5])).total_rgc
    array([[[0.5, 0.5]]])
    """
    share_rgc = np.where(sums.total_rgc > 0, target_c, 0.0)
    return Sums(
        share_rgc,
        *(np.nan_to_num(ratio(part, sums.total_rgc)) * share_rgc for part in sums[1:]),
    )
