"""Concept scores of an annotation run with expert answers, ready to be resampled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from cutis.stats.ranking import Ranking, rank, score_ranking

_PLACE = {"mean_auroc": 0, "mean_average_precision": 1}


@dataclass(frozen=True)
class ConceptScores:
    """Scores and answers of k concepts; the metric is a mean over concepts.

    Attributes
    ----------
    ids, groups_n
        Names and lesions or patients of the n images.
    scores_nk, labels_nk
        Scores, and answers: 1, 0, or NaN where nobody said.
    metric
        ``mean_auroc`` or ``mean_average_precision``.
    """

    ids: tuple[str, ...]
    groups_n: np.ndarray | None
    scores_nk: np.ndarray
    labels_nk: np.ndarray
    metric: str

    @cached_property
    def truth(self) -> tuple[str, ...]:
        """The answers of every image, as text."""
        return tuple("".join("?" if v != v else str(int(v)) for v in row) for row in self.labels_nk)

    @cached_property
    def _ranked(self) -> list[tuple[np.ndarray, Ranking]]:
        found = []
        for scores_n, labels_n in zip(self.scores_nk.T, self.labels_nk.T, strict=True):
            rows = np.flatnonzero(~np.isnan(labels_n))
            found.append((rows, rank(labels_n[rows] == 1, scores_n[rows])))
        return found

    def values(self, weights_rn: np.ndarray | None = None) -> np.ndarray:
        """Return the mean over the concepts that are defined in each replicate, (r,)."""
        weights = np.ones((1, len(self.ids))) if weights_rn is None else weights_rn
        place = _PLACE[self.metric]
        values_kr = np.stack(
            [
                np.asarray(score_ranking(ranking, np.take(weights, rows, axis=1))[place])
                for rows, ranking in self._ranked
            ]
        )
        defined_kr = ~np.isnan(values_kr)
        counts_r = defined_kr.sum(axis=0)
        sums_r = np.where(defined_kr, values_kr, 0).sum(axis=0)
        means: np.ndarray = np.where(counts_r > 0, sums_r / np.maximum(counts_r, 1), np.nan)
        return means

    def select(self, rows: np.ndarray) -> ConceptScores:
        """Return some of the images."""
        return ConceptScores(
            tuple(self.ids[i] for i in rows),
            None if self.groups_n is None else self.groups_n[rows],
            self.scores_nk[rows],
            self.labels_nk[rows],
            self.metric,
        )


def concept_scores(run: Path, metric: str, metrics: dict[str, Any]) -> ConceptScores | None:
    """Read the scores and answers of the concepts that count in a run's mean.

    Parameters
    ----------
    run
        The run directory.
    metric
        The metric.
    metrics
        Content of its ``metrics.json``.
    """
    import pandas as pd

    path = run / "annotations.parquet"
    counted = [str(name) for name in metrics.get("counted", [])]
    if metric not in _PLACE or not counted or not path.exists():
        return None
    table = pd.read_parquet(path)
    answers = [c for c in table.columns if str(c).startswith("label:")]
    table = table[table[answers].notna().any(axis=1)]
    groups = table["group"]
    return ConceptScores(
        tuple(str(name) for name in table["id"]),
        None if groups.isna().all() else groups.to_numpy(dtype=object),
        table[[f"c:{name}" for name in counted]].to_numpy(dtype=np.float64),
        table[[f"label:{name}" for name in counted]].to_numpy(dtype=np.float64),
        metric,
    )
