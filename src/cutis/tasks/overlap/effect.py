"""Metrics with and without the pictures that are known to be copies of training data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.tasks.overlap.known import KnownOverlap, without_overlap

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.predictions import Predictions
    from cutis.tasks.probe import ProbeConfig
    from cutis.tasks.zero_shot import ZeroShotConfig

SHOWN = ("balanced_accuracy", "accuracy", "auroc")


def overlap_inputs(known: KnownOverlap | None) -> dict[str, Any]:
    """Return what a run adds to its inputs, so that a new audit makes it new.

    Examples
    --------
    >>> overlap_inputs(None)
    {}
    """
    return {} if known is None else {"overlap_audits": list(known.audits)}


def with_overlap(
    metrics: dict[str, Any] | None,
    predictions: Predictions,
    known: KnownOverlap | None,
    dataset: Dataset,
    config: ZeroShotConfig | ProbeConfig,
) -> dict[str, Any] | None:
    """Return the content of ``metrics.json`` with the key ``without_overlap``.

    Parameters
    ----------
    metrics
        The content so far; None without labels.
    predictions
        n evaluated rows.
    known
        What is known of these rows, in their order; None leaves the metrics as they are.
    dataset
        Where the rows come from; names their grouping.
    config
        Replicates, level and seed of the intervals.
    """
    if metrics is None or known is None:
        return metrics
    from cutis.stats import evaluate

    def measure(kept: np.ndarray) -> dict[str, Any] | None:
        if not known.count or not (predictions.labels_n[kept] >= 0).any():
            return None
        groups = predictions.groups_n
        found = evaluate(
            predictions.labels_n[kept],
            predictions.probs_nc[kept],
            predictions.classes,
            groups_n=None if groups is None else groups[kept],
            n_bootstrap=config.n_bootstrap,
            confidence=config.confidence,
            seed=config.seed,
            grouping=dataset.roles.get("group"),
        ).to_json()
        result: dict[str, Any] = found["metrics"]
        return result

    record = without_overlap(known, measure)
    if not known.count:
        record["note"] = "No evaluated image is known to be a copy: the metrics are the same."
    return metrics | {"without_overlap": record}


def overlap_lines(metrics: dict[str, Any] | None) -> tuple[str, ...]:
    """Say on the terminal what is known of leaks, and what the metrics are without them."""
    from cutis.report.sections.leaks import leak_sentences

    if metrics is None or "without_overlap" not in metrics:
        return ()
    return tuple(f"Overlap: {sentence}" for sentence in leak_sentences(metrics, SHOWN))
