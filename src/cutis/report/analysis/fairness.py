"""The page of a fairness audit: warnings, conclusions, then each column with all its numbers."""

from __future__ import annotations

from typing import Any

from cutis.report.analysis.fairness_tables import (
    calibration_table,
    criteria_table,
    gap_table,
    mix_table,
    parts_table,
    shown_name,
)
from cutis.report.charts.forest import Row, forest
from cutis.report.document import Block, Document, Figure, Notes, Paragraph, Section
from cutis.report.source import RunData
from cutis.report.wording import count, heading, listing, unit
from cutis.stats.fairness.words import RATE_WORDS

PICTURED = ("true_positive_rate", "false_positive_rate", "accuracy", "balanced_accuracy")
NO_TRAP = (
    "In no column do missing values go together with the diagnosis, and no subgroups that are "
    "compared differ much in their diagnoses."
)


def document(run: RunData) -> Document:
    """Return the page of ``cutis stats fairness``."""
    result = run.result or {}
    columns = result.get("columns", {})
    sections = [_warnings(result), _conclusions(result)]
    sections += [_column(result, name, found) for name, found in columns.items()]
    names = listing([title(name).casefold() for name in columns])
    return Document(
        "Subgroups",
        f"Do subgroups fare alike? By {names}",
        _sentence(result),
        [*sections, _reading(result)],
        answers="all results are in result.json, and one row per number in fairness.csv",
    )


def title(column: str) -> str:
    """Return the heading of a column or of columns that were crossed.

    Examples
    --------
    >>> title("skin_tone*sex")
    'Skin tone × sex'
    """
    first, *others = [heading(part) for part in column.split("*")]
    return " × ".join([first, *(other.casefold() for other in others)])


def _sentence(result: dict[str, Any]) -> str:
    shown = []
    for name, found in result.get("columns", {}).items():
        gaps = [gap for kind in found["gaps"].values() for gap in kind.values()]
        corrected = [gap.get("p_holm") for gap in gaps]
        if any(p is not None and p < 0.05 for p in corrected):
            shown.append(title(name).casefold())
    traps = len(result["warnings"]["missing"])
    words = f"Gaps were shown by {listing(shown)}. " if shown else "No gap was shown. "
    if not shown:
        words += "That is not proof of equality: each section says how large a gap may still be. "
    if traps:
        words += (
            f"{count(traps, 'pattern')} of missing values "
            f"{'tells the diagnosis or goes' if traps == 1 else 'tell the diagnosis or go'} with "
            "it; read the warnings first."
        )
    return words.strip()


def _warnings(result: dict[str, Any]) -> Section:
    warnings = result["warnings"]
    grave = [*warnings["missing"], *warnings["class_mix"]]
    blocks: list[Block] = [Notes(grave, warning=True)] if grave else [Paragraph(NO_TRAP)]
    if warnings["small"]:
        blocks.append(Notes(warnings["small"]))
    if result["notes"]:
        blocks.append(Notes(result["notes"]))
    return Section("warnings", "Before you compare", blocks)


def _conclusions(result: dict[str, Any]) -> Section:
    blocks: list[Block] = []
    for said in result["conclusions"].values():
        first, *others = said.values()
        blocks += [Paragraph(first, strong=True), Notes(others)]
    return Section("conclusions", "What was shown", blocks)


def _column(result: dict[str, Any], name: str, found: dict[str, Any]) -> Section:
    rates = [rate for rate in PICTURED if rate in found["gaps"]["crude"]][:2]
    blocks: list[Block] = [_figure(result, found, rate) for rate in rates]
    blocks.append(parts_table(result, found))
    if len(found["compared"]) > 1:
        blocks.append(gap_table(result, found))
    if found["criteria"]:
        blocks.append(criteria_table(found))
    blocks += [calibration_table(found), mix_table(result, found)]
    key = "".join(c if c.isalnum() else "-" for c in name.casefold())
    return Section(f"by-{key}", title(name), blocks)


def _figure(result: dict[str, Any], found: dict[str, Any], rate: str) -> Figure:
    gap = found["gaps"]["crude"][rate]
    share = gap["worst_share"].get(gap["worst"])
    mark = "" if share is None else f"worst in {share:.0%}"
    rows = []
    for name, part in found["parts"].items():
        record = (part["rates"] or {}).get(rate) or {"value": None, "low": None, "high": None}
        rows.append(
            Row(shown_name(name), record["value"], record["low"], record["high"],
                record.get("n", part["n"]), mark if name == gap["worst"] else "",
                name in found["compared"])
        )  # fmt: skip
    caption = f"Bars: {100 * result['confidence']:g} % intervals. "
    if share is not None:
        caption += "Square: the worst value here, and in how many resamples it is the worst. "
    caption += "Hollow: not compared (not recorded)." if "(missing)" in found["parts"] else ""
    words = RATE_WORDS[rate]
    overall = result["overall"][rate]["value"]
    return Figure(forest(rows, words[:1].upper() + words[1:], overall), caption.strip())


def _reading(result: dict[str, Any]) -> Section:
    units = "images" if result["grouping"] == "none" else unit(result["grouping"])[1]
    items = [
        f"Subgroups with fewer than {result['min_n']} {units} are counted, not measured, and a "
        "rate that rests on fewer than 5 is not given.",
        "A gap is the highest minus the lowest value. Its interval allows for the extremes having "
        "been chosen: it comes from simultaneous intervals of all pairs of subgroups.",
        "“With equal diagnoses” means that every subgroup is weighted to the same mix of the "
        "diagnoses that all of them have. A crude gap that vanishes then comes from the diagnoses.",
        f"p-values deal the subgroups anew among whole {units}, and are corrected for all "
        f"{result['n_tests']} tests of this page: Holm for claims, Benjamini–Hochberg for "
        "screening. They can differ from what the interval suggests, which is not corrected.",
        "ECE is never negative, so chance alone makes it positive, and more so in small subgroups: "
        "compare it with the value by chance beside it, not with other subgroups.",
        "Equal rates do not make a model fair, nor unequal ones unfair: the criteria exclude each "
        "other where the disease is not equally frequent.",
    ]
    return Section("reading", "How to read this", [Notes(items)])
