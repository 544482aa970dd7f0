"""A metric record as the parts of a table cell."""

from __future__ import annotations

from typing import Any, NamedTuple

from cutis.report.charts.interval import interval_bar
from cutis.report.footnotes import Footnotes
from cutis.report.wording import decimal, interval


class Cell(NamedTuple):
    """Value, interval and remark of one metric.

    Attributes
    ----------
    value
        The exact number; None when undefined.
    shown, interval
        The texts in the table.
    mark
        Letter of the footnote.
    picture
        Inline SVG of the interval; empty when not asked for.
    """

    value: float | None
    shown: str
    interval: str
    mark: str = ""
    picture: str = ""


def make_cell(
    record: dict[str, Any] | None,
    notes: Footnotes,
    *,
    reference: float | None = None,
    width: float | None = None,
) -> Cell:
    """Return the cell of a metric record.

    Parameters
    ----------
    record
        Value, low, high and note as in ``metrics.json``; None when the metric is missing.
    notes
        Collects the remarks of the table.
    reference
        A value to mark in the picture.
    width
        Width of the picture in pixels; None for no picture.
    """
    record = record or {"value": None}
    value = record.get("value")
    picture = ""
    if width is not None and value is not None:
        picture = interval_bar(
            value, record.get("low"), record.get("high"), reference=reference,
            reference_name="all images", width=width,
        ).inline()  # fmt: skip
    return Cell(
        value, decimal(value, 2), interval(record, 2), notes.mark(record.get("note")), picture
    )
