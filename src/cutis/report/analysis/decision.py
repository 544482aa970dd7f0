"""The page of ``cutis stats decision``."""

from __future__ import annotations

from typing import Any

from cutis.report.analysis.method import basis, method_note
from cutis.report.charts.decision import decision_picture
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
from cutis.report.wording import percent


def document(run: RunData) -> Document:
    """Return the page of a decision-curve run."""
    result = run.result or {}
    sections = [
        Section("curve", "Net benefit", _curve(result)),
        Section("table", "At chosen thresholds", [_table(result)]),
        Section("reading", "How to read it", _reading(result)),
    ]
    title = f"Acting on {result['positive']}: {result['source']}"
    return Document("Decision curve", title, useful_sentence(result), sections)


def useful_sentence(result: dict[str, Any]) -> str:
    """Say over which thresholds acting on the model was shown to be worth more than without it."""
    level = f"{100 * result['confidence']:g} %"
    if not result["useful"]:
        return (
            f"At no threshold was acting on the model's probability of {result['positive']} shown "
            f"(with {level} confidence) to be worth more than acting on everybody or nobody."
        )
    runs = ", ".join(
        percent(low) if low == high else f"{percent(low)} to {percent(high)}"
        for low, high in result["useful"]
    )
    return (
        f"Acting on the model's probability of {result['positive']} was shown (with {level} "
        f"confidence) to be worth more than acting on everybody or nobody at thresholds of {runs}. "
        "This is pointwise: said of each threshold taken alone."
    )


def _curve(result: dict[str, Any]) -> list[Block]:
    share = percent(result["share"])
    caption = (
        f"{basis(result)}, {result['n_positive']:,} ({share}) of them {result['positive']}. "
        f"Bands: pointwise. {method_note(result)}"
    )
    blocks: list[Block] = [Figure(decision_picture(result, result["positive"]), caption)]
    if n_thin := result.get("n_thin"):
        blocks.append(
            Paragraph(
                f"Intervals above 0 at {n_thin} further threshold{'s' if n_thin > 1 else ''} are "
                f"not counted: fewer than {result['fewest_groups']} groups lie on one side, or no "
                "mistake of one kind occurs and chance could explain that."
            )
        )
    if result["prevalence"] is not None:
        blocks.append(
            Paragraph(
                f"Reckoned for a share of {100 * result['prevalence']:g} % "
                f"{result['positive']}, with sensitivity and specificity from these images.",
                strong=True,
            )
        )
    elif result["share"] > 0.1:
        blocks.append(
            Paragraph(
                f"In these images {share} are {result['positive']}. Where it is rarer, the net "
                "benefit is smaller and the worthwhile thresholds are lower: state the share with "
                "--prevalence.",
                strong=True,
            )
        )
    return [*blocks, Notes(result["notes"])] if result["notes"] else blocks


def _table(result: dict[str, Any]) -> Table:
    rows: list[list[str | Cell]] = [
        [
            f"{100 * point['threshold']:g} %",
            measure_cell(point["net_benefit"], 4),
            measure_cell(point["treat_all"], 4),
            measure_cell(point["gain"], 4),
            measure_cell(point["standardised"]),
        ]
        for point in result["points"]
        if point["threshold"] in result["at"]
    ]
    return Table(
        ["Threshold", "Model", "Everybody", "Gain over the better default", "Standardised"],
        rows,
        "Net benefit, in true positives per image",
        "Acting on nobody has the net benefit 0. Standardised: divided by the share of positives, "
        "so that 1 is all there is to gain.",
    )


def _reading(result: dict[str, Any]) -> list[Block]:
    return [
        Paragraph(
            "A threshold says how sure one must be to act. Someone who excises a lesion at a "
            "probability of 10 % holds a missed case to be nine times as bad as an excision for "
            "nothing. The net benefit weighs false alarms by just that: true positives minus "
            "false positives times threshold / (1 − threshold), per image (Vickers and Elkin, "
            "2006)."
        ),
        Paragraph(
            "It takes the probabilities at their word: a model that is badly calibrated acts at "
            "the wrong places. See 'cutis stats calibration' first."
        ),
    ]
