"""Labels written as one column per class with a single 1 in each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cutis.data.cards import ClassCard, DatasetCard, bundled_cards, plain
from cutis.data.cells import texts

if TYPE_CHECKING:
    import pandas as pd

# Columns of images that show none of the classes; their rows have no label.
NONE_OF_THESE = frozenset({"unk", "unknown", "none", "other class", "out of distribution"})
MOSTLY = 0.95  # share of rows with a single 1 from which unasked columns are taken for a label
_ONE = frozenset({"1", "1.0", "true"})
_ZERO = frozenset({"0", "0.0", "false"})


@dataclass(frozen=True)
class OneHot:
    """A label spread over several columns.

    Attributes
    ----------
    columns
        The columns, in the order of the table or as asked for.
    values
        The class of each row as the table or the card spells it, None without a label.
    classes
        The classes in label order: the card's, else one per column.
    wrong
        Row (from 0) to what is wrong there, for rows without exactly one 1.
    """

    columns: tuple[str, ...]
    values: tuple[str | None, ...]
    classes: tuple[ClassCard, ...]
    wrong: Mapping[int, str] = field(default_factory=dict)


def find_one_hot(
    frame: pd.DataFrame, card: DatasetCard | None, taken: Iterable[str] = ()
) -> OneHot | None:
    """Return the label that a table without a label column holds as one column per class, if any.

    Columns count when the card has classes spelled like them. Without such a card they must hold
    nothing but 0 and 1 with a single 1 in nearly every row, and either be spelled like classes of
    the published datasets or be three or more.

    Parameters
    ----------
    frame
        The table.
    card
        Its card, if it has one.
    taken
        Columns with another role.
    """
    free = [str(column) for column in frame.columns if column not in set(taken)]
    if card is not None and card.classes:
        columns = _of_card(free, card)
        return read_one_hot(frame, columns, card) if columns else None
    flags = [column for column in free if _is_flag(texts(frame[column].unique()))]
    known = _class_spellings()
    named = [c for c in flags if plain(c) in known or plain(c) in NONE_OF_THESE]
    for columns in (named if len(named) > 1 else [], flags if len(flags) > 2 else []):
        if columns:
            found = read_one_hot(frame, columns, None)
            if len(found.wrong) <= (1 - MOSTLY) * len(frame):
                return found
    return None


def read_one_hot(
    frame: pd.DataFrame, columns: Sequence[str], card: DatasetCard | None = None
) -> OneHot:
    """Read a label from one column per class.

    A row whose cells are all empty has no label, and so has one whose 1 is in a column such as
    ``UNK`` that is no class of the card. If the card has a single class without a column, a row
    of zeros means that class.
    """
    cells = [[None if c is None else c.casefold() for c in texts(frame[name])] for name in columns]
    rest = _class_without_column(columns, card)
    values: list[str | None] = []
    wrong: dict[int, str] = {}
    for row, held in enumerate(zip(*cells, strict=True)):
        ones = [name for name, cell in zip(columns, held, strict=True) if cell in _ONE]
        empty = all(cell is None for cell in held)
        problem = _problem(columns, held, ones, may_be_none=empty or rest is not None)
        if problem:
            wrong[row] = problem
        value = ones[0] if ones else (None if empty else rest)
        values.append(None if problem or value is None or _is_none(value, card) else value)
    return OneHot(tuple(columns), tuple(values), _classes(columns, card), wrong)


def _problem(
    columns: Sequence[str], held: Sequence[str | None], ones: Sequence[str], may_be_none: bool
) -> str:
    for name, cell in zip(columns, held, strict=True):
        if cell is not None and cell not in _ONE | _ZERO:
            return f"'{cell}' in '{name}', which is neither 0 nor 1"
    if len(ones) > 1:
        return f"a 1 in {' and in '.join(ones[:4])}"
    return "" if ones or may_be_none else "no 1 in any of them"


def _of_card(columns: Sequence[str], card: DatasetCard) -> list[str]:
    """Return the columns that spell classes of the card, if they are most of its classes."""
    lookup = card.lookup()
    found = [column for column in columns if plain(column) in lookup]
    classes = {lookup[plain(column)] for column in found}
    if len(classes) < max(2, len(card.classes) / 2) or len(classes) < len(found):
        return []
    return [c for c in columns if c in found or plain(c) in NONE_OF_THESE]


def _is_flag(cells: Iterable[str | None]) -> bool:
    held = {cell.casefold() for cell in cells if cell is not None}
    return bool(held) and held <= _ONE | _ZERO


def _class_spellings() -> set[str]:
    return {
        plain(text)
        for card in bundled_cards().values()
        for entry in card.classes
        for text in entry.spellings()
    }


def _class_without_column(columns: Sequence[str], card: DatasetCard | None) -> str | None:
    if card is None:
        return None
    present = {card.lookup().get(plain(column)) for column in columns}
    left = [entry.name for i, entry in enumerate(card.classes) if i not in present]
    return left[0] if len(left) == 1 else None


def _is_none(column: str, card: DatasetCard | None) -> bool:
    known = card.lookup() if card is not None else {}
    return plain(column) in NONE_OF_THESE and plain(column) not in known


def _classes(columns: Sequence[str], card: DatasetCard | None) -> tuple[ClassCard, ...]:
    if card is not None and card.classes:
        return card.classes
    return tuple(ClassCard(name=c) for c in columns if not _is_none(c, card))
