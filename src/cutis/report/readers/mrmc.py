"""The page of an analysis of many readers and many cases."""

from __future__ import annotations

from typing import Any

from cutis.report.charts.differences import Row, differences_chart
from cutis.report.document import Block, Cell, Document, Figure, Notes, Paragraph, Section, Table
from cutis.report.readers.words import GENERALISE, number_cell, p_cell, signed_cell
from cutis.report.source import RunData
from cutis.report.wording import count
from cutis.stats.readers.level import alpha_of, percent

COMPONENTS = {
    "var_reader": "readers",
    "var_both": "readers by arms",
    "variance": "error variance",
    "cov1": "covariance: same reader, other arm",
    "cov2": "covariance: other reader, same arm",
    "cov3": "covariance: both other",
}


def document(run: RunData) -> Document:
    """Return the page of ``cutis stats mrmc``."""
    result = run.result or {}
    sections = [Section("result", "Conclusion", _conclusion(result))]
    if result["analysis"]:
        sections.append(Section("arms", "Arms", _arms(result)))
        sections.append(Section("components", "Where the spread comes from", _components(result)))
    if result["against_model"]:
        sections.append(Section("model", "The model and the readers", _model(result)))
    sections.append(Section("reading", "How to read this", [Notes(_reading(result))]))
    title = f"{count(len(result['readers']), 'reader')}, {_merit(result)}"
    sentence = " ".join(result["conclusion"])
    return Document("Many readers, many cases", title, sentence, sections)


def _merit(result: dict[str, Any]) -> str:
    return str(result["merit"]).replace("_", " ").replace("auc", "AUC")


def _conclusion(result: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = [Paragraph(text, strong=True) for text in result["conclusion"]]
    return [*blocks, Notes(result["notes"])] if result["notes"] else blocks


def _arms(result: dict[str, Any]) -> list[Block]:
    found = result["analysis"]
    first = found["generalise"]["readers_and_cases"]
    chart = differences_chart(
        [
            Row(
                f"{d['after']} minus {d['before']}", d["value"], d["low"], d["high"],
                d["p"] is not None and d["p"] < alpha_of(result["confidence"]),
            )
            for d in first["differences"]
        ],
        f"Difference of mean {_merit(result)}",
        ("the first is higher", "the second is higher"),
    )  # fmt: skip
    figures: list[list[str | Cell]] = [
        [reader, *(number_cell(found["figures"][arm][reader]) for arm in result["arms"])]
        for reader in result["readers"]
    ]
    figures.append(
        [
            "Mean",
            *(signless(first["arms"][arm]["value"], first["arms"][arm]) for arm in result["arms"]),
        ]
    )
    tests: list[list[str | Cell]] = []
    for kind, part in found["generalise"].items():
        for d in part["differences"]:
            tests.append(
                [
                    f"{GENERALISE[kind]}: {d['after']} minus {d['before']}",
                    signed_cell(d["value"], d["low"], d["high"]),
                    p_cell(d["p"]),
                    number_cell(part["f"], 2),
                    number_cell(part["df2"], 1),
                    p_cell(part["p"]),
                ]
            )
    for pair, drawn in found["bootstrap"].items():
        value = next(
            d["value"] for d in first["differences"] if pair == f"{d['after']} - {d['before']}"
        )
        tests.append(
            [f"bootstrap of readers and cases: {pair}",
             signed_cell(value, drawn["low"], drawn["high"]), "", "", "", ""]
        )  # fmt: skip
    columns = ["It speaks of", "Difference", "p", "F of all arms", "df", "p of all arms"]
    return [
        Figure(chart, "For other readers and other cases. A filled square: shown to differ."),
        Table(
            ["Reader", *result["arms"]], figures, f"{_merit(result)} on {found['n_cases']} cases."
        ),
        Table(columns, tests, "Obuchowski and Rockette, with the degrees of freedom of Hillis."),
    ]


def signless(value: float | None, bounds: dict[str, Any]) -> Cell:
    """Return the cell of a mean with its interval, standing out."""
    found = signed_cell(value, bounds["low"], bounds["high"])
    return Cell(found.text.removeprefix("+"), value, found.interval, strong=True)


def _components(result: dict[str, Any]) -> list[Block]:
    found = result["analysis"]["components"]
    rows: list[list[str | Cell]] = [
        [words, Cell(f"{found[name]:.3g}", found[name])] for name, words in COMPONENTS.items()
    ]
    return [
        Table(
            ["Component", "Estimate"],
            rows,
            note="A negative estimate means there is too little spread to see. cutis stats power "
            "--test mrmc --pilot RUN plans a study with these.",
        )
    ]


def _model(result: dict[str, Any]) -> list[Block]:
    found = result["against_model"]
    rows: list[list[str | Cell]] = [
        [GENERALISE[kind], signed_cell(d["value"], d["low"], d["high"]), p_cell(d["p"]),
         number_cell(d["df"], 1)]
        for kind, d in found["generalise"].items()
    ]  # fmt: skip
    figures: list[list[str | Cell]] = [
        [reader, number_cell(value)] for reader, value in found["figures"].items()
    ]
    return [
        Table(
            ["It speaks of", "Readers minus model", "p", "df"],
            rows,
            f"Readers {found['arm']} on {found['n_cases']} cases; the model is fixed, its error "
            "over cases counts.",
        ),
        Table(["Reader", _merit(result)], figures),
    ]


def _reading(result: dict[str, Any]) -> list[str]:
    said = [
        f"Intervals are at the {percent(result['confidence'])} level; the covariance over cases is "
        f"estimated by {result['covariance']}.",
        "Which line to quote: other readers and other cases, unless the study is about exactly "
        "these readers or these cases.",
    ]
    if result["merit"] == "auc":
        said.append(
            "A reader rates a case by the confidence in an answer that is positive, and by minus "
            "the confidence in one that is not; without confidences the area is the mean of "
            "sensitivity and specificity. Predictions rate it by the sum of the probabilities of "
            "the positive classes."
        )
    return said
