"""Metrics of the predicted class: accuracy, balanced accuracy, top-k, F1, kappa."""

from __future__ import annotations

import numpy as np

from cutis.stats.counts import Counts, mean_over, ratio, unit_weights
from cutis.stats.per_class import f1, sensitivity


def accuracy(counts: Counts) -> np.ndarray:
    """Share of images whose predicted class is right, (r,).

    Examples
    --------
    >>> from cutis.stats.counts import count
    >>> print(accuracy(count(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 2)))
    [0.75]
    """
    return ratio(counts.hits_rc.sum(axis=1), counts.total_r1[:, 0])


def balanced_accuracy(counts: Counts) -> np.ndarray:
    """Mean sensitivity over the classes that have images in the replicate, (r,).

    Examples
    --------
    >>> from cutis.stats.counts import count
    >>> print(balanced_accuracy(count(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 2)).round(3))
    [0.833]
    """
    return mean_over(sensitivity(counts), counts.true_rc > 0)


def macro_f1(counts: Counts) -> np.ndarray:
    """Mean F1 over the classes that have images in the replicate, (r,).

    scikit-learn also averages in a 0 for a class that was predicted but has no images; here such
    a class has no F1, so that a class absent from a resample cannot drag the interval down. The
    two agree whenever every predicted class has images.

    Examples
    --------
    >>> from cutis.stats.counts import count
    >>> print(macro_f1(count(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)).round(4))
    [0.6667]
    """
    return mean_over(f1(counts), counts.true_rc > 0)


def weighted_f1(counts: Counts) -> np.ndarray:
    """Mean F1 weighted by the number of images of each class, (r,).

    Examples
    --------
    >>> from cutis.stats.counts import count
    >>> print(weighted_f1(count(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 2)).round(4))
    [0.7667]
    """
    weighted_rc = np.where(counts.true_rc > 0, f1(counts), 0.0) * counts.true_rc
    return ratio(weighted_rc.sum(axis=1), counts.total_r1[:, 0])


def kappa(counts: Counts) -> np.ndarray:
    """Cohen's kappa, agreement beyond chance, (r,); NaN when chance alone explains everything.

    Cohen, "A coefficient of agreement for nominal scales", 1960.

    Examples
    --------
    >>> from cutis.stats.counts import count
    >>> print(kappa(count(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 2)))
    [0.5]
    """
    total_r = counts.total_r1[:, 0]
    observed = ratio(counts.hits_rc.sum(axis=1), total_r)
    chance = ratio((counts.true_rc * counts.predicted_rc).sum(axis=1), total_r**2)
    return ratio(observed - chance, 1.0 - chance)


def rank_of_truth(labels_n: np.ndarray, probs_nc: np.ndarray) -> np.ndarray:
    """Return at which place (0 = first) each image's true class stands in its ranked list, (n,).

    Equal probabilities rank the lower class index first, as the predicted class does, so that
    place 0 means a correct prediction.

    Examples
    --------
    >>> rank_of_truth(np.array([2, 0]), np.array([[0.5, 0.3, 0.2], [0.4, 0.4, 0.2]]))
    array([2, 0])
    """
    own_n1 = np.take_along_axis(probs_nc, labels_n[:, None], axis=1)
    before_nc = np.arange(probs_nc.shape[1])[None, :] < labels_n[:, None]
    ahead: np.ndarray = ((probs_nc > own_n1) | ((probs_nc == own_n1) & before_nc)).sum(axis=1)
    return ahead


def top_k_accuracy(
    labels_n: np.ndarray, probs_nc: np.ndarray, k: int, weights_rn: np.ndarray | None = None
) -> np.ndarray:
    """Share of images whose true class is among the k most probable, (r,).

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    probs_nc
        (n, c) probabilities.
    k
        How many classes count.
    weights_rn
        (r, n) how often each row counts in each replicate; None means once.

    Raises
    ------
    ValueError
        If k is not between 1 and c.

    Examples
    --------
    >>> probs = np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    >>> print(top_k_accuracy(np.array([1, 0]), probs, k=2))
    [0.5]
    """
    if not 1 <= k <= probs_nc.shape[1]:
        raise ValueError(f"k is {k}; it must be between 1 and the {probs_nc.shape[1]} classes.")
    weights = unit_weights(labels_n.size) if weights_rn is None else weights_rn
    inside_n = (rank_of_truth(labels_n, probs_nc) < k).astype(float)
    return ratio(weights @ inside_n, weights.sum(axis=1))
