"""The metrics of the published probe script, under its names."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from cutis.stats import make_sample, measure
from cutis.stats.ranking import auroc


def published_metrics(labels_n: np.ndarray, probs_nc: np.ndarray) -> dict[str, float | None]:
    """Return the metrics that the published linear probe reports, computed as it does.

    They differ from ours in three: kappa has quadratic weights in the order of the classes, AUROC
    compares pairs of classes (one against one; Hand and Till, 2001) instead of each with the rest,
    and average precision of two classes is that of the second. Whether there are two classes is
    decided by the labels. What the script writes as 0 when a class is missing is None.

    Parameters
    ----------
    labels_n
        (n,) class numbers, none missing.
    probs_nc
        (n, c) probabilities.

    Examples
    --------
    >>> probs = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.2, 0.3, 0.5], [0.5, 0.3, 0.2]])
    >>> published_metrics(np.array([0, 1, 2, 1]), probs)["lin_auroc"]
    0.9583333333333334
    """
    found = measure(make_sample(labels_n, probs_nc)).metrics
    present = np.unique(labels_n)
    # The script asks scikit-learn, which refuses more columns than classes among the labels.
    is_whole = len(present) == probs_nc.shape[1] and len(present) > 1
    return {
        "lin_acc": float(found["accuracy"][0]),
        "lin_bacc": float(found["balanced_accuracy"][0]),
        "lin_kappa": quadratic_kappa(labels_n, probs_nc.argmax(axis=1), probs_nc.shape[1]),
        "lin_weighted_f1": float(found["weighted_f1"][0]),
        "lin_auroc": one_against_one_auroc(labels_n, probs_nc) if is_whole else None,
        "lin_aupr": float(found["average_precision"][0]) if is_whole else None,
    }


def one_against_one_auroc(labels_n: np.ndarray, probs_nc: np.ndarray) -> float:
    """Return the mean AUROC over pairs of classes; of two classes, that of the second.

    Each pair is judged on its own rows, once by the score of either class (Hand and Till,
    "A simple generalisation of the area under the ROC curve", 2001).

    Examples
    --------
    >>> one_against_one_auroc(np.array([0, 1, 1]), np.array([[.9, .1], [.2, .8], [.9, .1]]))
    0.75
    """
    classes = np.unique(labels_n)
    if probs_nc.shape[1] == 2:
        return auroc(labels_n == 1, probs_nc[:, 1])
    areas = []
    for a, b in combinations(classes.tolist(), 2):
        rows = (labels_n == a) | (labels_n == b)
        areas.append(auroc(labels_n[rows] == a, probs_nc[rows, a]))
        areas.append(auroc(labels_n[rows] == b, probs_nc[rows, b]))
    return float(np.mean(areas))


def quadratic_kappa(labels_n: np.ndarray, predicted_n: np.ndarray, n_classes: int) -> float | None:
    """Return Cohen's kappa with quadratic weights; None if chance agreement is complete.

    Examples
    --------
    >>> quadratic_kappa(np.array([0, 1, 2, 2]), np.array([0, 1, 2, 1]), 3)
    0.8
    """
    # As scikit-learn: only classes that occur on either side have a place in the order.
    occur = np.unique(np.concatenate([labels_n, predicted_n]))
    place = np.full(n_classes, -1)
    place[occur] = np.arange(len(occur))
    counts = np.zeros((len(occur), len(occur)))
    np.add.at(counts, (place[labels_n], place[predicted_n]), 1)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    steps = np.arange(len(occur))
    weight = (steps[:, None] - steps) ** 2
    by_chance = float((weight * expected).sum())
    return None if by_chance == 0 else float(1 - (weight * counts).sum() / by_chance)
