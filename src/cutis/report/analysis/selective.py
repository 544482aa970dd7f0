"""The page of ``cutis stats selective``."""

from __future__ import annotations

from typing import Any

from cutis.report.analysis.method import basis, method_note
from cutis.report.charts.selective import risk_coverage_picture
from cutis.report.document import (
    Block,
    Cell,
    Document,
    Figure,
    Notes,
    Paragraph,
    Section,
    Table,
    measure_cell,
)
from cutis.report.source import RunData
from cutis.report.wording import decimal

SCORES = {
    "top": "the top probability",
    "margin": "the margin of the top probability over the second",
    "entropy": "one minus the relative entropy of the probabilities",
}


def document(run: RunData) -> Document:
    """Return the page of a selective-prediction run."""
    result = run.result or {}
    sections = [
        Section("curve", "Risk and coverage", _curve(result)),
        Section("kept", "Who is answered", [_kept(result)]),
    ]
    title = f"Answering only where sure: {result['source']}"
    return Document("Selective prediction", title, _sentence(result), sections)


def _sentence(result: dict[str, Any]) -> str:
    everything = 1 - result["metrics"]["risk"]["value"]
    point = min(result["answered"], key=lambda p: abs(p["coverage"] - 0.8))
    return (
        f"Answering all of {basis(result)}, {100 * everything:.0f} % are right; answering the "
        f"surest {100 * point['coverage']:g} %, {100 * point['accuracy']['value']:.0f} %."
    )


def _curve(result: dict[str, Any]) -> list[Block]:
    metrics = result["metrics"]
    caption = (
        f"Images ordered by {SCORES[result['score']]}. Band: pointwise "
        f"{100 * result['confidence']:g} % intervals."
    )
    rows: list[list[str | Cell]] = [
        ["Area under the curve (AURC)", measure_cell(metrics["aurc"], 4)],
        ["Excess over the best order", measure_cell(metrics["excess_aurc"], 4)],
        ["Share wrong when all are answered", measure_cell(metrics["risk"], 4)],
    ]
    blocks: list[Block] = [
        Figure(risk_coverage_picture(result), caption),
        Table(["Measure", "Value"], rows, f"On {basis(result)}", method_note(result)),
        Paragraph(
            "The area is the mean share of wrong answers over all coverages. The excess is the "
            "part that a better order of the same answers would avoid; the rest is the answers' "
            "own fault."
        ),
        accuracy_table(result),
    ]
    return [*blocks, Notes(result["notes"])] if result["notes"] else blocks


def accuracy_table(summary: dict[str, Any]) -> Table:
    """Return the table of accuracies at the coverages asked for."""
    rows: list[list[str | Cell]] = [
        [
            f"{100 * point['coverage']:g} %",
            f"{point['accuracy']['n']:,}",
            Cell(decimal(point["threshold"]), point["threshold"]),
            measure_cell(point["accuracy"]),
        ]
        for point in summary["answered"]
    ]
    return Table(
        ["Answered", "Images", "Least confidence", "Accuracy among them"],
        rows,
        "Accuracy when only the surest images are answered",
    )


def _kept(result: dict[str, Any]) -> Table:
    points = result["answered"]
    rows: list[list[str | Cell]] = [
        [
            name,
            f"{result['per_class'][name]:,}",
            *(measure_cell(p["kept"][name], 2) for p in points),
        ]
        for name in result["classes"]
    ]
    return Table(
        ["Diagnosis", "Images", *(f"{100 * p['coverage']:g} % answered" for p in points)],
        rows,
        "Share of each diagnosis that is answered; the others would be handed on",
        "A model may buy its accuracy by handing on the images of a difficult diagnosis: see "
        "whether the ones that matter are among those answered.",
    )
