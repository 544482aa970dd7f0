"""A model's predictions join a reader study as one more reader, in an arm of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cutis.clinical.readers.columns import fold
from cutis.clinical.readers.table import MODEL, Readings
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    from cutis.analysis.cases import Cases


class Joined(NamedTuple):
    """Readings with the model's, and the model's probability of every class for its cases.

    Attributes
    ----------
    readings
        With the rows of the model.
    cases
        The cases the model answered, by their names in the readings.
    probs_nc
        Probabilities, in the order of the classes of the readings.
    """

    readings: Readings
    cases: list[str]
    probs_nc: np.ndarray


def join_model(readings: Readings, path: Path) -> Joined:
    """Add a model's answers for the cases of a study.

    Cases are matched by name, image path, file name or stem; classes by name.

    Raises
    ------
    CutisError
        If no case is known to the model, classes do not match, or the truths contradict each
        other.
    """
    import pandas as pd

    from cutis.analysis.cases import JoinConfig, read_cases

    if not readings.classes:
        raise CutisError(
            f"{readings.source} holds no answers by class, so a model cannot join.",
            fix="leave out --predictions, or give a table with answers and truths",
        )
    found = read_cases(path, JoinConfig(output=Path("none"), classes=_numbered(path, readings)))
    if MODEL in set(readings.frame["reader"]):
        raise CutisError(
            f"{readings.source} already has a reader named '{MODEL}'.",
            fix="leave out --predictions, or --drop-readers model",
        )
    order = _class_order(found, readings, path)
    rows = _match(found, readings)
    cases = list(rows)
    probs = np.zeros((len(cases), len(readings.classes)))
    probs[:, order] = found.probs_nc[list(rows.values())]
    truth = readings.of_cases("truth", cases)
    labels = [readings.classes[order[found.labels_n[row]]] for row in rows.values()]
    _refuse_other_truth(cases, truth, labels, readings, path)
    answers = [readings.classes[k] for k in probs.argmax(axis=1)]
    table = pd.DataFrame(
        {
            "reader": MODEL,
            "case": cases,
            "arm": MODEL,
            "answer": answers,
            "truth": labels,
            "correct": [float(a == t) for a, t in zip(answers, labels, strict=True)],
            "confidence": probs.max(axis=1),
            "group": readings.of_cases("group", cases),
        }
    )
    frame = pd.concat([readings.frame, table.reindex(columns=readings.frame.columns)])
    notes = []
    missing = len(readings.cases) - len(cases)
    if missing:
        notes.append(f"The model has no prediction for {missing} of {len(readings.cases)} cases.")
    from dataclasses import replace

    joined = replace(readings, frame=frame.reset_index(drop=True))
    return Joined(joined.with_notes(*notes), cases, probs)


def _numbered(path: Path, readings: Readings) -> str | None:
    """Return the readings' classes as names for a published CSV, whose classes are numbers."""
    is_table = path.is_dir() or path.suffix.casefold() == ".parquet"
    return None if is_table else ",".join(readings.classes)


def _class_order(found: Cases, readings: Readings, path: Path) -> list[int]:
    place = {fold(name): i for i, name in enumerate(readings.classes)}
    missing = [name for name in found.classes if fold(name) not in place]
    if missing:
        raise CutisError(
            f"The classes of {path} and of the readings differ: '{missing[0]}' is none that a "
            "reader gave or that is true of a case.",
            allowed=f"Classes of the readings: {', '.join(readings.classes)}.",
            nearest=nearest_names(missing[0], list(readings.classes)),
            fix="give --classes all class names, in the order of the model's codes",
        )
    return [place[fold(name)] for name in found.classes]


def _match(found: Cases, readings: Readings) -> dict[str, int]:
    """Return the row of the predictions for every case they have."""

    def stem(name: str) -> str:
        return Path(name.replace("\\", "/")).stem

    for reading, naming in (
        (list(readings.cases), list(found.ids)),
        (list(readings.cases), list(found.images)),
        ([stem(c) for c in readings.cases], [stem(i) for i in found.images]),
        ([stem(c) for c in readings.cases], [stem(i) for i in found.ids]),
    ):
        if len(set(naming)) < len(naming) or len(set(reading)) < len(reading):
            continue
        row = {name: i for i, name in enumerate(naming)}
        rows = {
            case: row[name]
            for case, name in zip(readings.cases, reading, strict=True)
            if name in row
        }
        if rows:
            return rows
    raise CutisError(
        f"None of the {len(readings.cases)} cases of {readings.source} (such as "
        f"'{readings.cases[0]}') is in {found.source} (such as '{found.ids[0]}').",
        allowed="Cases are matched by name, image path, file name or stem.",
        fix="use the same names in both files",
    )


def _refuse_other_truth(
    cases: list[str], truth: np.ndarray, labels: list[str], readings: Readings, path: Path
) -> None:
    other = [
        (case, t, label)
        for case, t, label in zip(cases, truth, labels, strict=True)
        if t is not None and t != label
    ]
    if other:
        case, true, label = other[0]
        raise CutisError(
            f"{len(other)} of {len(cases)} cases have another truth in {path} than in "
            f"{readings.source}; the first is '{case}': {label} there, {true} here.",
            fix="correct the truth; if the model's classes are in another order, give --classes",
        )
