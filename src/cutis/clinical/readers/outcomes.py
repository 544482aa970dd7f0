"""What a reading is judged by: right answers, sensitivity, specificity, grades, confidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cutis.clinical.readers.table import Readings
from cutis.errors import CutisError, nearest_names

LOWER_IS_BETTER = ("time", "score_harm")


class Outcome(NamedTuple):
    """One number per reading.

    Attributes
    ----------
    name
        Key in results.
    title
        Name in words.
    binary
        Whether it is 1 or 0.
    tested
        Whether its tests count in the correction; confidence and time describe only.
    """

    name: str
    title: str
    binary: bool
    tested: bool


def outcomes_of(readings: Readings, positive: Sequence[str]) -> list[Outcome]:
    """Return the outcomes that the table can be judged by, the main one first."""
    frame = readings.frame
    found: list[Outcome] = []
    if frame["correct"].notna().any():
        found.append(Outcome("accuracy", "Right answers", True, True))
    if positive:
        found.append(Outcome("sensitivity", "Sensitivity", True, True))
        found.append(Outcome("specificity", "Specificity", True, True))
    for name in readings.scores:
        values = frame[name].dropna().unique()
        binary = bool(np.isin(values, (0.0, 1.0)).all())
        title = name.removeprefix("score_").replace("_", " ").capitalize()
        found.append(Outcome(name, title, binary, True))
    for name, title in (("confidence", "Confidence"), ("time", "Time")):
        if frame[name].notna().any():
            found.append(Outcome(name, title, False, False))
    return found


def values_of(
    readings: Readings,
    outcome: str,
    arm: str,
    readers: list[str],
    cases: list[str],
    positive: Sequence[str] = (),
) -> np.ndarray:
    """Return an outcome as readers by cases; NaN where it does not exist."""
    if outcome == "accuracy":
        return readings.grid("correct", arm, readers, cases)
    if outcome not in ("sensitivity", "specificity"):
        return readings.grid(outcome, arm, readers, cases)
    said = said_positive(readings, arm, readers, cases, positive)
    truth = is_positive(readings, cases, positive)
    wanted = 1.0 if outcome == "sensitivity" else 0.0
    right = np.where(np.isnan(said), np.nan, (said == wanted).astype(float))
    right[:, truth != wanted] = np.nan
    return right


def is_positive(readings: Readings, cases: list[str], positive: Sequence[str]) -> np.ndarray:
    """Return 1 for cases whose truth is one of the positive classes, 0 for others, (n,)."""
    truth = readings.of_cases("truth", cases)
    return np.array([np.nan if t is None else float(t in positive) for t in truth])


def said_positive(
    readings: Readings, arm: str, readers: list[str], cases: list[str], positive: Sequence[str]
) -> np.ndarray:
    """Return 1 where a reader's answer is a positive class, readers by cases."""
    frame = readings.frame
    said = frame["answer"].map(lambda a: float(a in positive), na_action="ignore")
    return Readings(
        frame.assign(said=said), readings.classes, readings.source, readings.layout, {}
    ).grid("said", arm, readers, cases)


def positive_classes(given: str | None, readings: Readings) -> tuple[str, ...]:
    """Return the classes that count as disease, named with ``--positive a,b``.

    Raises
    ------
    CutisError
        If a name is no class, or all are.
    """
    from cutis.clinical.readers.columns import fold

    if given is None:
        return ()
    table = {fold(name): name for name in readings.classes}
    names = []
    for part in (p.strip() for p in given.split(",")):
        if fold(part) not in table:
            raise CutisError(
                f"'{part}' is not a class of {readings.source}.",
                allowed=f"Classes: {', '.join(readings.classes) or 'none, it holds no answers'}.",
                nearest=nearest_names(part, list(readings.classes)),
                fix="give --positive one or more of them, joined by commas",
            )
        names.append(table[fold(part)])
    if set(names) == set(readings.classes):
        raise CutisError(
            "Every class was named positive, so none is left that is negative.",
            fix="name fewer with --positive",
        )
    return tuple(dict.fromkeys(names))
