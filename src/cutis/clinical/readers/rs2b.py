"""The published layout of a quiz: semicolons, decimal commas, an answer before and after help."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cutis.clinical.readers.columns import fold
from cutis.errors import CutisError

if TYPE_CHECKING:
    import pandas as pd

# Our role of each column, by the names it has had; the published file is not described by name.
ROLES: dict[str, tuple[str, ...]] = {
    "reader": ("user_id", "user", "reader", "reader_id", "participant"),
    "test": ("test_id", "test", "session", "game_id"),
    "case": ("image_id", "image", "case", "case_id"),
    "truth": ("ground_truth", "gt", "truth", "true_diagnosis", "correct_diagnosis"),
    "before": ("diagnosis_before", "answer_before", "first_answer", "unaided", "answer_unaided"),
    "after": ("diagnosis_after", "answer_after", "second_answer", "aided", "answer_aided"),
    "time_before": ("time_before", "first_time", "time_unaided"),
    "time_after": ("time_after", "second_time", "time_aided"),
    "confidence_before": ("confidence_before", "confidence_unaided"),
    "confidence_after": ("confidence_after", "confidence_aided"),
    "experience": ("ability", "experience", "experience_group", "profession"),
}
VALID_SHARE = 0.95


def is_rs2b(columns: Sequence[str]) -> bool:
    """Tell whether a table has an answer before and one after help, and no column of arms.

    Examples
    --------
    >>> is_rs2b(["user_id", "image_id", "ground_truth", "answer_before", "answer_after"])
    True
    """
    found = _roles(columns)
    return {"reader", "case", "before", "after"} <= set(found)


def read_rs2b(frame: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    """Return one row per reading of every test with at least 95 % of its answers.

    Raises
    ------
    CutisError
        If a column is missing, or no test is complete enough.
    """
    import pandas as pd

    found = _roles([str(c) for c in frame.columns])
    missing = [r for r in ("reader", "case", "truth", "before", "after") if r not in found]
    if missing:
        raise CutisError(
            f"{path} has no column for {', '.join(missing)} (its columns: "
            f"{', '.join(map(str, frame.columns[:12]))}).",
            allowed="; ".join(f"{role} may be called {', '.join(ROLES[role])}" for role in missing)
            + ".",
            fix="rename the column, or use the long layout",
        )
    frame, notes = _complete(frame, found, path)
    parts = []
    for arm, moment in (("unaided", "before"), ("aided", "after")):
        part = pd.DataFrame(
            {role: frame[found[role]] for role in ("reader", "case", "truth")}
            | {"arm": arm, "answer": frame[found[moment]]}
        )
        for name in ("time", "confidence"):
            if f"{name}_{moment}" in found:
                part[name] = _decimal(frame[found[f"{name}_{moment}"]])
        if "experience" in found:
            part["experience"] = frame[found["experience"]]
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    key = ["reader", "case", "arm"]
    again = int(table.duplicated(key).sum())
    if again:
        notes = (*notes, f"{again // 2} images were read again in a later test; the first counts.")
        table = table.drop_duplicates(key).reset_index(drop=True)
    return table, "rs2b", notes


def _complete(
    frame: pd.DataFrame, found: dict[str, str], path: Path
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    if "test" not in found:
        return frame, ()
    test = frame[found["reader"]].astype(str) + " / " + frame[found["test"]].astype(str)
    valid = frame[found["before"]].notna() & frame[found["after"]].notna()
    share = valid.groupby(test).mean()
    kept = test.map(share >= VALID_SHARE)
    if not kept.any():
        raise CutisError(
            f"No test in {path} has 95 % of its answers.",
            fix="use the long layout, which keeps incomplete readers",
        )
    n, total = int((share >= VALID_SHARE).sum()), len(share)
    if n == total:
        return frame, ()
    note = f"{total - n} of {total} tests have fewer than 95 % of their answers and were left out."
    return frame[kept].reset_index(drop=True), (note,)


def _decimal(column: pd.Series[str]) -> pd.Series[str]:
    return column.astype("string").str.replace(",", ".", regex=False).astype(object)


def _roles(columns: Sequence[str]) -> dict[str, str]:
    folded = {fold(c): c for c in columns}
    return {
        role: next(folded[fold(n)] for n in names if fold(n) in folded)
        for role, names in ROLES.items()
        if any(fold(n) in folded for n in names)
    }
