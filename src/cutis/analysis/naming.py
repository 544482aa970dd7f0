"""Class names held against the labels of the images' own table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cutis.analysis.aligning import is_numbered
from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.analysis.cases import Cases
    from cutis.data import Dataset


def named_by(cases: Cases, table: Dataset, given: bool) -> Cases:
    """Name numbered classes as the table does, and check names that are there already.

    Parameters
    ----------
    cases
        Cases with numbered or named classes.
    table
        The same rows in the same order, from the images' table.
    given
        Whether the class names were given by hand.

    Raises
    ------
    CutisError
        If the names are those of the table in another order, or most images have another truth
        there.
    """
    known = table.labels >= 0
    if not known.any() or len(table.classes) < 2:
        return cases
    pairs = _pairs(cases.labels_n[known], table.labels[known])
    if is_numbered(cases):
        return _with_names(cases, table, pairs)
    places = [table.card.lookup().get(_plain(name)) for name in cases.classes]
    if any(place is None for place in places):
        return cases
    wanted = np.array(places, dtype=np.int64)[cases.labels_n[known]]
    other = int((wanted != table.labels[known]).sum())
    if not other:
        return cases
    if pairs is not None or other > known.sum() / 2:
        _refuse(cases, table, pairs, wanted, known, given)
    note = f"{other} of {int(known.sum())} images have another diagnosis in {table.source.name}; "
    return replace(cases, notes=(*cases.notes, note + "that of the predictions was kept."))


def _plain(name: str) -> str:
    from cutis.data.cards import plain

    return plain(name)


def _pairs(ours_n: np.ndarray, theirs_n: np.ndarray) -> dict[int, int] | None:
    """Return which class of the table each class stands for; None if they do not pair."""
    pairs: dict[int, int] = {}
    for mine, their in {*zip(ours_n.tolist(), theirs_n.tolist(), strict=True)}:
        if mine in pairs:
            return None
        pairs[mine] = their
    return pairs if len(set(pairs.values())) == len(pairs) else None


def _with_names(cases: Cases, table: Dataset, pairs: dict[int, int] | None) -> Cases:
    if pairs is None or len(cases.classes) != len(table.classes):
        note = (
            f"The numbers of the classes do not pair with the diagnoses in {table.source.name}, "
            "so they keep their numbers."
        )
        return replace(cases, notes=(*cases.notes, note))
    free = [k for k in range(len(table.classes)) if k not in pairs.values()]
    lonely = [k for k in range(len(cases.classes)) if k not in pairs]
    if lonely == free or len(free) == 1:
        pairs = {**pairs, **dict(zip(lonely, free, strict=True))}
    names = tuple(
        table.classes[pairs[k]] if k in pairs else name for k, name in enumerate(cases.classes)
    )
    note = f"The numbered classes take their names from {table.source.name}: {', '.join(names)}."
    return replace(cases, classes=names, notes=(*cases.notes, note))


def _refuse(
    cases: Cases,
    table: Dataset,
    pairs: dict[int, int] | None,
    wanted: np.ndarray,
    known: np.ndarray,
    given: bool,
) -> None:
    row = int(np.flatnonzero(known)[np.flatnonzero(wanted != table.labels[known])[0]])
    order = None
    if pairs is not None and len(pairs) == len(cases.classes):
        order = ",".join(table.classes[pairs[k]] for k in range(len(cases.classes)))
    raise CutisError(
        f"The class names do not fit the diagnoses in {table.source.name}: {cases.source} has "
        f"{cases.classes[cases.labels_n[row]]} for '{cases.ids[row]}', the table "
        f"{table.classes[table.labels[row]]}.",
        allowed="Names are given in the order of the probability columns.",
        fix=f'--classes "{order}"' if order and given
        else "leave out --classes, and the numbers are named by the table" if given
        else "give the table the predictions were made of with --data",
    )  # fmt: skip
