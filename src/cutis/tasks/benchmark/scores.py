"""Case-level results of a run, ready to be resampled: predictions or ranks of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from cutis.stats import (
    accuracy,
    balanced_accuracy,
    count,
    kappa,
    macro_f1,
    make_sample,
    measure,
    weighted_f1,
)

_FROM_COUNTS = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "macro_f1": macro_f1,
    "weighted_f1": weighted_f1,
    "kappa": kappa,
}


class Scored(Protocol):
    """Cases of one run with what its metric needs."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the n cases, each once."""

    @property
    def groups_n(self) -> np.ndarray | None:
        """Lesion or patient of each case, or None."""

    @property
    def truth(self) -> tuple[str, ...]:
        """What is right for each case, to tell whether two runs were judged alike."""

    def values(self, weights_rn: np.ndarray | None = None) -> np.ndarray:
        """Return the metric, (r,), with each case counted as often as the (r, n) weights say."""

    def select(self, rows: np.ndarray) -> Scored:
        """Return some of the cases, by row number."""


@dataclass(frozen=True)
class PredictionScores:
    """Predicted probabilities and a metric of diagnosis."""

    ids: tuple[str, ...]
    groups_n: np.ndarray | None
    labels_n: np.ndarray
    probs_nc: np.ndarray
    classes: tuple[str, ...]
    metric: str

    @cached_property
    def truth(self) -> tuple[str, ...]:
        """Class names of the labels."""
        return tuple(self.classes[i] for i in self.labels_n)

    def values(self, weights_rn: np.ndarray | None = None) -> np.ndarray:
        """Return the metric in every replicate, (r,)."""
        if self.metric in _FROM_COUNTS:
            predicted_n = self.probs_nc.argmax(axis=1)
            counts = count(self.labels_n, predicted_n, len(self.classes), weights_rn)
            return _FROM_COUNTS[self.metric](counts)
        return measure(self._sample, weights_rn).metrics[self.metric]

    @cached_property
    def _sample(self) -> Any:
        return make_sample(self.labels_n, self.probs_nc)

    def select(self, rows: np.ndarray) -> PredictionScores:
        """Return some of the cases."""
        return replace(
            self,
            ids=tuple(self.ids[i] for i in rows),
            groups_n=None if self.groups_n is None else self.groups_n[rows],
            labels_n=self.labels_n[rows],
            probs_nc=self.probs_nc[rows],
        )


@dataclass(frozen=True)
class QueryScores:
    """One number for every query; the metric is their mean."""

    ids: tuple[str, ...]
    groups_n: np.ndarray | None
    values_n: np.ndarray

    @property
    def truth(self) -> tuple[str, ...]:
        """The queries themselves: what answers them is part of the dataset."""
        return self.ids

    def values(self, weights_rn: np.ndarray | None = None) -> np.ndarray:
        """Return the weighted mean in every replicate, (r,)."""
        if weights_rn is None:
            return np.array([self.values_n.mean()])
        means: np.ndarray = weights_rn @ self.values_n / weights_rn.sum(axis=1)
        return means

    def select(self, rows: np.ndarray) -> QueryScores:
        """Return some of the queries."""
        groups = None if self.groups_n is None else self.groups_n[rows]
        return QueryScores(tuple(self.ids[i] for i in rows), groups, self.values_n[rows])


def prediction_scores(path: Path, metric: str) -> PredictionScores:
    """Read the labelled rows of a file of predictions.

    Raises
    ------
    CutisError
        If it cannot be read.
    """
    from cutis.predictions import read_predictions

    found = read_predictions(path)
    rows = np.flatnonzero(found.labels_n >= 0)
    groups = found.groups_n
    names = found.table["id"].tolist()
    return PredictionScores(
        tuple(str(names[i]) for i in rows),
        None if groups is None else groups[rows],
        found.labels_n[rows],
        found.probs_nc[rows],
        found.classes,
        metric,
    )


def retrieval_scores(run: Path, metric: str, metrics: dict[str, Any]) -> QueryScores | None:
    """Read what every query of a retrieval run contributes to a metric.

    Parameters
    ----------
    run
        The run directory.
    metric
        The metric, with its direction in front.
    metrics
        Content of its ``metrics.json``.

    Returns
    -------
    None for a metric that is no mean over queries, or that the run does not keep by query.
    """
    import pandas as pd

    direction = "-".join(metric.split("_")[:3])
    name = metric.removeprefix(direction.replace("-", "_") + "_")
    table = pd.read_parquet(run / "retrieval.parquet")
    table = table[table["direction"] == direction]
    found = _by_query(table, name, _lengths(direction, metrics))
    if found is None:
        return None
    captions = [c or "" for c in table["caption"].where(table["caption"].notna(), "")]
    ids = tuple(f"{q} {c}".strip() for q, c in zip(table["query"], captions, strict=True))
    groups = table["group"]
    grouped = None if groups.isna().all() else groups.to_numpy(dtype=object)
    return QueryScores(ids, grouped, found)


def _by_query(table: Any, name: str, ks: Sequence[int]) -> np.ndarray | None:
    from cutis.stats.retrieval_expected import expected_hit, expected_reciprocal

    if name == "map_at_r":
        return np.asarray(table["average_precision"].to_numpy(dtype=np.float64))
    if name == "mean_rank":
        return np.asarray(table["rank"].to_numpy(dtype=np.float64))
    if "better" not in table.columns or table["better"].isna().any():
        return None
    better_n, wrong_n, right_n = (
        table[c].to_numpy(dtype=np.int64) for c in ("better", "level_wrong", "level_right")
    )
    if name == "mrr":
        return expected_reciprocal(better_n, wrong_n, right_n)
    if name.startswith("recall_at_"):
        return expected_hit(better_n, wrong_n, right_n, int(name.removeprefix("recall_at_")))
    if name == "mean_recall" and ks:
        return np.asarray(
            np.mean([expected_hit(better_n, wrong_n, right_n, k) for k in ks], axis=0)
        )
    return None


def _lengths(direction: str, metrics: dict[str, Any]) -> list[int]:
    """Return the list lengths whose recall is defined: those the mean runs over."""
    prefix = direction.replace("-", "_")
    named = {k: metrics["metrics"].get(f"{prefix}_recall_at_{k}") for k in metrics.get("ks", [])}
    return [k for k, record in named.items() if record and record.get("value") is not None]
