"""From a file in any known layout to checked readings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.clinical.readers.checks import check_readings
from cutis.clinical.readers.columns import NAMES, NUMBERS, SCORE, find_columns
from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.layouts import read_layout
from cutis.clinical.readers.table import ARM, COLUMNS, Readings
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    import pandas as pd


def read_readings(config: TableConfig) -> Readings:
    """Read, recognise and check a table of readings.

    Raises
    ------
    CutisError
        If the file cannot be read, its layout is not known, or its readings contradict each other.
    """
    from cutis.analysis.cases import class_names

    path = Path(config.readings)
    laid = read_layout(path, config.layout, config.reader_columns)
    frame = canonical(laid.frame, path)
    frame, dropped = _without(frame, config.drop_readers)
    found = check_readings(frame, class_names(config.classes), path, config.repeated)
    return replace(
        found,
        layout=laid.name,
        notes=(*laid.notes, *dropped, *found.notes),
    )


def canonical(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a long table with the columns of readings, text trimmed and numbers as numbers.

    Raises
    ------
    CutisError
        If a needed column is missing or a number is none.
    """
    import pandas as pd

    found = find_columns([str(c) for c in frame.columns], str(path))
    data: dict[str, Any] = {}
    for role in COLUMNS:
        column = frame[found[role]] if role in found else pd.Series([None] * len(frame))
        data[role] = _numbers(column, role, path) if role in NUMBERS else _text(column)
    if "arm" not in found:
        data["arm"] = pd.Series([ARM] * len(frame), dtype=object)
    elif data["arm"].isna().any():
        raise CutisError(
            f"{path} has {int(data['arm'].isna().sum())} readings without an arm.",
            fix="fill in the column of the arm, for example unaided or aided",
        )
    for name in frame.columns:
        if str(name).startswith(SCORE):
            data[str(name)] = _numbers(frame[name], str(name), path)
    return pd.DataFrame(data)


def _text(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    def clean(value: Any) -> str | None:
        if value is None or pd.isna(value):
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip() or None

    return pd.Series([clean(v) for v in column], dtype=object)


def _numbers(column: pd.Series[Any], role: str, path: Path) -> pd.Series[Any]:
    import pandas as pd

    words = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}
    text = _text(column)
    lowered = text.map(lambda v: words.get(str(v).casefold(), v), na_action="ignore")
    numbers = pd.to_numeric(lowered, errors="coerce")
    bad = text.notna() & ~np.isfinite(numbers.astype(float))
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise CutisError(
            f"{path}: '{text.iloc[row]}' in row {row + 2} is not a number, as the column for the "
            f"{role.removeprefix(SCORE)} needs (names it may have: "
            f"{', '.join(NAMES.get(role, (role,))[:3])}).",
            fix="correct that cell, or leave it empty",
        )
    return numbers.astype(float)


def _without(frame: pd.DataFrame, given: str | None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    if given is None:
        return frame, ()
    names = [part.strip() for part in given.split(",") if part.strip()]
    if not names:
        return frame, ()
    have = [str(r) for r in dict.fromkeys(frame["reader"].dropna())]
    for name in names:
        if name not in have:
            raise CutisError(
                f"There is no reader '{name}' to leave out.",
                allowed=f"Readers: {', '.join(have[:20])}.",
                nearest=nearest_names(name, have),
                fix="give --drop-readers names from the table",
            )
    kept = frame[~frame["reader"].isin(names)].reset_index(drop=True)
    if not len(kept):
        raise CutisError("Every reader was left out.", fix="name fewer with --drop-readers")
    return kept, (f"Left out as asked: {', '.join(names)}.",)
