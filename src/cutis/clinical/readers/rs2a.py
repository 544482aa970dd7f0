"""The published workbook of one score per session: sheets Humans, Baseline and a model's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cutis.clinical.readers.columns import fold
from cutis.errors import CutisError

if TYPE_CHECKING:
    import pandas as pd

SHEET = "Humans"
WANTED = {"reader": "ID", "score_percent": "score", "experience": "Job"}


def read_rs2a(path: Path) -> pd.DataFrame:
    """Return one row per session of the sheet of people: its score in percent, and the job.

    The cases of a session are not in the workbook, so the session stands for the case. The
    sheets of model iterations are not readers: their thousands of rows are draws of one model.

    Raises
    ------
    CutisError
        If there is no such sheet or a column is missing.
    """
    import pandas as pd

    from cutis.data.convert.spreadsheet import read_book

    book = read_book(path)
    name = next((n for n in book if fold(n) == fold(SHEET)), None)
    if name is None:
        raise CutisError(
            f"{path} has no sheet '{SHEET}' (its sheets: {', '.join(book)}).",
            fix="use the workbook as published, or the long layout",
        )
    header, *rows = book[name] or [[]]
    columns = {fold(c): i for i, c in enumerate(header)}
    missing = [c for c in WANTED.values() if fold(c) not in columns]
    if missing:
        raise CutisError(
            f"The sheet '{name}' of {path} has no column {', '.join(missing)} (its columns: "
            f"{', '.join(header) or 'none'}).",
            fix="use the workbook as published, or the long layout",
        )
    data: dict[str, list[str]] = {
        role: [row[columns[fold(c)]] if columns[fold(c)] < len(row) else "" for row in rows]
        for role, c in WANTED.items()
    }
    frame = pd.DataFrame(data)
    frame = frame[frame["reader"].str.strip() != ""].reset_index(drop=True)
    frame["score_percent"] = frame["score_percent"].str.replace(",", ".", regex=False)
    session = frame.groupby("reader").cumcount() + 1
    frame["case"] = "session " + session.astype(str)
    return frame
