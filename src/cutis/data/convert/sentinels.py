"""Phrases that stand for a missing value in caption tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutis.data.captions import says_something
from cutis.data.cells import texts
from cutis.data.convert.frames import extended
from cutis.data.convert.source import ROW, TABLE

if TYPE_CHECKING:
    import pandas as pd


def spoken(cells: list[str | None]) -> list[str | None]:
    """Return the cells with None for those that only say that there is nothing.

    Examples
    --------
    >>> spoken(["red, patch", "No visual concepts", "no definitive diagnosis", None])
    ['red, patch', None, None, None]
    """
    return [cell if cell is not None and says_something(cell) else None for cell in cells]


def without_sentinels(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with such phrases as missing values, in every column of text."""
    kept = [str(c) for c in frame.columns if c not in (TABLE, ROW)]
    return extended(frame, {name: spoken(texts(frame[name])) for name in kept})
