"""The table of concepts that differ, shared by the pages of both audits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from cutis.report.annotation.difference_bar import difference_axis, difference_bar
from cutis.report.document import Cell, Table, measure_cell
from cutis.report.svg import Picture
from cutis.report.wording import decimal


def p_text(p: float | None) -> str:
    """Return a p-value in words.

    Examples
    --------
    >>> p_text(0.0004), p_text(0.0312), p_text(None)
    ('<0.001', '0.031', '–')
    """
    if p is None:
        return "–"
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def difference_table(
    concepts: Sequence[dict[str, Any]],
    labels: Mapping[str, str],
    a: str,
    b: str,
    caption: str,
    note: str,
    delta: bool,
) -> Table:
    """Return a table of differences of scores, one row per concept.

    Parameters
    ----------
    concepts
        Records of the comparison, in the order of the rows.
    labels
        Words for the concepts.
    a, b
        Names of the groups.
    caption, note
        What stands above and below.
    delta
        Whether the records have the published difference too.
    """
    ends = [
        abs(c["standardised"][key] or 0.0) for c in concepts for key in ("value", "low", "high")
    ]
    limit = float(max(1, ceil(max([*ends, 0.0]))))
    limit = min(limit, 4.0)
    columns: list[str | Picture] = [
        "concept", difference_axis(limit), "standardised difference", f"mean {a}", f"mean {b}",
        "p", "p (Holm)", "p (BH)",
    ]  # fmt: skip
    rows = []
    for record in concepts:
        size = record["standardised"]
        picture = None
        if size["value"] is not None:
            picture = difference_bar(size["value"], size["low"], size["high"], limit)
        row: list[str | Cell] = [
            labels.get(record["name"], record["name"]),
            Cell(picture=picture) if picture else Cell("–"),
            measure_cell(size, 2),
            Cell(decimal(record["mean_a"], 2), record["mean_a"]),
            Cell(decimal(record["mean_b"], 2), record["mean_b"]),
            Cell(p_text(record["p"]), record["p"]),
            Cell(p_text(record["p_holm"]), record["p_holm"]),
            Cell(p_text(record["p_bh"]), record["p_bh"]),
        ]
        if delta:
            row.append(measure_cell(record["delta"], 4))
        rows.append(row)
    if delta:
        columns.append("published delta")
    return Table(columns, rows, caption=caption, note=note)
