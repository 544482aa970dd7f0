"""``--data NAME``: a published dataset by the name of its card, found below ``$CUTIS_DATA``."""

from __future__ import annotations

import shlex
from pathlib import Path

from cutis.data.cards import DatasetCard, bundled_cards, plain
from cutis.data.machine import DATA_VARIABLE, ENDINGS, card_of, data_folder, tables_below
from cutis.errors import CutisError, nearest_names


def resolve(data: Path | str) -> tuple[Path, DatasetCard | None]:
    """Return the table that ``--data`` means, and the card if it was named.

    A path that exists, or that looks like one, is itself. The name of a bundled card stands for
    the table of that dataset below ``$CUTIS_DATA``: first in a folder of the card's name, then
    anywhere. A variant of a dataset without tables of its own, such as ``ph2-binary``, uses the
    table of the dataset it is like.

    Raises
    ------
    CutisError
        If it is neither a path nor a card's name, if the dataset is not on this machine, or if
        several of its tables are.
    """
    path = Path(data)
    card = named_card(data)
    if card is not None:
        return _table_of(card), card
    if _is_path(path) or path.suffix:
        return path, None  # the reader of tables says what is wrong with it
    raise CutisError(
        f"There is no table {path} and no dataset card of that name.",
        nearest=nearest_names(str(data), bundled_cards()),
        fix="give --data the path of a CSV, TSV or Parquet file, or a name from 'cutis data list'",
    )


def named_card(data: Path | str) -> DatasetCard | None:
    """Return the bundled card that ``--data`` names, or None when it is no card's name but a path.

    Examples
    --------
    >>> named_card("HAM10000").name, named_card("ham10000/table.csv")
    ('ham10000', None)
    """
    if _is_path(Path(data)):
        return None
    return {plain(known): card for known, card in bundled_cards().items()}.get(plain(str(data)))


def _is_path(path: Path) -> bool:
    return path.exists() or len(path.parts) > 1 or path.suffix.casefold() in ENDINGS


def _table_of(card: DatasetCard) -> Path:
    folder = data_folder()
    if folder is None:
        raise CutisError(
            f"The dataset '{card.name}' is named, but {DATA_VARIABLE} does not say where your "
            "datasets are.",
            fix=f"set {DATA_VARIABLE} to the folder that holds them, or give --data the path of "
            f"the table; 'cutis data list {card.name}' says how to obtain it",
        )
    return find_table(card, folder)


def find_table(card: DatasetCard, folder: Path) -> Path:
    """Return the table of a dataset below a folder.

    Raises
    ------
    CutisError
        If there is none, or several.
    """
    tables = find_tables(card, folder)
    if len(tables) == 1:
        return tables[0]
    if tables:
        raise CutisError(
            f"There are {len(tables)} tables of '{card.name}' below {folder}: "
            f"{', '.join(str(t.relative_to(folder)) for t in tables[:5])}.",
            fix=f"give --data one of them, for instance --data {shlex.quote(str(tables[0]))}",
        )
    raise CutisError(
        f"The dataset '{card.name}' is not below {DATA_VARIABLE} ({folder}).",
        fix=f"'cutis data list {card.name}' says how to obtain it; or give --data the path of "
        "its table",
    )


def find_tables(card: DatasetCard, folder: Path) -> list[Path]:
    """Return the tables of a dataset: in a folder of its name, else anywhere below ``folder``."""
    names = with_bases(card)
    own = [f for f in sorted(folder.iterdir()) if f.is_dir() and plain(f.name) in map(plain, names)]
    for places in (own, [folder]):
        for wanted in names:
            tables = [t for place in places for t in tables_below(place) if _is(t, wanted)]
            if tables:
                return tables
    return []


def with_bases(card: DatasetCard) -> list[str]:
    """Return the card's name and, while a card has no table of its own, of what it is like."""
    names = [card.name]
    while card.like is not None and not card.signature:
        card = bundled_cards()[card.like]
        names.append(card.name)
    return names


def _is(table: Path, name: str) -> bool:
    card = card_of(table)
    return card is not None and plain(card.name) == plain(name)
