"""The page of agreement between readers."""

from __future__ import annotations

from typing import Any

from cutis.report.document import Block, Cell, Document, Notes, Paragraph, Section, Table
from cutis.report.document import measure_cell as cell
from cutis.report.readers.words import number_cell
from cutis.report.source import RunData
from cutis.report.wording import decimal, heading
from cutis.stats.readers.level import percent

MOST_ROWS = 60


def document(run: RunData) -> Document:
    """Return the page of ``cutis stats agreement``."""
    result = run.result or {}
    sections = [Section("result", "Conclusion", _conclusion(result))]
    for i, (arm, record) in enumerate(result["arms"].items()):
        sections.append(Section(f"arm-{i}", f"Arm {arm}", _arm(record, result)))
    sections.append(Section("reading", "How to read this", [Notes(_reading(result))]))
    title = f"Agreement of readers on {heading(result['column']).casefold()}"
    return Document("Agreement", title, " ".join(result["conclusion"]), sections)


def _conclusion(result: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = [Paragraph(text, strong=True) for text in result["conclusion"]]
    return [*blocks, Notes(result["notes"])] if result["notes"] else blocks


def _arm(record: dict[str, Any], result: dict[str, Any]) -> list[Block]:
    rows: list[list[str | Cell]] = [
        [
            f"Krippendorff's alpha ({result['scale']})",
            cell(record["krippendorff"]),
            str(record["krippendorff"]["n"]),
            record["krippendorff"].get("note", ""),
        ]
    ]
    if record["fleiss"]:
        found = record["fleiss"]
        rows.append(["Fleiss' kappa", cell(found), str(found["n"]), found.get("note", "")])
    if record["mean_kappa"] is not None:
        rows.append(["Mean pairwise kappa", number_cell(record["mean_kappa"]), "", ""])
    blocks: list[Block] = [
        Table(
            ["Measure", "Value", "Cases", "Remark"],
            rows,
            f"{len(record['readers'])} readers, {record['n_cases']} cases, "
            f"{record['n_complete']} of them rated by every reader.",
        )
    ]
    blocks += _pairs(record, result) + _truth(record) + _icc(record)
    return blocks


def _pairs(record: dict[str, Any], result: dict[str, Any]) -> list[Block]:
    if not record["pairs"]:
        return []
    rows: list[list[str | Cell]] = [
        [f"{p['first']} and {p['second']}", cell(p), number_cell(p["agreed"]), str(p["n"])]
        for p in record["pairs"][:MOST_ROWS]
    ]
    left = len(record["pairs"]) - len(rows)
    note = f"{left} more pairs are in result.json." if left > 0 else ""
    caption = f"Cohen's kappa of every pair, weights {result['weights']}."
    return [Table(["Pair", "Kappa", "Same answer", "Cases"], rows, caption, note)]


def _truth(record: dict[str, Any]) -> list[Block]:
    if not record["with_truth"]:
        return []
    rows: list[list[str | Cell]] = [
        [r["reader"], cell(r), str(r["n"])] for r in record["with_truth"]
    ]
    return [Table(["Reader", "Kappa", "Cases"], rows, "Cohen's kappa of every reader and truth.")]


def _icc(record: dict[str, Any]) -> list[Block]:
    found = record["icc"]
    if not found:
        return []
    if "kinds" not in found:
        return [Paragraph(f"No intraclass correlation: {found['note']}.")]
    rows: list[list[str | Cell]] = [
        [
            name,
            cell(of),
            "–" if of["analytic"][0] is None
            else f"{decimal(of['analytic'][0])} to {decimal(of['analytic'][1])}",
        ]
        for name, of in found["kinds"].items()
    ]  # fmt: skip
    return [
        Table(
            ["", "Value, case bootstrap", "F-based interval"],
            rows,
            f"Intraclass correlations over {found['n']} cases that every reader rated.",
            "(2,1): other readers, their level counts; (3,1): these readers, it does not; "
            "k: of the mean of the readers.",
        )
    ]


def _reading(result: dict[str, Any]) -> list[str]:
    return [
        f"Intervals are at the {percent(result['confidence'])} level and come from drawing cases "
        "again; readers are taken as they are.",
        "Alpha and kappa are 1 for full agreement and 0 for what chance alone would give; the "
        "words slight to almost perfect (Landis and Koch) are a convention.",
        "Kappa depends on how common the answers are, so values from different sets of cases do "
        "not compare.",
    ]
