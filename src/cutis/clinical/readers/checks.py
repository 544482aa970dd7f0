"""What must hold of readings before anything is computed, and what is said when it does not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.clinical.readers.columns import fold
from cutis.clinical.readers.table import MODEL, Readings
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    import pandas as pd


def check_readings(
    frame: pd.DataFrame, classes: Sequence[str] | None, path: Path, repeated: str
) -> Readings:
    """Check a canonical table, name its answers, and mark what is right.

    Parameters
    ----------
    frame
        With the columns of readings.
    classes
        Names in the order of the codes, or None to take those that occur.
    path
        The file, for messages.
    repeated
        ``refuse``, or which of several readings of one case counts.

    Raises
    ------
    CutisError
        If readers or cases have no name, correct is neither 0 nor 1, a reading comes twice, a case
        has two truths, or answers and truths do not use the same names.
    """
    for column in ("reader", "case"):
        empty = frame[column].isna()
        if empty.any():
            raise CutisError(
                f"{path} has {int(empty.sum())} readings without a {column}; the first is in row "
                f"{int(empty.to_numpy().argmax()) + 2}.",
                fix=f"fill in the column of the {column}",
            )
    wrong = frame["correct"].notna() & ~frame["correct"].isin([0.0, 1.0])
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise CutisError(
            f"{path}: '{frame['correct'].iloc[row]:g}' in row {row + 2} does not say whether an "
            "answer was right.",
            allowed="The column for correct holds 1 or 0 (true or false, yes or no).",
            fix="correct that cell, or name a graded column score_...",
        )
    frame, notes = _once(frame, path, repeated)
    frame = _one_value_per_case(frame, path, "truth")
    frame = _one_value_per_case(frame, path, "group")
    frame, names, more = _named(frame, classes, path)
    answered = frame["answer"].notna() | frame["correct"].notna()
    for column in frame.columns:
        if str(column).startswith("score_"):
            answered |= frame[column].notna()
    skipped = frame.loc[~answered, "reader"].value_counts()
    frame = frame[answered].reset_index(drop=True)
    if not len(frame):
        raise CutisError(f"{path} holds no answer at all.", fix="fill in the column of the answers")
    return Readings(
        frame,
        names,
        path,
        "long",
        {str(reader): int(n) for reader, n in skipped.items()},
        (*notes, *more),
    )


def _once(frame: pd.DataFrame, path: Path, repeated: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    key = ["reader", "case", "arm"]
    twice = frame.duplicated(key, keep="first")
    if not twice.any():
        return frame, ()
    n = int(twice.sum())
    if repeated == "refuse":
        reader, case, arm = frame.loc[twice, key].iloc[0]
        raise CutisError(
            f"{path} has {n} repeated readings; the first is reader '{reader}', case '{case}', arm "
            f"'{arm}'.",
            allowed="A reader reads a case once in an arm.",
            fix="remove them, name the arms apart, or give --repeated first (or last)",
        )
    kept = frame.drop_duplicates(key, keep="first" if repeated == "first" else "last")
    return kept.reset_index(drop=True), (f"{n} repeated readings: the {repeated} one counts.",)


def _one_value_per_case(frame: pd.DataFrame, path: Path, column: str) -> pd.DataFrame:
    known = frame.dropna(subset=[column]).drop_duplicates(["case", column])
    several = known[known.duplicated("case")]
    if len(several):
        case = str(several["case"].iloc[0])
        values = [str(v) for v in known.loc[known["case"] == case, column]]
        raise CutisError(
            f"{path} gives {several['case'].nunique()} cases more than one {column}; the first is "
            f"'{case}': {', '.join(values[:4])}.",
            fix=f"give every case one {column}",
        )
    of_case = dict(zip(known["case"], known[column], strict=True))
    return frame.assign(**{column: frame["case"].map(of_case).astype(object)})


def _named(
    frame: pd.DataFrame, classes: Sequence[str] | None, path: Path
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...]]:
    """Give answers and truths the same names, and say of every answer whether it is right."""
    if not frame["answer"].notna().any():
        return frame, (), ()
    truths = _distinct(frame["truth"])
    answers = _distinct(frame["answer"])
    names = tuple(classes) if classes is not None else _names(truths, answers, path)
    table = {fold(name): name for name in names}
    codes = {str(i): name for i, name in enumerate(names)} if classes is not None else {}
    found = {"answer": _lookup(answers, table, codes), "truth": _lookup(truths, table, codes)}
    for column, lookup in found.items():
        _refuse_unknown(column, lookup, names, path)
    frame = frame.assign(
        **{
            c: frame[c].map(lookup, na_action="ignore").astype(object)
            for c, lookup in found.items()
        }
    )
    both = frame["answer"].notna() & frame["truth"].notna()
    right = np.where(both, (frame["answer"] == frame["truth"]).astype(float), np.nan)
    given = frame["correct"].to_numpy(dtype=float)
    frame = frame.assign(correct=np.where(np.isnan(given), right, given))
    never = sorted(set(frame["answer"].dropna()) - set(frame["truth"].dropna()))
    notes: tuple[str, ...] = ()
    if never and truths:
        notes = (f"Answers that are the truth of no case count as wrong: {', '.join(never[:8])}.",)
    return frame, names, notes


def _distinct(column: pd.Series[Any]) -> list[str]:
    return sorted({str(v) for v in column.dropna()})


def _names(truths: list[str], answers: list[str], path: Path) -> tuple[str, ...]:
    """Return the classes when none were given: the truths, then answers that are none of them."""
    known = {fold(name) for name in truths}
    strange = [name for name in answers if fold(name) not in known]
    numbered = [all(v.lstrip("-").isdigit() for v in values) for values in (truths, answers)]
    if truths and numbered[0] != numbered[1]:
        which = ("truths", "answers") if numbered[0] else ("answers", "truths")
        raise CutisError(
            f"In {path} the {which[0]} are codes ({', '.join((truths, answers)[numbered[1]][:4])}) "
            f"and the {which[1]} are names ({', '.join((answers, truths)[numbered[1]][:4])}).",
            fix="give --classes NAME,NAME,... in the order of the codes",
        )
    if truths and len(strange) == len(answers):
        raise CutisError(
            f"No answer in {path} is the truth of any case (answers: {', '.join(answers[:6])}; "
            f"truths: {', '.join(truths[:6])}).",
            nearest=nearest_names(answers[0], truths, 1),
            fix="use the same names in both columns",
        )
    # One name in two spellings is one class, as first spelt.
    once: dict[str, str] = {}
    for name in (*truths, *strange):
        once.setdefault(fold(name), name)
    return tuple(once.values())


def _lookup(values: list[str], table: dict[str, str], codes: dict[str, str]) -> dict[str, str]:
    return {v: table.get(fold(v)) or codes.get(v) or "" for v in values}


def _refuse_unknown(column: str, lookup: dict[str, str], names: Sequence[str], path: Path) -> None:
    unknown = [value for value, name in lookup.items() if not name]
    if unknown:
        raise CutisError(
            f"{path}: the {column} '{unknown[0]}' is not one of the classes "
            f"({len(unknown)} such values).",
            allowed=f"Classes: {', '.join(names[:12])}.",
            nearest=nearest_names(unknown[0], list(names)),
            fix="correct it, or give --classes all names the readers could choose",
        )


def refuse_few_readers(readings: Readings, least: int, why: str) -> None:
    """Refuse a study with fewer readers than an analysis needs.

    Raises
    ------
    CutisError
        If there are fewer.
    """
    people = readings.people
    if len(people) < least:
        raise CutisError(
            f"{readings.source} has {len(people)} reader{'' if len(people) == 1 else 's'} "
            f"({', '.join(people) or MODEL}), and {why}.",
            allowed=f"At least {least} readers are needed.",
            fix="add the readings of other readers to the table",
        )
