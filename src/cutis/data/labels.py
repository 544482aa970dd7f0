"""Labels: integer codes or names in a column become class numbers and class names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cutis.data.cards import ClassCard, DatasetCard, plain
from cutis.data.roles import all_integers, one_name_per_code

UNKNOWN = -1


@dataclass(frozen=True)
class Labels:
    """What a label column says.

    Attributes
    ----------
    values_n
        Class number of each row, int64, -1 where there is none.
    classes
        The classes in label order.
    unknown
        Labels that are not in the card, with their row numbers (0-based).
    notes
        What had to be decided.
    """

    values_n: np.ndarray
    classes: tuple[ClassCard, ...]
    unknown: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_labels(
    values: Sequence[str | None],
    names: Sequence[str | None] | None = None,
    card: DatasetCard | None = None,
) -> Labels:
    """Turn a label column into class numbers.

    With a card that lists classes, a value is looked up by name, code, synonym or alias, and a
    whole number that is none of these counts along the card. Without one, the classes are the
    values themselves: whole numbers in order, named by ``names`` where the two columns pair one to
    one, else names in alphabetical order. Empty cells and negative numbers have no label.

    Parameters
    ----------
    values
        One label per row, None where missing.
    names
        A second column that spells out integer labels.
    card
        The dataset's card.
    """
    if names is not None and not all_integers(values):
        names = None  # labels that are names already need no others
    if card is not None and card.classes:
        return _by_card(values, names, card)
    if all_integers(values):
        return _by_code(values, names)
    return _by_name(values)


def _number(value: str) -> int | None:
    return int(float(value)) if re.fullmatch(r"-?\d{1,9}(\.0+)?", value) else None


def _by_card(
    values: Sequence[str | None], names: Sequence[str | None] | None, card: DatasetCard
) -> Labels:
    lookup = card.lookup()
    spelled = one_name_per_code(values, names) if names is not None else None
    index: dict[str | None, int] = {None: UNKNOWN}
    strangers: set[str] = set()
    notes: list[str] = []
    for value in {value for value in values if value is not None}:
        number = _number(value)
        place = lookup.get(plain(value))
        if place is None and number is not None:
            if spelled is not None and number >= 0:
                place = lookup.get(plain(spelled[number]))
                if place is not None and place != number:
                    notes.append(f"Label {number} means '{card.classes[place].name}' by its name.")
            elif number < 0:
                place = UNKNOWN
            elif number < len(card.classes):
                place = number
        if place is None:
            strangers.add(value)
        index[value] = UNKNOWN if place is None else place
    return Labels(
        np.array([index[value] for value in values], dtype=np.int64),
        card.classes,
        _rows_of(values, strangers),
        tuple(sorted(notes)),
    )


def _rows_of(values: Sequence[str | None], wanted: set[str]) -> dict[str, tuple[int, ...]]:
    rows: dict[str, list[int]] = {value: [] for value in sorted(wanted)}
    if wanted:
        for row, value in enumerate(values):
            if value in rows:
                rows[value].append(row)
    return {value: tuple(found) for value, found in rows.items()}


def _by_code(values: Sequence[str | None], names: Sequence[str | None] | None) -> Labels:
    numbers = [None if value is None else int(float(value)) for value in values]
    codes = sorted({n for n in numbers if n is not None and n >= 0})
    spelled = (one_name_per_code(values, names) if names is not None else None) or {}
    place = {code: index for index, code in enumerate(codes)}
    notes = []
    if codes and not spelled:
        notes.append("The classes have numbers but no names; a card gives them names (--card).")
    if codes != list(range(len(codes))):
        notes.append(f"The label numbers {_few(codes)} were counted anew from 0.")
    return Labels(
        np.array([UNKNOWN if n is None else place.get(n, UNKNOWN) for n in numbers], np.int64),
        tuple(ClassCard(name=spelled.get(code, str(code)), code=str(code)) for code in codes),
        notes=tuple(notes),
    )


def _few(codes: Sequence[int]) -> str:
    shown = ", ".join(str(code) for code in codes[:8])
    return shown + (", ..." if len(codes) > 8 else "")


def _by_name(values: Sequence[str | None]) -> Labels:
    counts = Counter(value for value in values if value is not None)
    spellings: dict[str, list[str]] = {}
    for value, _ in counts.most_common():
        spellings.setdefault(plain(value) or value, []).append(value)
    order = sorted(spellings)
    place = {value: i for i, key in enumerate(order) for value in spellings[key]}
    merged = [spelled for spelled in spellings.values() if len(spelled) > 1]
    notes = [f"Taken as one class: {', '.join(spelled)}." for spelled in merged[:5]]
    return Labels(
        np.array([UNKNOWN if v is None else place[v] for v in values], np.int64),
        tuple(ClassCard(name=spellings[key][0]) for key in order),
        notes=tuple(notes),
    )
