"""What a model is worth that may abstain, or that one acts on: two parts of ``metrics.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cutis.predictions import Predictions

COVERAGES = (0.5, 0.8, 0.9, 1.0)
THRESHOLDS = tuple(round(0.02 * k, 2) for k in range(1, 31))


def acting(
    predictions: Predictions,
    positives: Sequence[int],
    n_bootstrap: int,
    confidence: float,
    seed: int,
    grouping: str,
) -> dict[str, Any]:
    """Return ``selective``, and with positive classes ``decision``, of labelled predictions.

    Parameters
    ----------
    predictions
        The predictions; rows without a label are left out.
    positives
        Indices of the classes that are acted upon, together against all others; may be none.
    n_bootstrap, confidence, seed
        How intervals are made.
    grouping
        Name of what is resampled.

    Returns
    -------
    dict
        ``selective`` (see :class:`cutis.stats.selective_summary.SelectiveSummary`) and, where
        some images are positive and some are not, ``decision`` (``positive``, ``share``, and what
        :class:`cutis.stats.decision_summary.DecisionSummary` holds).
    """
    from cutis.stats.clusters import make_clusters
    from cutis.stats.decision_summary import decision_summary
    from cutis.stats.estimate import Settings
    from cutis.stats.selective_summary import selective_summary

    known = predictions.labels_n >= 0
    labels, probs = predictions.labels_n[known], predictions.probs_nc[known]
    clusters = make_clusters(predictions.groups_n, known.size).select(known)
    settings = Settings(n_bootstrap, confidence, seed, "percentile", grouping)
    classes = predictions.classes
    selective = selective_summary(labels, probs, classes, clusters, settings, COVERAGES)
    found: dict[str, Any] = {"selective": selective.to_json()}
    positive = np.isin(labels, list(positives))
    if positive.any() and not positive.all():
        scores = np.clip(probs[:, list(positives)].sum(axis=1), 0.0, 1.0)
        decision = decision_summary(positive, scores, clusters, settings, THRESHOLDS)
        name = " or ".join(classes[k] for k in positives)
        share = float(positive.mean())
        found["decision"] = {"positive": name, "share": share, **decision.to_json()}
    return found
