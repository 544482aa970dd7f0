"""Numbers of reader studies in cells and words."""

from __future__ import annotations

from typing import Any

from cutis.report.document import Cell
from cutis.report.wording import decimal, interval

GENERALISE = {
    "readers_and_cases": "other readers, other cases",
    "readers": "other readers, these cases",
    "cases": "these readers, other cases",
}


def p_cell(p: float | None) -> Cell:
    """Return the cell of a p-value.

    Examples
    --------
    >>> p_cell(0.0004).text, p_cell(0.0312).text, p_cell(None).text
    ('<0.001', '0.031', '–')
    """
    if p is None:
        return Cell("–")
    return Cell("<0.001" if p < 0.001 else f"{p:.3f}", p)


def number_cell(value: float | None, places: int = 3) -> Cell:
    """Return the cell of a number; a dash where there is none."""
    return Cell(decimal(value, places), value)


def mean_cell(record: dict[str, Any] | None, places: int = 3) -> Cell:
    """Return the cell of a mean over readers with its interval.

    Examples
    --------
    >>> mean_cell({"mean": 0.5, "low": 0.4, "high": 0.6}, 2)
    Cell(text='0.50', value=0.5, interval='0.40 to 0.60', picture=None, strong=False)
    """
    record = record or {}
    value = record.get("mean")
    return Cell(decimal(value, places), value, interval(record, places))


def signed_cell(value: float | None, low: float | None, high: float | None) -> Cell:
    """Return the cell of a difference, with its sign."""
    text = decimal(value) if value is None or value < 0 else f"+{decimal(value)}"
    return Cell(text, value, interval({"low": low, "high": high}))
