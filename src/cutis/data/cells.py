"""Cells as text, and columns as numbers where nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

# What people and programs write into a cell that has no value.
MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "<na>", "-nan", "nat"})


def texts(values: Iterable[Any]) -> list[str | None]:
    """Return cells as text, with None where there is no value.

    Whole numbers lose a trailing ``.0`` only if they were stored as numbers; text stays as it is
    but for blanks around it.

    Examples
    --------
    >>> texts(["00123", " nan ", 7.0, True, None, float("nan")])
    ['00123', None, '7', 'True', None, None]
    """
    import pandas as pd

    if not isinstance(values, pd.Series):
        return [_text(value) for value in values]
    codes_n, distinct = _distinct(values)
    return [None if code < 0 else distinct[code] for code in codes_n.tolist()]


def _distinct(column: pd.Series[Any]) -> tuple[np.ndarray, list[str | None]]:
    """Return each row's place among the distinct cells, -1 where empty, and those as text."""
    import pandas as pd

    try:
        codes_n, cells = pd.factorize(column)
    except TypeError:  # lists and the like cannot be compared
        return np.arange(len(column)), [_text(cell) for cell in column.tolist()]
    return codes_n, [_text(cell) for cell in cells.tolist()]


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        stripped = value.strip()
        return None if stripped.casefold() in MISSING else stripped
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _text(str(value))


def typed(frame: pd.DataFrame, keep_text: Iterable[str] = ()) -> pd.DataFrame:
    """Turn columns of plain numbers into numbers and leave everything else as text.

    A column is a number only if writing the number back gives the same text, so ``00123`` and
    ``1.10`` stay text.

    Parameters
    ----------
    frame
        Table as read.
    keep_text
        Columns that stay text whatever they hold (ids, groups, labels).
    """
    import pandas as pd

    kept = set(keep_text)
    columns: dict[str, Any] = {}
    for name in frame.columns:
        column = frame[name]
        if name in kept:
            columns[name] = pd.Series(texts(column))
        elif pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            columns[name] = column.reset_index(drop=True)
        else:
            columns[name] = _typed(column)
    return pd.DataFrame(columns, columns=list(frame.columns))


def _typed(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    if _nested(column):
        return column.reset_index(drop=True)
    codes_n, distinct = _distinct(column)
    if any(text is not None and not _is_number(text) for text in distinct) or not distinct:
        return pd.Series([None if code < 0 else distinct[code] for code in codes_n.tolist()])
    numbers = np.array([np.nan if t is None else float(t) for t in distinct] + [np.nan])[codes_n]
    whole = all(text is not None and text.lstrip("-").isdigit() for text in distinct)
    exact = np.isfinite(numbers).all() and (np.abs(numbers) < 2.0**53).all()
    return pd.Series(numbers.astype(np.int64) if whole and exact else numbers)


def _is_number(text: str) -> bool:
    if len(text) > 25 or not (text[0].isdigit() or text[0] == "-"):
        return False
    try:
        return str(int(text)) == text if text.lstrip("-").isdigit() else str(float(text)) == text
    except ValueError:
        return False


def _nested(column: pd.Series[Any]) -> bool:
    return any(hasattr(value, "__len__") and not isinstance(value, str) for value in column[:100])
