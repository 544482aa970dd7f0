"""All metrics of one sample under many sets of weights: the plain estimate and its replicates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cutis.stats.calibration import N_BINS, brier_score, expected_calibration_error
from cutis.stats.classification import (
    accuracy,
    balanced_accuracy,
    kappa,
    macro_f1,
    top_k_accuracy,
    weighted_f1,
)
from cutis.stats.counts import count, mean_over, unit_weights
from cutis.stats.per_class import f1, precision, sensitivity, specificity
from cutis.stats.ranking import Ranking, rank, score_ranking

TOP_K = (3, 5)


@dataclass(frozen=True)
class Sample:
    """Labels and probabilities of n images, with everything that needs sorting sorted once.

    Attributes
    ----------
    labels_n, predicted_n
        (n,) int class indices; predicted is the most probable class, the lower index on a tie.
    probs_nc
        (n, c) probabilities.
    rankings
        For each class, its scores in order.
    n_bins
        Number of calibration bins.
    """

    labels_n: np.ndarray
    predicted_n: np.ndarray
    probs_nc: np.ndarray
    rankings: tuple[Ranking, ...]
    n_bins: int = N_BINS

    @property
    def n_classes(self) -> int:
        """The number of classes c."""
        return int(self.probs_nc.shape[1])

    def select(self, rows: np.ndarray) -> Sample:
        """Return the sample of some rows (a mask or indices)."""
        return make_sample(self.labels_n[rows], self.probs_nc[rows], self.n_bins)


def make_sample(labels_n: np.ndarray, probs_nc: np.ndarray, n_bins: int = N_BINS) -> Sample:
    """Prepare checked labels (n,) and probabilities (n, c) for measuring.

    Examples
    --------
    >>> make_sample(np.array([0, 1]), np.array([[0.9, 0.1], [0.5, 0.5]])).predicted_n
    array([0, 0])
    """
    rankings = tuple(rank(labels_n == k, probs_nc[:, k]) for k in range(probs_nc.shape[1]))
    return Sample(labels_n, probs_nc.argmax(axis=1), probs_nc, rankings, n_bins)


@dataclass(frozen=True)
class Measures:
    """Values of every metric in r replicates; NaN where a metric is undefined.

    Attributes
    ----------
    metrics
        Metric name to (r,) values.
    per_class
        Metric name to (r, c) values, each class against the rest.
    """

    metrics: dict[str, np.ndarray]
    per_class: dict[str, np.ndarray]


def measure(sample: Sample, weights_rn: np.ndarray | None = None) -> Measures:
    """Compute every metric under every row of weights.

    Macro averages run over the classes that have images in the replicate. A class that a
    resample happens to miss is therefore left out of that replicate's average, rather than
    entering it as 0 (which would drag the interval down) or costing the whole replicate (which
    would keep only the resamples that flatter rare classes).

    Parameters
    ----------
    sample
        The prepared sample.
    weights_rn
        (r, n) how often each row counts in each replicate; None means once.

    Examples
    --------
    >>> sample = make_sample(np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]))
    >>> measure(sample).metrics["auroc"]
    array([1.])
    """
    weights = unit_weights(sample.labels_n.size) if weights_rn is None else weights_rn
    counts = count(sample.labels_n, sample.predicted_n, sample.n_classes, weights)
    ranked = [score_ranking(ranking, weights) for ranking in sample.rankings]
    per_class = {
        "sensitivity": sensitivity(counts),
        "specificity": specificity(counts),
        "precision": precision(counts),
        "f1": f1(counts),
        "auroc": np.stack([scores.auroc_r for scores in ranked], axis=1),
        "average_precision": np.stack([scores.average_precision_r for scores in ranked], axis=1),
    }
    metrics = {"accuracy": accuracy(counts), "balanced_accuracy": balanced_accuracy(counts)}
    for k in TOP_K:
        if sample.n_classes > k:
            metrics[f"top{k}_accuracy"] = top_k_accuracy(
                sample.labels_n, sample.probs_nc, k, weights
            )
    metrics["weighted_f1"] = weighted_f1(counts)
    metrics["macro_f1"] = macro_f1(counts)
    for name in ("auroc", "average_precision"):
        metrics[name] = _overall(per_class[name])
    metrics["kappa"] = kappa(counts)
    metrics["ece"] = expected_calibration_error(
        sample.labels_n, sample.probs_nc, sample.n_bins, weights
    )
    metrics["brier"] = brier_score(sample.labels_n, sample.probs_nc, weights)
    return Measures(metrics, per_class)


def _overall(values_rc: np.ndarray) -> np.ndarray:
    """Average one-vs-rest values over classes; with two classes, take the second (positive) one."""
    if values_rc.shape[1] == 2:
        return values_rc[:, 1]
    return mean_over(values_rc, ~np.isnan(values_rc))


def measure_all(sample: Sample, blocks: Iterable[np.ndarray]) -> Measures | None:
    """Measure block after block of weights and join the results; None if there is no block.

    Examples
    --------
    >>> sample = make_sample(np.array([0, 1]), np.array([[0.9, 0.1], [0.6, 0.4]]))
    >>> measure_all(sample, [np.ones((2, 2)), np.ones((1, 2))]).metrics["accuracy"]
    array([0.5, 0.5, 0.5])
    """
    parts = [measure(sample, weights_rn) for weights_rn in blocks]
    if not parts:
        return None
    return Measures(
        {name: np.concatenate([p.metrics[name] for p in parts]) for name in parts[0].metrics},
        {name: np.concatenate([p.per_class[name] for p in parts]) for name in parts[0].per_class},
    )
