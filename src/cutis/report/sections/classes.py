"""One row per diagnosis: how many there were, how many were found, how often it was right."""

from __future__ import annotations

from typing import Any

from cutis.report.charts.interval import interval_axis
from cutis.report.footnotes import Footnotes, plain_note
from cutis.report.sections.cells import make_cell
from cutis.report.sections.overview import unit_words
from cutis.report.source import RunData, dig

METRICS = ("sensitivity", "specificity", "precision", "f1", "auroc", "average_precision")
TITLES = {
    "sensitivity": "Sensitivity", "specificity": "Specificity", "precision": "Precision",
    "f1": "F1", "auroc": "AUROC", "average_precision": "AP",
}  # fmt: skip
WIDTH = 110


def classes_section(run: RunData) -> dict[str, Any] | None:
    """Return the rows of the per-class table; None without metrics."""
    per_class = dig(run.metrics, "per_class")
    if not per_class:
        return None
    notes, units = Footnotes(), unit_words(run)
    present = [m for m in METRICS if any(m in record for record in per_class.values())]
    rows = [
        {
            "name": name,
            "n": per_class[name].get("n"),
            "cells": [
                make_cell(
                    _plain(per_class[name].get(m), units),
                    notes,
                    width=WIDTH if m == "sensitivity" else None,
                )
                for m in present
            ],
        }
        for name in run.classes
        if name in per_class
    ]
    return {
        "titles": [TITLES[m] for m in present],
        "names": present,
        "rows": rows,
        "notes": notes.items(),
        "axis": interval_axis(WIDTH).inline(),
        "absent": [row["name"] for row in rows if not row["n"]],
    }


def _plain(record: dict[str, Any] | None, units: str) -> dict[str, Any] | None:
    return record and record | {"note": plain_note(record.get("note") or "", units)}
