"""Which datasets of a suite are in the user's folder, and how to obtain the others."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cutis.data.cards import DatasetCard, bundled_cards, get_card, plain
from cutis.data.machine import DATA_VARIABLE, card_of, data_folder
from cutis.data.named import find_tables
from cutis.data.tables import read_header
from cutis.errors import CutisError
from cutis.tasks.benchmark.suite import Suite, SuiteEntry


class Located(NamedTuple):
    """An entry whose table is here.

    Attributes
    ----------
    entry
        The entry.
    table
        Its table.
    card
        Name of the card to read it with; None for a table by path, which finds its own.
    instead_of
        Name of the dataset the suite wanted, where another stands in for it.
    """

    entry: SuiteEntry
    table: Path
    card: str | None
    instead_of: str | None = None


class Missing(NamedTuple):
    """An entry whose dataset is not here, why, and the steps to obtain it."""

    entry: SuiteEntry
    reason: str
    how_to_obtain: tuple[str, ...] = ()


def search_folder(data_dir: Path | None) -> Path | None:
    """Return the folder of the user's datasets: the one given, else ``$CUTIS_DATA``, or None.

    Raises
    ------
    CutisError
        If it is no folder.
    """
    if data_dir is None:
        return data_folder()
    if not data_dir.is_dir():
        raise CutisError(
            f"There is no folder {data_dir}.",
            fix="give --data-dir the folder that holds your datasets, one folder each",
        )
    return data_dir


def locate(
    suite: Suite, folder: Path | None, beside: Path | None
) -> tuple[list[Located], list[Missing]]:
    """Find the tables of a suite.

    Parameters
    ----------
    suite
        The suite.
    folder
        Where datasets named by a card are looked for.
    beside
        Folder of the suite's file: tables named by a path are looked for there, then in
        ``folder``.

    Raises
    ------
    CutisError
        If an entry is neither a card's name nor a path.
    """
    found: list[Located] = []
    missing: list[Missing] = []
    for entry in suite.entries:
        if entry.not_runnable:
            continue
        outcome = _locate_one(entry, folder, beside)
        if isinstance(outcome, Located):
            found.append(outcome)
        else:
            missing.append(outcome)
    return found, missing


def _locate_one(entry: SuiteEntry, folder: Path | None, beside: Path | None) -> Located | Missing:
    if _is_path(entry.data):
        return _locate_path(entry, folder, beside)
    reasons = []
    for name in (entry.data, *entry.instead):
        card = get_card(name)
        if folder is None:
            reasons.append(f"{DATA_VARIABLE} is not set and no --data-dir was given")
            break
        tables = _fitting(find_tables(card, folder), entry)
        if len(tables) != 1:
            shown = ", ".join(str(t.relative_to(folder)) for t in tables[:5])
            several = f"there are {len(tables)} tables of it below {folder} ({shown})"
            reasons.append(several if tables else f"no table of it below {folder}")
            continue
        table = tables[0]
        own = card_of(table)
        named = None if own is not None and plain(own.name) == plain(card.name) else card.name
        instead_of = None if name == entry.data else entry.data
        return Located(entry, table, named, instead_of)
    return Missing(entry, reasons[0], _steps(get_card(entry.data)))


def _fitting(tables: list[Path], entry: SuiteEntry) -> list[Path]:
    """Of several tables keep those with a split for a probe, and those without for other tasks."""
    if len(tables) < 2:
        return tables
    with_split = [t for t in tables if "split" in map(plain, read_header(t))]
    wanted = with_split if entry.task == "probe" else [t for t in tables if t not in with_split]
    return wanted or tables


def _steps(card: DatasetCard) -> tuple[str, ...]:
    if card.name == "phantom":
        return ("Make some: cutis data phantom -n 200 -o FOLDER/phantom",)
    place = f"Put it into a folder {card.name} below the folder of your datasets."
    return (*card.how_to_obtain, place)


def _is_path(data: str) -> bool:
    known = {plain(name) for name in bundled_cards()}
    return plain(data) not in known and (Path(data).suffix != "" or len(Path(data).parts) > 1)


def _locate_path(entry: SuiteEntry, folder: Path | None, beside: Path | None) -> Located | Missing:
    places = [place for place in (beside, folder) if place is not None] or [Path()]
    for place in places:
        if (place / entry.data).is_file():
            return Located(entry, place / entry.data, None)
    tried = " or ".join(str(place / entry.data) for place in places)
    return Missing(entry, f"there is no table {tried}", ())
