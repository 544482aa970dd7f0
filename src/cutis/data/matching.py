"""Which published dataset a table is: by its columns, its path and its labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from cutis.data.cards import DatasetCard, bundled_cards, plain
from cutis.errors import CutisError

Values = Callable[[str], set[str]]


@dataclass(frozen=True)
class Match:
    """A card that fits a table.

    Attributes
    ----------
    card
        The card.
    columns
        The longest of its signatures that the table has, in :func:`~cutis.data.cards.plain` form.
    """

    card: DatasetCard
    columns: frozenset[str]

    def beats(self, other: Match) -> bool:
        """Tell whether this card fits for better reasons: its path, more columns, then cells."""
        if bool(self.card.files) != bool(other.card.files):
            return bool(self.card.files)
        same = self.columns == other.columns
        return self.columns > other.columns or (
            same and len(self.card.where) > len(other.card.where)
        )


def matching_cards(
    columns: Sequence[str],
    values_of: Values,
    path: Path | None = None,
    cards: Iterable[DatasetCard] | None = None,
) -> list[DatasetCard]:
    """Return the bundled cards that fit a table and that no other beats.

    A card fits when the table has all columns of one of its signatures, its path ends as one of
    ``files`` says, the cells are as ``where`` says, and at least half of the distinct labels are
    the card's own. Of two that fit, the one with a path, then the one whose columns include the
    other's, then the one with cells is meant; otherwise both are returned.

    Parameters
    ----------
    columns
        Column names of the table.
    values_of
        The distinct values of a column of the table, as text.
    path
        The table's file; cards that need a path fit only with one.
    cards
        The cards to choose from; the bundled ones by default.
    """
    present = {plain(column): column for column in columns}
    fitting = []
    for card in bundled_cards().values() if cards is None else cards:
        found = _signature(card, present)
        if found is None or not _path_fits(card, path):
            continue
        if _cells_fit(card, found, present, values_of) and _labels_fit(card, present, values_of):
            fitting.append(Match(card, found))
    best = [match for match in fitting if not any(other.beats(match) for other in fitting)]
    return [match.card for match in best]


def matching_card(
    columns: Sequence[str], values_of: Values, path: Path | None = None
) -> DatasetCard | None:
    """Return the bundled card whose official table this is, or None.

    Raises
    ------
    CutisError
        If two cards fit equally well, naming both.
    """
    found = matching_cards(columns, values_of, path)
    if len(found) < 2:
        return found[0] if found else None
    names = [card.name for card in found]
    raise CutisError(
        f"The columns of {path or 'the table'} fit {len(found)} dataset cards: "
        f"{', '.join(names[:-1])} and {names[-1]}.",
        fix=f"say which one it is with --card {names[0]} or --card {names[1]}, or --card none",
    )


def _signature(card: DatasetCard, present: dict[str, str]) -> frozenset[str] | None:
    forms = [frozenset(plain(c) for c in form) for form in (card.signature, *card.other_signatures)]
    held = [form for form in forms if form and form <= set(present)]
    return max(held, key=len, default=None)


def _path_fits(card: DatasetCard, path: Path | None) -> bool:
    if not card.files:
        return True
    if path is None:
        return False
    there = "/" + Path(path).absolute().as_posix().casefold()
    return any(fnmatch(there, "*/" + ending.casefold()) for ending in card.files)


def _cells_fit(
    card: DatasetCard, found: frozenset[str], present: dict[str, str], values_of: Values
) -> bool:
    for column, words in card.where.items():
        if plain(column) not in found:  # another published form, which has no such column
            continue
        cells = values_of(present[plain(column)])
        if not cells or any(words.casefold() not in cell.casefold() for cell in cells):
            return False
    return True


def _labels_fit(card: DatasetCard, present: dict[str, str], values_of: Values) -> bool:
    column = present.get(plain(card.columns.get("label", "label")))
    if column is None or not card.classes:
        return True
    labels = values_of(column)
    lookup = card.lookup()
    numbers = {str(i) for i in range(len(card.classes))}  # they count along the card
    known = sum(plain(value) in lookup or value in numbers for value in labels)
    return known * 2 >= len(labels)
