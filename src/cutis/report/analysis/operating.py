"""Operating points as a table: what each threshold would do to a hundred patients."""

from __future__ import annotations

from typing import Any

from cutis.report.document import Block, Cell, Paragraph, Table, measure_cell
from cutis.report.wording import percent

RULES = {
    "answer": "as the model answers",
    "at-specificity": "specificity at least {target}",
    "at-sensitivity": "sensitivity at least {target}",
    "youden": "largest sum of both (Youden)",
}


def rule_words(point: dict[str, Any]) -> str:
    """Return how a threshold was chosen.

    Examples
    --------
    >>> rule_words({"rule": "at-specificity", "target": 0.9})
    'specificity at least 0.9'
    """
    target = point.get("target")
    words = RULES.get(point["rule"], str(point["rule"]))
    return words.format(target="" if target is None else f"{target:g}")


def threshold_words(point: dict[str, Any]) -> str:
    """Return the threshold as text; a point without one calls nothing positive, or has none.

    Examples
    --------
    >>> threshold_words({"rule": "youden", "threshold": 0.31234})
    '0.312'
    """
    if point["rule"] == "answer":
        return "–"
    return "above all" if point["threshold"] is None else f"{point['threshold']:.3g}"


def operating_table(name: str, block: dict[str, Any]) -> Block:
    """Return the operating points of one class as a block of a page."""
    if not block.get("points"):
        return Paragraph(f"{name}: no operating points, for {block.get('note', 'none exist')}.")
    share = block.get("prevalence")
    of = "the images" if share is None else f"a stated prevalence of {percent(share)}"
    rows: list[list[str | Cell]] = [
        [rule_words(point), threshold_words(point)]
        + [measure_cell(point[key], 2) for key in ("sensitivity", "specificity", "ppv", "npv")]
        for point in block["points"]
    ]
    partial = block["partial_auroc"]
    area = measure_cell(partial, 3)
    return Table(
        ["Threshold chosen for", "Threshold", "Sensitivity", "Specificity", "PPV", "NPV"],
        rows,
        caption=f"{name} ({block['n_positive']}) against the rest ({block['n_negative']}); "
        f"predictive values for {of}",
        note=f"Partial AUROC up to a false-positive rate of {partial['max_fpr']:g}, standardised "
        f"(0.5 is chance): {area.text}"
        + (f" ({area.interval})." if area.interval else ".")
        + " Thresholds were chosen on these same images, in every replicate anew; check them on "
        "other images before use.",
    )
