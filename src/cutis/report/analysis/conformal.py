"""The page of ``cutis stats conformal``."""

from __future__ import annotations

from typing import Any

from cutis.report.analysis.method import basis, method_note
from cutis.report.charts.set_sizes import set_sizes_picture
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
from cutis.report.wording import count, decimal

RULES = {
    "lac": "LAC: classes whose probability is high enough",
    "aps": "APS: classes from the top down until enough probability is collected",
    "raps": "RAPS: as APS, with a penalty on long sets",
}


def document(run: RunData) -> Document:
    """Return the page of a conformal run."""
    result = run.result or {}
    sections = [
        Section("promise", "Promised and kept", _promise(result)),
        Section("who", "For whom it was kept", _who(result)),
        Section("sizes", "How large the sets are", _sizes(result)),
        Section("thresholds", "Thresholds", [_thresholds(result)]),
    ]
    title = f"Sets of diagnoses from {result['source']}"
    return Document("Conformal sets", title, _sentence(result), sections)


def _sentence(result: dict[str, Any]) -> str:
    coverage, size = result["coverage"], result["mean_size"]
    return (
        f"Promised to hold the truth for {100 * (1 - result['alpha']):g} of 100 images, the sets "
        f"held it for {100 * coverage['value']:.1f} of 100 ({basis(result)}), with "
        f"{decimal(size['value'], 2)} classes on average."
    )


def _promise(result: dict[str, Any]) -> list[Block]:
    rows: list[list[str | Cell]] = [
        ["Sets that hold the truth", measure_cell(result["coverage"])],
        ["Classes in a set, mean", measure_cell(result["mean_size"], 2)],
        ["Sets of one class", measure_cell(result["singletons"])],
        ["Empty sets", measure_cell(result["empty"])],
    ]
    text = (
        f"{RULES[result['method']]}"
        f"{', with a random number per image' if result['randomised'] else ''}; calibrated on "
        f"{count(result['n_calibration'], 'image')} ({result['calibrated_on']})."
    )
    blocks: list[Block] = [
        Paragraph(text),
        Table(["Measure", "Value"], rows, f"On {basis(result)}", method_note(result)),
    ]
    if result["expected_range"] is not None:
        low, high = result["expected_range"]
        blocks.append(
            Paragraph(
                f"With {count(result['n_calibration'], 'calibration image')} the luck of drawing "
                f"them alone puts the true coverage anywhere from {decimal(low)} to "
                f"{decimal(high)} (95 % of the time), if all images are independent."
            )
        )
    blocks.append(
        Paragraph(
            "The promise holds on average, for new images from the same source as the calibration "
            "images. It says nothing of images from another clinic, camera or mix of diagnoses, "
            "and none of a single set. An empty set fits no diagnosis well: it counts as a miss, "
            "and is a reason to look again."
        )
    )
    return [*blocks, Notes(result["notes"], warning=True)] if result["notes"] else blocks


def _who(result: dict[str, Any]) -> list[Block]:
    rows: list[list[str | Cell]] = [
        [
            name,
            f"{result['by_class'][name]['n']:,}",
            measure_cell(result["by_class"][name]),
            measure_cell(result["size_of_class"][name], 2),
        ]
        for name in result["classes"]
    ]
    blocks: list[Block] = [
        Table(
            ["Diagnosis", "Images", "Coverage", "Classes in a set"],
            rows,
            "Coverage among the images of each diagnosis",
            "The promise was made to each diagnosis."
            if result["per"] == "class"
            else "A promise made to all images on average may be broken for a rare diagnosis; "
            "--per class makes it to each.",
        )
    ]
    if result["by_group"]:
        groups: list[list[str | Cell]] = [
            [name, f"{record['n']:,}", measure_cell(record)]
            for name, record in result["by_group"].items()
        ]
        caption = f"Coverage by {result['per']}"
        blocks.append(Table([result["per"], "Images", "Coverage"], groups, caption))
    return blocks


def _sizes(result: dict[str, Any]) -> list[Block]:
    rows: list[list[str | Cell]] = [
        [name, f"{record['n']:,}", measure_cell(record)]
        for name, record in result["by_size"].items()
    ]
    return [
        Figure(set_sizes_picture(result["sizes"]), "Number of images by the size of their set."),
        Table(["Classes in the set", "Images", "Coverage"], rows, "Coverage by size of the set"),
    ]


def _thresholds(result: dict[str, Any]) -> Table:
    rows: list[list[str | Cell]] = [
        [
            item["of"],
            f"{item['n']:,}",
            Cell(decimal(item["threshold"], 4), item["threshold"]),
            item.get("note", ""),
        ]
        for item in result["thresholds"]
    ]
    return Table(
        ["For", "Calibration images", "Threshold", "Remark"],
        rows,
        "The highest score with which a class enters a set",
    )
