"""What a model must beat: always answering the most frequent class."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.estimate import Basis, Estimate, Settings, make_estimate
from cutis.stats.resampling import bootstrap_weights


class Baseline(NamedTuple):
    """The majority class and how well it does.

    Attributes
    ----------
    majority_class
        Index of the most frequent class, the lower one on a tie.
    metrics
        ``accuracy`` and ``balanced_accuracy`` of always answering it.
    """

    majority_class: int
    metrics: dict[str, Estimate]

    def to_json(self, classes: tuple[str, ...]) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "majority_class": classes[self.majority_class],
            "metrics": {name: estimate.to_json() for name, estimate in self.metrics.items()},
        }


def majority_baseline(labels_n: np.ndarray, clusters: Clusters, settings: Settings) -> Baseline:
    """Score the answer "always the most frequent class of these very images".

    Parameters
    ----------
    labels_n
        (n,) int class indices.
    clusters
        The clusters of the rows.
    settings
        How intervals are made.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> labels = np.array([0, 1, 1, 1])
    >>> baseline = majority_baseline(labels, make_clusters(None, 4), Settings(n_bootstrap=0))
    >>> baseline.majority_class, baseline.metrics["accuracy"].value
    (1, 0.75)
    """
    majority = int(np.bincount(labels_n).argmax())
    right_n = (labels_n == majority).astype(float)
    draws = bootstrap_weights(clusters, settings.n_bootstrap, settings.seed)
    shares = [weights_rn @ right_n / weights_rn.sum(axis=1) for weights_rn in draws]
    accuracy = make_estimate(
        float(right_n.mean()),
        np.concatenate(shares) if shares else None,
        None,
        Basis(labels_n.size, clusters.n_groups, proportion=True),
        settings,
    )
    balanced = Estimate(
        1 / np.unique(labels_n).size,
        float("nan"),
        float("nan"),
        int(labels_n.size),
        "none",
        settings.grouping,
        "one divided by the number of classes that have images, by definition",
    )
    return Baseline(majority, {"accuracy": accuracy, "balanced_accuracy": balanced})
