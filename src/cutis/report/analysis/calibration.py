"""The page of ``cutis stats calibration``."""

from __future__ import annotations

from typing import Any

from cutis.report.analysis.method import basis, method_note
from cutis.report.charts.reliability import Bin, reliability_diagram
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
from cutis.report.svg import Picture
from cutis.report.wording import count, decimal

WORDS = {
    "ece": "Calibration error (ECE), bins of equal width",
    "ece_equal_mass": "Calibration error (ECE), bins of equal numbers",
    "ece_by_class": "Calibration error by class, mean",
    "brier": "Brier score",
    "nll": "Log loss (negative log-likelihood)",
    "accuracy": "Accuracy of the first answer",
    "mean_confidence": "Mean confidence of the first answer",
}
PARTS = {
    "reliability": "Reliability (0 is perfect)",
    "resolution": "Resolution, taken off (more is better)",
    "uncertainty": "Uncertainty of the images themselves",
    "within_variance": "Variance within bins",
    "within_covariance": "Covariance within bins, taken off",
}
METHODS = {
    "temperature": "a temperature", "vector": "vector scaling", "isotonic": "isotonic maps",
}  # fmt: skip


def document(run: RunData) -> Document:
    """Return the page of a calibration run."""
    result = run.result or {}
    sections = [
        Section("numbers", "Can the probabilities be believed?", _numbers(result)),
        Section("reliability", "Reliability", _diagrams(result)),
        Section("brier", "The Brier score taken apart", [_parts(result)]),
        Section("classes", "Class by class", [_classes(result)]),
    ]
    if result["recalibration"] is not None:
        sections.insert(1, Section("repair", "The repair", _repair(result)))
    title = f"Calibration of {result['source']}"
    return Document("Calibration", title, _sentence(result), sections)


def _sentence(result: dict[str, Any]) -> str:
    before = result["before"]["metrics"]
    gap = before["mean_confidence"]["value"] - before["accuracy"]["value"]
    tendency = (
        "on average neither over- nor under-confident"
        if abs(gap) < 0.02
        else "over-confident" if gap > 0 else "under-confident"
    )  # fmt: skip
    text = (
        f"On {basis(result)} the first answers are {tendency}: stated "
        f"{100 * before['mean_confidence']['value']:.0f} %, right "
        f"{100 * before['accuracy']['value']:.0f} %."
    )
    if result["recalibration"] is None:
        return text
    after = result["after"]["metrics"]
    return (
        f"{text} After {METHODS[result['recalibration']['method']]} fitted on other images, the "
        f"calibration error is {decimal(after['ece']['value'])} instead of "
        f"{decimal(before['ece']['value'])}."
    )


def _numbers(result: dict[str, Any]) -> list[Block]:
    before, after, change = result["before"]["metrics"], result["after"], result["change"]
    columns = ["Measure", "As stated" if after else "Value"]
    columns += ["Repaired", "Change (paired)"] if after else []
    rows: list[list[str | Cell]] = []
    for name, words in WORDS.items():
        row: list[str | Cell] = [words, measure_cell(before[name])]
        if after:
            row += [measure_cell(after["metrics"][name]), measure_cell(change[name])]
        rows.append(row)
    chance = result["before"]["by_chance"]
    by_class = chance.get("ece_by_class")
    blocks: list[Block] = [
        Table(columns, rows, f"Calibration of {basis(result)}", method_note(result)),
        Paragraph(
            "A calibration error is never negative, so chance alone makes it positive: with these "
            f"confidences a perfectly calibrated model would show {decimal(chance['ece'])} (equal "
            f"width) and {decimal(chance['ece_equal_mass'])} (equal numbers) on average"
            + (f", and {decimal(by_class)} by class." if by_class is not None else ".")
        ),
    ]
    return [*blocks, Notes(result["notes"])] if result["notes"] else blocks


def _repair(result: dict[str, Any]) -> list[Block]:
    repair = result["recalibration"]
    temperature = repair["parameters"].get("temperature")
    what = METHODS[repair["method"]]
    shown = f"{what} of {temperature:.3f}" if temperature is not None else what
    blocks: list[Block] = [
        Paragraph(
            f"Fitted: {shown}, on {count(repair['n_fit'], 'image')} ({repair['fitted_on']}), none "
            "of which is judged here, nor shares a known group with one that is. The parameters "
            "are in recalibration.json; the repaired probabilities of the judged images are in "
            "predictions.parquet, which every other command reads."
        )
    ]
    if temperature is not None:
        blocks.append(
            Paragraph(
                "Above 1 the model was over-confident, below 1 too cautious; no first answer "
                "changes."
            )
        )
    return [*blocks, Notes([repair["note"]], warning=True)] if repair["note"] else blocks


def _diagrams(result: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = [
        _figure(result["before"]["bins"], "As stated"),
    ]
    if result["after"]:
        blocks.append(_figure(result["after"]["bins"], "Repaired"))
    blocks.append(_figure(result["before"]["bins_equal_mass"], "As stated, bins of equal numbers"))
    return blocks


def _figure(bins: list[dict[str, Any]], title: str) -> Figure:
    caption = (
        f"{title}. First answers by stated confidence; on the dashed line, of 100 answers stated "
        "with 70 %, 70 are right. Whiskers: Wilson intervals. Below: images per bin."
    )
    return Figure(reliability_picture(bins, title), caption)


def reliability_picture(bins: list[dict[str, Any]], title: str) -> Picture:
    """Draw the reliability diagram of bins as they stand in ``result.json``."""
    drawn = [
        Bin(
            item["low"], item["high"], item["n"], item["confidence"], item["accuracy"],
            None if item["accuracy_low"] is None else (item["accuracy_low"], item["accuracy_high"]),
        )
        for item in bins
    ]  # fmt: skip
    label = f"Reliability diagram, {title.casefold()}. " + " ".join(
        f"Confidence {item.confidence:.2f}: {item.accuracy:.2f} right, {item.n} images."
        for item in drawn
        if item.confidence is not None and item.accuracy is not None
    )
    return reliability_diagram(drawn, label)


def _parts(result: dict[str, Any]) -> Table:
    after = result["after"]
    rows: list[list[str | Cell]] = []
    for name, words in PARTS.items():
        row: list[str | Cell] = [words, measure_cell(result["before"]["brier_parts"][name])]
        rows.append([*row, measure_cell(after["brier_parts"][name])] if after else row)
    total: list[str | Cell] = ["Brier score", measure_cell(result["before"]["metrics"]["brier"])]
    rows.append([*total, measure_cell(after["metrics"]["brier"])] if after else total)
    return Table(
        ["Part", "As stated", "Repaired"] if after else ["Part", "Value"],
        rows,
        "Reliability − resolution + uncertainty + variance − covariance = Brier score",
        "Ten bins of equal numbers for each class; with three or more classes the parts of all "
        "classes are added. The two terms within bins make the sum exact.",
    )


def _classes(result: dict[str, Any]) -> Table:
    after = result["after"]
    rows: list[list[str | Cell]] = []
    for name in result["classes"]:
        row: list[str | Cell] = [
            name,
            f"{result['per_class'][name]:,}",
            measure_cell(result["before"]["per_class"][name]),
        ]
        rows.append([*row, measure_cell(after["per_class"][name])] if after else row)
    return Table(
        ["Class", "Images", "As stated", "Repaired"] if after else ["Class", "Images", "Error"],
        rows,
        "Calibration error of each class's probability, over all images",
        method_note(result),
    )
