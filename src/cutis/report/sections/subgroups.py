"""The same measures within parts of the data: by sex, age, site, skin tone."""

from __future__ import annotations

import re
from typing import Any

from cutis.report.charts.interval import interval_axis
from cutis.report.footnotes import Footnotes, plain_note
from cutis.report.sections.cells import make_cell
from cutis.report.sections.overview import grouping, unit_words
from cutis.report.source import RunData, dig
from cutis.report.wording import decimal, heading, interval
from cutis.stats.fairness.words import RATE_WORDS, missing_warnings, mix_warning

METRICS = ("balanced_accuracy", "accuracy", "auroc")
GAPS = ("balanced_accuracy", "accuracy")
WIDTH = 130
NAMES = {"(missing)": "not recorded"}


def subgroups_section(run: RunData) -> list[dict[str, Any]]:
    """Return one table per subgroup column; empty without any."""
    columns = dig(run.metrics, "subgroups", default={})
    return [_table(run, column, parts) for column, parts in columns.items() if parts]


def missing_values(run: RunData) -> list[str]:
    """Return a warning for every subgroup column whose missing values tell the diagnosis."""
    return missing_warnings(dig(run.metrics, "missing_values", default=[]))


def _table(run: RunData, column: str, parts: dict[str, Any]) -> dict[str, Any]:
    notes = Footnotes()
    overall = dig(run.metrics, "metrics", METRICS[0], "value")
    by = grouping(run)
    units = unit_words(run)
    return {
        "title": heading(column),
        "groups": heading(units) if by else None,
        "rows": [_row(value, part, notes, overall, units) for value, part in parts.items()],
        "overall": _row("all images", _whole(run), notes, None, units),
        "notes": notes.items(),
        "axis": interval_axis(WIDTH).inline(),
        "gaps": gap_sentences(dig(run.metrics, "subgroup_gaps", column, default={}), column),
        "too_few": sum(part.get("metrics") is None for part in parts.values()),
    }


def gap_sentences(found: dict[str, Any], column: str) -> list[str]:
    """Return how far apart the subgroups of a column lie, and whether their diagnoses differ.

    Parameters
    ----------
    found
        The record of the column under ``subgroup_gaps`` in ``metrics.json``; may be empty.
    column
        Its name.
    """
    sentences = []
    for metric in GAPS:
        gap = dig(found, "crude", metric, default=None)
        if gap is None or gap["difference"]["value"] is None:
            continue
        even = dig(found, "standardised", metric, "difference", default={"value": None})
        words = f"{RATE_WORDS[metric]} lies {_span(gap['difference'])} apart between the subgroups"
        words = (
            f"{words[:1].upper()}{words[1:]}, lowest in {NAMES.get(gap['lowest'], gap['lowest'])}"
        )
        if even["value"] is not None:
            words += f"; {_span(even)} if all had the same mix of diagnoses"
        sentences.append(f"{words}.")
    if found.get("class_mix"):
        sentences += [words for words in [mix_warning(column, found)] if words]
    return sentences


def _span(record: dict[str, Any]) -> str:
    between = interval(record, 2)
    return decimal(record["value"], 2) + (f" ({between})" if between else "")


def _whole(run: RunData) -> dict[str, Any]:
    metrics = run.metrics or {}
    return {
        "n": metrics["n"], "n_groups": metrics.get("n_groups"), "metrics": metrics["metrics"],
    }  # fmt: skip


def _row(
    value: str, part: dict[str, Any], notes: Footnotes, overall: float | None, units: str
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
        return row | {"why": too_few(part.get("note") or "", units)}
    records = {m: dict(metrics.get(m) or {"value": None}) for m in METRICS}
    for record in records.values():
        # Which diagnoses are missing is said once, at the name of the part.
        note = plain_note(record.get("note") or "", units)
        record["note"] = "; ".join(p for p in note.split("; ") if not p.startswith("averaged over"))
    first, *others = records.values()
    cells = [make_cell(first, notes, reference=overall, width=WIDTH)]
    cells += [make_cell(record, notes) for record in others]
    return row | {"cells": cells, "mark": notes.mark(part.get("note"))}


def too_few(note: str, units: str) -> str:
    """Return why a subgroup has no number.

    Examples
    --------
    >>> too_few("fewer than 20 groups (lesion_id)", "lesions")
    'too few to report: fewer than 20 lesions'
    """
    found = re.match(r"fewer than (\d+) groups", note)
    if found:
        return f"too few to report: fewer than {found[1]} {units}"
    if note.startswith("fewer than"):
        return f"too few to report: {note}"
    return f"not measured: {note or 'below the minimum'}"
