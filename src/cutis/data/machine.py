"""Which datasets lie on this machine: tables below some folders, their cards, their images."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cutis.data.cards import CARD_FILE, DatasetCard, bundled_cards, plain, read_card
from cutis.data.cells import texts
from cutis.data.conversions import RECORD, conversion_in, tables_of
from cutis.data.matching import matching_cards
from cutis.data.tables import PARQUET, TABS, read_header, read_table
from cutis.errors import CutisError

DATA_VARIABLE = "CUTIS_DATA"
ENDINGS = (".csv", *TABS, *PARQUET)
DEEPEST = 4  # folders below the one given; benchmark archives nest three deep
_RUN = "run.json"  # a run directory holds tables of results, not of images


@dataclass(frozen=True)
class OnDisk:
    """A table on this machine that a card belongs to.

    Attributes
    ----------
    card
        Its card: a bundled one, or the one beside the table.
    table
        The file; a folder of the card's name if no table is in it.
    rows
        Its rows; 0 if it cannot be read.
    images
        How many of its images are there.
    problem
        Why it cannot be read, or nothing.
    is_folder
        Whether ``table`` is a folder without a table.
    """

    card: DatasetCard
    table: Path
    rows: int = 0
    images: int = 0
    problem: str = ""
    is_folder: bool = False

    @property
    def next_command(self) -> str:
        """The command that comes next for it, ready for a shell."""
        if self.is_folder:
            return convert_command(self.table)
        return f"cutis data check --data {shlex.quote(str(self.table))}"

    @property
    def complete(self) -> bool:
        """Whether every image of the table is there."""
        return not self.problem and self.images == self.rows > 0

    def state(self) -> str:
        """Return how much of the dataset is there, in words."""
        if self.problem:
            return self.problem
        found = f"{self.rows:,} rows, all images there"
        if self.images < self.rows:
            found = f"images {self.images:,} of {self.rows:,} found"
        total = self.card.total
        if total is not None and self.rows < total:
            found += f" (the published set has {total:,})"
        return found


def convert_command(folder: Path) -> str:
    """Return the command that makes a table of a folder, ready for a shell.

    Examples
    --------
    >>> convert_command(Path("my data"))
    "cutis data convert 'my data' -o 'my data-table'"
    """
    output = folder.with_name(f"{folder.name}-table")
    return f"cutis data convert {shlex.quote(str(folder))} -o {shlex.quote(str(output))}"


def data_folder() -> Path | None:
    """Return ``$CUTIS_DATA``, the folder of the user's datasets, or None.

    Raises
    ------
    CutisError
        If it is set to something that is no folder.
    """
    given = os.environ.get(DATA_VARIABLE)
    if not given:
        return None
    folder = Path(given).expanduser()
    if not folder.is_dir():
        raise CutisError(
            f"{DATA_VARIABLE} is '{given}', which is no folder.",
            fix=f"set {DATA_VARIABLE} to the folder that holds your datasets, one folder each",
        )
    return folder


def tables_below(folder: Path, deepest: int = DEEPEST) -> Iterator[Path]:
    """Yield the tables in a folder and those below it, without run directories and hidden ones.

    Of a folder that a conversion wrote, only the table that it made.
    """
    for here, folders, files in os.walk(folder):
        depth = len(Path(here).relative_to(folder).parts)
        if _RUN in files:
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if not f.startswith(".")) if depth < deepest else []
        tables = [
            name
            for name in sorted(files)
            if not name.startswith(".") and Path(name).suffix.casefold() in ENDINGS
        ]
        record = conversion_in(Path(here)) if RECORD in files else None
        for name in tables if record is None else tables_of(record, tables):
            yield Path(here) / name


def card_of(table: Path) -> DatasetCard | None:
    """Return the card beside a table, else the bundled card whose official table it is, or None."""
    beside = table.parent / CARD_FILE
    if beside.is_file():
        try:
            card = read_card(beside)
        except CutisError:
            return None
        return card
    header = read_header(table)
    fitting = [c for c in bundled_cards().values() if _may_be(c, header)]
    if not fitting:
        return None
    try:
        frame = read_table(table).frame
    except CutisError:
        return fitting[0] if len(fitting) == 1 else None
    found = matching_cards(
        [str(c) for c in frame.columns],
        lambda column: {t for t in texts(frame[column]) if t is not None},
        table,
        fitting,
    )
    return found[0] if len(found) == 1 else None


def _may_be(card: DatasetCard, header: Sequence[str]) -> bool:
    present = {plain(column) for column in header}
    forms = (card.signature, *card.other_signatures)
    return any(form and all(plain(c) in present for c in form) for form in forms)


def counted(card: DatasetCard, table: Path) -> OnDisk:
    """Read a table and count its rows and images."""
    from cutis.data.loading import read_dataset

    try:
        data = read_dataset(table, card=None if _is_beside(table) else card).dataset
    except CutisError as error:
        return OnDisk(card, table, problem=error.problem)
    return OnDisk(card, table, len(data), int(data.found.sum()))


def _is_beside(table: Path) -> bool:
    return (table.parent / CARD_FILE).is_file()


def on_this_machine(folders: Iterable[Path]) -> list[OnDisk]:
    """Return the tables with a card below some folders, each counted, in the order found."""
    seen: set[Path] = set()
    found: list[OnDisk] = []
    for folder in folders:
        for table in tables_below(folder):
            real = table.resolve()
            if real in seen:
                continue
            seen.add(real)
            card = card_of(table)
            if card is not None:
                found.append(counted(card, table))
        found += _without_table(folder, found)
    return found


def _without_table(folder: Path, found: Sequence[OnDisk]) -> Iterator[OnDisk]:
    """Yield folders that are called like a card and hold files but no table of it."""
    known = {plain(name): card for name, card in bundled_cards().items()}
    for place in sorted(p for p in folder.iterdir() if p.is_dir()):
        card = known.get(plain(place.name))
        if card is None or any(one.table.is_relative_to(place) for one in found):
            continue
        if any(place.iterdir()):
            hint = f"a folder without a table; {convert_command(place)} makes one"
            yield OnDisk(card, place, problem=hint, is_folder=True)
