"""The bootstrap of the published evaluation scripts, as it was, for checking their numbers.

Use :func:`cutis.stats.evaluate` for numbers of your own: the published procedure resamples images
instead of lesions, drops some replicates that lack a rare class and gives an AUROC of 0 to others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.stats.classification import accuracy, weighted_f1
from cutis.stats.counts import Counts, count, mean_over
from cutis.stats.measures import Sample
from cutis.stats.ranking import ranking_areas
from cutis.stats.resampling import multiplicities

METRICS = (
    "accuracy", "balanced_accuracy", "macro_f1", "weighted_f1", "sensitivity", "specificity",
    "auroc",
)  # fmt: skip
SEED = 42


class PublishedSummary(NamedTuple):
    """What the published tables print of one metric.

    Attributes
    ----------
    mean
        Mean of the replicates, which the tables give as the estimate.
    low, high
        2.5 % and 97.5 % quantiles.
    """

    mean: float
    low: float
    high: float


def published_draws(n: int, n_replicates: int, seed: int = SEED) -> np.ndarray:
    """Return which images each replicate draws, (r, n), as ``np.random.choice`` after a seed.

    Examples
    --------
    >>> published_draws(5, 2, seed=42)
    array([[3, 4, 2, 4, 4],
           [1, 2, 2, 2, 4]])
    """
    legacy = np.random.RandomState(seed)
    return np.stack([legacy.choice(n, n) for _ in range(n_replicates)])


def published_replicates(
    sample: Sample, n_replicates: int = 1000, seed: int = SEED
) -> dict[str, np.ndarray]:
    """Return the seven published metrics in every replicate that the procedure keeps.

    A replicate in which a class neither occurs nor is predicted is dropped. In one where a class
    does not occur but is predicted, the AUROC is recorded as 0, the class counts as 0 in
    macro F1 and sensitivity, and balanced accuracy leaves it out.

    Parameters
    ----------
    sample
        The prepared labels and probabilities.
    n_replicates
        How many replicates are drawn.
    seed
        The published scripts use 42.

    Examples
    --------
    >>> from cutis.stats.measures import make_sample
    >>> sample = make_sample(np.array([0, 0, 1, 1]), np.array([[.9, .1], [.4, .6]] * 2))
    >>> published_replicates(sample, 50)["accuracy"].mean().round(2)
    np.float64(0.5)
    """
    blocks = published_weights(sample.labels_n.size, n_replicates, seed)
    parts = [published_measure(sample, weights_rn) for weights_rn in blocks]
    return {name: np.concatenate([part[name] for part in parts]) for name in METRICS}


def published_weights(n: int, n_replicates: int = 1000, seed: int = SEED) -> list[np.ndarray]:
    """Return how often each image counts in the published replicates, block by block.

    Every model of a published table has the same draws, so several models may share them.

    Examples
    --------
    >>> published_weights(5, 1, seed=42)[0]
    array([[0., 0., 1., 1., 3.]])
    """
    drawn = published_draws(n, n_replicates, seed)
    blocks = np.array_split(drawn, max(1, drawn.size >> 17))
    return [multiplicities(block, n) for block in blocks]


def published_measure(sample: Sample, weights_rn: np.ndarray) -> dict[str, np.ndarray]:
    """Return the published metrics of the replicates with these weights that are kept.

    Examples
    --------
    >>> from cutis.stats.measures import make_sample
    >>> sample = make_sample(np.array([0, 0, 1]), np.array([[.9, .1], [.4, .6], [.4, .6]]))
    >>> published_measure(sample, np.array([[1.0, 1.0, 0.0]]))["auroc"]
    array([0.])
    """
    counts = count(sample.labels_n, sample.predicted_n, sample.n_classes, weights_rn)
    kept_r = ((counts.true_rc + counts.predicted_rc) > 0).all(axis=1)
    counts = Counts(*(part[kept_r] for part in counts))
    weights = weights_rn[kept_r]
    hits, true, predicted = counts
    others = counts.total_r1 - true
    recall = hits / np.maximum(true, 1)
    f1 = 2 * hits / (true + predicted)
    negatives_right = others - (predicted - hits)
    specificity = negatives_right / np.maximum(others, 1)
    areas = np.stack([ranking_areas(r, weights) for r in sample.rankings], axis=1)
    both = sample.n_classes == 2
    complete = (true > 0).all(axis=1)
    area = areas[:, 1] if both else areas.mean(axis=1)
    return {
        "accuracy": accuracy(counts),
        "balanced_accuracy": mean_over(recall, true > 0),
        "macro_f1": f1.mean(axis=1),
        "weighted_f1": weighted_f1(counts),
        "sensitivity": recall[:, 1] if both else recall.mean(axis=1),
        "specificity": recall[:, 0] if both else specificity.mean(axis=1),
        "auroc": np.where(complete, area, 0.0),
    }


def published_summary(replicates_r: np.ndarray, lift_zero: bool = False) -> PublishedSummary:
    """Return mean and percentile interval of the replicates, as the published tables do.

    Parameters
    ----------
    replicates_r
        (r,) values.
    lift_zero
        Whether a lower bound of exactly 0 becomes a tenth of the mean, as in the published
        zero-shot tables.

    Raises
    ------
    ValueError
        If no replicate was kept.

    Examples
    --------
    >>> published_summary(np.array([0.0, 0.0, 0.6]), lift_zero=True).low
    0.02
    """
    if replicates_r.size == 0:
        raise ValueError("The published procedure kept no replicate; every one lacks a class.")
    mean = float(replicates_r.mean())
    low, high = (float(q) for q in np.percentile(replicates_r, [2.5, 97.5]))
    if lift_zero and low == 0 and mean > 0:
        low = max(0.1 * mean, 1e-6)
    return PublishedSummary(mean, low, high)
