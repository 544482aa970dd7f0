"""The same measures within parts of the data: by sex, age, site, skin tone."""

from __future__ import annotations

from typing import Any

from cutis.report.charts.interval import interval_axis
from cutis.report.footnotes import Footnotes
from cutis.report.sections.cells import make_cell
from cutis.report.sections.overview import grouping
from cutis.report.source import RunData, dig
from cutis.report.wording import heading, unit

METRICS = ("balanced_accuracy", "accuracy", "auroc")
WIDTH = 130
NAMES = {"(missing)": "not recorded"}


def subgroups_section(run: RunData) -> list[dict[str, Any]]:
    """Return one table per subgroup column; empty without any."""
    columns = dig(run.metrics, "subgroups", default={})
    return [_table(run, column, parts) for column, parts in columns.items() if parts]


def _table(run: RunData, column: str, parts: dict[str, Any]) -> dict[str, Any]:
    notes = Footnotes()
    overall = dig(run.metrics, "metrics", METRICS[0], "value")
    by = grouping(run)
    return {
        "title": heading(column),
        "groups": heading(unit(by)[1]) if by else None,
        "rows": [_row(value, part, notes, overall) for value, part in parts.items()],
        "overall": _row("all images", _whole(run), notes, None),
        "notes": notes.items(),
        "axis": interval_axis(WIDTH).inline(),
        "too_few": sum(part.get("metrics") is None for part in parts.values()),
    }


def _whole(run: RunData) -> dict[str, Any]:
    metrics = run.metrics or {}
    return {
        "n": metrics["n"], "n_groups": metrics.get("n_groups"), "metrics": metrics["metrics"],
    }  # fmt: skip


def _row(
    value: str, part: dict[str, Any], notes: Footnotes, overall: float | None
) -> dict[str, Any]:
    metrics = part.get("metrics")
    row: dict[str, Any] = {
        "value": NAMES.get(value, value),
        "n": part.get("n"),
        "n_groups": part.get("n_groups"),
        "why": "",
        "mark": "",
        "cells": [],
    }
    if metrics is None:
        return row | {"why": f"too few to report ({part.get('note') or 'below the minimum'})"}
    cells = [
        make_cell(metrics.get(m), notes, reference=overall if i == 0 else None,
                  width=WIDTH if i == 0 else None)
        for i, m in enumerate(METRICS)
    ]  # fmt: skip
    return row | {"cells": cells, "mark": notes.mark(part.get("note"))}
