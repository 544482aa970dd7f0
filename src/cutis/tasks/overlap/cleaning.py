"""Write a table anew without the copies: the rows that stay keep every byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cutis.data.dataset import split_order
from cutis.errors import CutisError
from cutis.files import atomic_path
from cutis.tasks.overlap.search import Comparison
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.sides import Side, side_named

if TYPE_CHECKING:
    from cutis.data import Dataset

# Of copies within a table the one in the split that matters most stays.
KEPT_FIRST = ("test", "val", "train")


@dataclass(frozen=True)
class Cleaning:
    """Which rows of a set go, and why.

    Attributes
    ----------
    side
        The set.
    copied
        Rows with a copy in another set.
    repeated
        Rows with a copy within the set that stays.
    grouped
        Other rows of a lesion or patient of which a row goes because of another set.
    """

    side: Side
    copied: np.ndarray
    repeated: np.ndarray
    grouped: np.ndarray

    @property
    def dropped(self) -> np.ndarray:
        """All rows that go, ascending."""
        rows: np.ndarray = np.unique(np.concatenate([self.copied, self.repeated, self.grouped]))
        return rows

    def line(self, target: Path) -> str:
        """Say what was dropped, for the terminal."""
        parts = [f"{len(self.copied)} with a copy elsewhere", f"{len(self.repeated)} repeated"]
        if len(self.grouped):
            parts.append(f"{len(self.grouped)} of the same lesions or patients")
        n = len(self.dropped)
        return (
            f"{target}: {n} of {len(self.side)} rows of {self.side.name} dropped "
            f"({', '.join(parts)})."
        )


def check_drop(config: OverlapConfig, sides: Sequence[Side]) -> Side | None:
    """Return the set to clean, before anything is computed; None when nothing is to be written.

    Raises
    ------
    CutisError
        If the set is not named, is no table of --data, or the output cannot be written so.
    """
    if config.drop is None:
        if config.drop_from is not None or config.drop_rows_only:
            raise CutisError(
                "--drop-from and --drop-rows-only go with --drop.",
                fix="name the table to write with --drop TABLE_OUT",
            )
        return None
    if config.drop_from is None:
        raise CutisError(
            f"--drop {config.drop} does not say which table the copies are dropped from.",
            allowed=f"The tables are {', '.join(side.name for side in sides)}.",
            fix=f"--drop-from {sides[0].name}",
        )
    side = side_named(sides, config.drop_from)
    if side.dataset is None:
        raise CutisError(
            f"{side.path} is a folder of features: there is no table to write without copies.",
            fix="give the table itself",
        )
    _refuse_target(config.drop, side.dataset)
    if config.split is not None and not side.against:
        raise CutisError(
            "--drop writes a whole table, and --split searches a part of it.",
            fix="leave --split out",
        )
    return side


def _refuse_target(target: Path, dataset: Dataset) -> None:
    source = dataset.source
    if target.resolve() == source.resolve():
        raise CutisError(f"--drop would overwrite {source}.", fix="choose another name")
    if target.suffix.casefold() != source.suffix.casefold():
        raise CutisError(
            f"{target.name} is to hold rows of {source.name} byte for byte, so it has to be the "
            "same kind of file.",
            fix=f"--drop {target.with_suffix(source.suffix).name}",
        )


def choose_dropped(
    side: Side,
    number: int,
    comparisons: Sequence[Comparison],
    rows_only: bool,
) -> Cleaning:
    """Choose the rows of a set that go.

    Every row with a copy in another set goes, and with it the other rows of its lesion or patient:
    who was seen in one picture is known in the next. Of copies within the set that are not
    of one group one stays, that of the test split if there is one, else of validation, else the
    first.

    Parameters
    ----------
    side, number
        The set, and its number in the comparisons.
    comparisons
        What was found.
    rows_only
        Whether to let the other rows of the lesions and patients stay.
    """
    copied, within = set(), []
    for found in comparisons:
        if found.a == found.b == number:
            within += [tuple(pair) for pair in found.rows_p2.tolist()]
        elif found.a == number:
            copied |= set(found.rows_p2[:, 0].tolist())
        elif found.b == number:
            copied |= set(found.rows_p2[:, 1].tolist())
    repeated = _repeated(side, within) - copied
    grouped: set[int] = set()
    groups = None if side.dataset is None else side.dataset.groups
    if groups is not None and not rows_only and copied:
        known = set(groups[sorted(copied)].tolist())
        mine = {row for row, group in enumerate(groups.tolist()) if group in known}
        grouped = mine - copied - repeated
    return Cleaning(
        side, *(np.array(sorted(rows), np.int64) for rows in (copied, repeated, grouped))
    )


def _repeated(side: Side, pairs: Sequence[tuple[int, int]]) -> set[int]:
    """Return all but one row of each cluster of copies; copies of one group are its own affair."""
    from cutis.data.near import clusters
    from cutis.tasks.overlap.pairs import across, same_group

    torn = [
        (one, two) for one, two in pairs
        if not same_group(side, one, two) or across(side, one, two)
    ]  # fmt: skip
    gone: set[int] = set()
    for members in clusters(torn):
        kept = min(members, key=lambda row: (_preference(side.split(row)), row))
        gone |= set(members) - {kept}
    return gone


def _preference(split: str) -> tuple[int, tuple[int, str]]:
    known = KEPT_FIRST.index(split) if split in KEPT_FIRST else len(KEPT_FIRST)
    return known, split_order(split)


def write_clean(cleaning: Cleaning, target: Path) -> None:
    """Write the table of a set without the rows that go.

    Raises
    ------
    CutisError
        If the rows cannot be told apart in the file, or the file cannot be written.
    """
    dataset = cleaning.side.dataset
    if dataset is None:
        return
    gone = set(cleaning.side.numbers[cleaning.dropped].tolist())
    with dataset.source.open("rb") as stream:
        is_parquet = stream.read(4) == b"PAR1"
    if is_parquet:
        _write_parquet(dataset.source, gone, target)
        return
    content = dataset.source.read_bytes()
    header, *rows = records(content)
    if len(rows) != len(dataset):
        raise CutisError(
            f"{dataset.source.name} has {len(dataset)} rows but {len(rows)} records: they cannot "
            "be told apart byte for byte.",
            fix="save it as CSV in UTF-8, one record per row, and search again",
        )
    with atomic_path(target) as temporary:
        kept = [row for i, row in enumerate(rows) if i not in gone]
        temporary.write_bytes(b"".join([header, *kept]))


def _write_parquet(source: Path, gone: set[int], target: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(source)
    kept = [row for row in range(table.num_rows) if row not in gone]
    with atomic_path(target) as temporary:
        pq.write_table(table.take(kept), temporary)


def records(content: bytes) -> Iterator[bytes]:
    r"""Yield the records of a CSV file as they are, line ends included; blank lines are left out.

    A line break between double quotes does not end a record. The bytes are not decoded, so any
    encoding in which quotes and line breaks are single bytes is kept.

    Examples
    --------
    >>> list(records(b'a,b\r\n1,"x\ny"\r\n\r\n2,z'))
    [b'a,b\r\n', b'1,"x\ny"\r\n', b'2,z']
    """
    lines: list[bytes] = []
    quoted = False
    for line in content.splitlines(keepends=True):
        lines.append(line)
        quoted ^= line.count(b'"') % 2 == 1
        if not quoted:
            yield from _unless_blank(lines)
            lines = []
    yield from _unless_blank(lines)


def _unless_blank(lines: Sequence[bytes]) -> Iterator[bytes]:
    record = b"".join(lines)
    if record.strip():
        yield record
