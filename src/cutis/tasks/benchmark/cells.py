"""One cell of a suite: a model's run, its value in a column and its cases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cutis.report.leaderboard.entries import Entry, read_entry
from cutis.tasks.benchmark.concept_scores import concept_scores
from cutis.tasks.benchmark.scores import Scored, prediction_scores, retrieval_scores
from cutis.tasks.benchmark.suite import Column

# A value recomputed from the cases must agree with the run's own; else it is not resampled.
SAME = 1e-6
# The published probe's own measures that differ from ours of that name.
PUBLISHED_PROBE = {"lin_auroc": "auroc_ovo", "lin_kappa": "quadratic_kappa"}


@dataclass(frozen=True)
class Cell:
    """A model in a column.

    Attributes
    ----------
    entry
        The run as leaderboards read it.
    record
        The metric's ``value``, ``low``, ``high``, ``n``.
    metrics
        All metrics of the run at the column's fraction, by name.
    scored
        Its cases, or None where the run does not keep them.
    without_overlap
        The metric without rows that an overlap audit flagged, where one is known.
    note
        What to know of the cell.
    """

    entry: Entry
    record: dict[str, Any]
    metrics: dict[str, dict[str, Any]]
    scored: Scored | None
    without_overlap: dict[str, Any] | None = None
    note: str = ""

    @property
    def value(self) -> float | None:
        """The value, or None where it is undefined."""
        value = self.record.get("value")
        return None if value is None else float(value)


def read_cell(run: Path, column: Column) -> Cell:
    """Read a finished run as a cell of a column.

    Raises
    ------
    CutisError
        If the run is not finished or has no metrics.
    """
    entry = read_entry(run)
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    if column.entry.task == "probe":
        found, predictions, seeds = _probe_point(run, column, entry)
    else:
        found, predictions, seeds = entry.metrics, run / "predictions.parquet", ""
    record = found.get(column.metric) or {"value": None, "low": None, "high": None}
    scored = _scored(run, column, metrics, predictions, record.get("value"))
    return Cell(
        entry=entry,
        record=record,
        metrics=found,
        scored=scored,
        without_overlap=_without_overlap(metrics, column),
        note="; ".join(filter(None, [str(record.get("note") or ""), seeds])),
    )


def _scored(
    run: Path, column: Column, metrics: dict[str, Any], predictions: Path, value: float | None
) -> Scored | None:
    if value is None:
        return None
    found: Scored | None = None
    if column.entry.task == "retrieve":
        found = retrieval_scores(run, column.metric, metrics)
    elif column.entry.task == "annotate":
        found = concept_scores(run, column.metric, metrics)
    elif predictions.exists():
        found = prediction_scores(predictions, column.metric)
    if found is None or not np.isclose(found.values()[0], value, rtol=0, atol=SAME):
        return None
    return found


def _probe_point(
    run: Path, column: Column, entry: Entry
) -> tuple[dict[str, dict[str, Any]], Path, str]:
    """Return a probe's metrics, predictions and spread over seeds at the column's fraction."""
    path = run / "probe.json"
    wanted = column.fraction
    if wanted is None or not path.exists():
        return entry.metrics, run / "predictions.parquet", ""
    probe = json.loads(path.read_text(encoding="utf-8"))
    points = [p for p in probe["points"] if p.get("fraction") == wanted]
    curve = next((c for c in probe["curve"] if c.get("fraction") == wanted), None)
    if not points or curve is None:
        return {}, run / "predictions.parquet", f"the run has no share of {wanted:g}"
    first = points[0]
    n = entry.n
    found = {name: {"n": n, **record} for name, record in curve["metrics"].items()}
    for name, value in first["metrics"].items():
        found.setdefault(name, {"value": value, "low": None, "high": None, "n": n})
    for name, value in (first.get("published") or {}).items():
        if name in PUBLISHED_PROBE and value is not None:
            record = {"value": value, "low": None, "high": None, "n": n}
            found.setdefault(PUBLISHED_PROBE[name], record)
    seeds = found.get(column.metric, {}).get("seeds") or {}
    said = ""
    if seeds.get("sd") is not None:
        said = f"deviation over {seeds['n_seeds']} draws of the training rows {seeds['sd']:.3f}"
    return found, run / "points" / f"{first['name']}.parquet", said


def _without_overlap(metrics: dict[str, Any], column: Column) -> dict[str, Any] | None:
    """Return the metric without rows an overlap audit flagged, if the run has it.

    Of a probe it is known for the largest share of the training rows.
    """
    part = metrics.get("without_overlap")
    largest = max(column.entry.fractions, default=None)
    if not isinstance(part, dict) or column.fraction not in (None, largest):
        return None
    record = (part.get("metrics") or {}).get(column.metric)
    if not isinstance(record, dict) or record.get("value") is None:
        return None
    return {k: record.get(k) for k in ("value", "low", "high")} | {"n": part.get("n_left")}
