"""The published layout of graded answers: Unaided_ and Assisted_ columns side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.clinical.readers.columns import fold
from cutis.errors import CutisError

if TYPE_CHECKING:
    import pandas as pd

ARMS = {"Unaided": "unaided", "Assisted": "aided"}
MANAGEMENT = {
    "inadequateanddangerous": 1.0,
    "inadequatebutharmless": 2.0,
    "adequate": 3.0,
    "perfect": 4.0,
}
HARM, SUCCESS = 1.0, 3.0


def is_rs1(columns: Sequence[str]) -> bool:
    """Tell whether a table has this layout.

    Examples
    --------
    >>> is_rs1(["Case ID", "Responder_ID", "Unaided_Dx_Score", "Assisted_Dx_Score"])
    True
    """
    return all(any(c.startswith(f"{arm}_") for c in columns) for arm in ARMS)


def read_rs1(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return one row per reading: whether the top three held the truth, grades as scores.

    ``correct`` is ``Top3_SpotOn``; ``score_diagnosis`` the grade of 1 to 5;
    ``score_management`` 1 (inadequate and dangerous) to 4 (perfect); ``score_harm`` whether it is
    1; ``score_success`` whether it is 3 or more; ``confidence`` that of the diagnosis.

    Raises
    ------
    CutisError
        If a column is missing or a management grade is none of the four.
    """
    import pandas as pd

    columns = {fold(c): str(c) for c in frame.columns}
    reader, case = (_needed(columns, name, path) for name in ("Responder_ID", "Case ID"))
    parts = []
    for prefix, arm in ARMS.items():

        def column(name: str, prefix: str = prefix) -> Any:
            found = columns.get(fold(f"{prefix}_{name}"))
            return frame[found] if found else pd.Series([None] * len(frame))

        grades = column("Mgmt_Grade").map(lambda v: _grade(v, path), na_action="ignore")
        grades = pd.to_numeric(grades)
        part = pd.DataFrame(
            {
                "reader": frame[reader],
                "case": frame[case],
                "arm": arm,
                "truth": frame[columns["gt"]] if "gt" in columns else None,
                "correct": column("Top3_SpotOn"),
                "confidence": column("Dx_Confidence"),
                "score_diagnosis": column("Dx_Score"),
                "score_management": grades,
                "score_harm": (grades == HARM).astype(float).where(grades.notna()),
                "score_success": (grades >= SUCCESS).astype(float).where(grades.notna()),
                "score_management_confidence": column("Mgmt_Confidence"),
            }
        )
        if "roles" in columns:
            part["experience"] = frame[columns["roles"]]
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    empty = [c for c in table.columns if str(c).startswith("score_") and table[c].isna().all()]
    return table.drop(columns=empty)


def _needed(columns: dict[str, str], name: str, path: Path) -> str:
    if fold(name) not in columns:
        raise CutisError(
            f"{path} has Unaided_ and Assisted_ columns, but no column '{name}'.",
            fix="use the graded file as published, or the long layout",
        )
    return columns[fold(name)]


def _grade(value: object, path: Path) -> float:
    text = str(value).strip()
    if fold(text) in MANAGEMENT:
        return MANAGEMENT[fold(text)]
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if number not in MANAGEMENT.values():
        raise CutisError(
            f"{path}: the management grade '{text}' is not known.",
            allowed="Grades are 1 to 4, or Inadequate and dangerous, Inadequate but harmless, "
            "Adequate, Perfect.",
            fix="correct that cell, or leave it empty",
        )
    return number
