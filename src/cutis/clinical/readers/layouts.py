"""Layouts a table of readings may have: ours, one column per reader, and published ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cutis.clinical.readers.columns import NAMES, fold
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    import pandas as pd


class Laid(NamedTuple):
    """A long table, the name of the layout it came in, and what was decided."""

    frame: pd.DataFrame
    name: str
    notes: tuple[str, ...] = ()


def read_layout(path: Path, layout: str, reader_columns: str | None) -> Laid:
    """Read a file in a named layout, or in the one its columns suggest.

    Raises
    ------
    CutisError
        If the file cannot be read or does not have the layout.
    """
    from cutis.clinical.readers.rs1 import is_rs1, read_rs1
    from cutis.clinical.readers.rs2a import read_rs2a
    from cutis.clinical.readers.rs2b import is_rs2b, read_rs2b
    from cutis.data.tables import read_table

    if path.suffix.casefold() == ".xlsx" or layout == "rs2a":
        if layout not in ("auto", "rs2a"):
            raise CutisError(
                f"{path} is a workbook, which only the layout rs2a reads.",
                fix="save the sheet as CSV, or leave out --layout",
            )
        return Laid(read_rs2a(path), "rs2a", ("Iterations of a model are not taken as readers.",))
    frame = read_table(path).frame
    columns = [str(c) for c in frame.columns]
    if layout == "auto":
        layout = "rs1" if is_rs1(columns) else "rs2b" if is_rs2b(columns) else layout
    if layout == "rs1":
        return Laid(read_rs1(frame, path), "rs1")
    if layout == "rs2b":
        return Laid(*read_rs2b(frame, path))
    if layout == "wide" or reader_columns is not None or (layout == "auto" and _is_wide(columns)):
        return Laid(_melted(frame, path, reader_columns), "wide")
    return Laid(frame, "long")


def _is_wide(columns: list[str]) -> bool:
    has_reader = any(fold(c) in {fold(n) for n in NAMES["reader"]} for c in columns)
    return not has_reader and len(_reader_columns(columns)) > 0


def _reader_columns(columns: list[str]) -> list[str]:
    return [c for c in columns if fold(c).startswith("reader")]


def _melted(frame: pd.DataFrame, path: Path, given: str | None) -> pd.DataFrame:
    """Turn one column of answers per reader into one row per reading."""
    import pandas as pd

    columns = [str(c) for c in frame.columns]
    names = _reader_columns(columns) if given is None else [n.strip() for n in given.split(",")]
    for name in names:
        if name not in columns:
            raise CutisError(
                f"{path} has no column '{name}'.",
                nearest=nearest_names(name, columns),
                fix="give --reader-columns names of columns, joined by commas",
            )
    if not names:
        raise CutisError(
            f"{path} has no column named reader....",
            fix="name the columns of the readers with --reader-columns a,b,c",
        )
    kept: dict[str, str] = {}
    for role in ("case", "truth", "group", "arm"):
        folded = {fold(c): c for c in columns if c not in names}
        options = ("id", *NAMES[role]) if role == "case" else NAMES[role]
        match = next((folded[fold(n)] for n in options if fold(n) in folded), None)
        if match is not None:
            kept[role] = match
    if "case" not in kept:
        raise CutisError(
            f"{path} has no column that names the case.",
            allowed=f"It may be called id, {', '.join(NAMES['case'])}.",
            fix="rename the column",
        )
    parts = []
    for name in names:
        part = pd.DataFrame({role: frame[column] for role, column in kept.items()})
        parts.append(part.assign(reader=name, answer=frame[name]))
    return pd.concat(parts, ignore_index=True)
