"""Which image files the rows mean, and which rows have none."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cutis.data.convert.columns import IMAGES, ORDER
from cutis.data.convert.frames import extended
from cutis.data.convert.source import ROW, TABLE
from cutis.data.paths import EXTENSIONS, ImageFiles, Listing, inside, locate
from cutis.errors import CutisError
from cutis.files import atomic_path
from cutis.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

Lost = tuple[str, str, str, str, str]
_TELLING = 200
LOST_COLUMNS = ("table", "row", "id", "image", "reason")


@dataclass(frozen=True)
class Placed:
    """Rows whose images were looked for.

    Attributes
    ----------
    frame
        The rows that stay, image columns relative to the root.
    lost
        Table, row, id, image and reason of what was not found.
    n_asked
        Rows before any was left out.
    n_without_image
        Rows whose image was not found; left out unless they were to be kept.
    n_without_second
        Clinical views, dermoscopic views and masks that were named but not found.
    """

    frame: pd.DataFrame
    lost: tuple[Lost, ...]
    n_asked: int
    n_without_image: int
    n_without_second: int


def place(frame: pd.DataFrame, root: Path, keep_missing: bool = False) -> Placed:
    """Replace the names in the image columns by the files they mean, relative to the root.

    A row whose ``image`` is not found is left out (or kept, on request, under the name it has);
    another view or mask that is not found becomes empty. Both are listed.

    Parameters
    ----------
    frame
        Rows with names.
    root
        The image folder.
    keep_missing
        Whether rows without an image stay.

    Raises
    ------
    CutisError
        If a name leads out of the image folder.
    """
    new, origins = frame, _origins(frame)
    absent: dict[str, set[int]] = {}
    lost: list[tuple[int, Lost]] = []
    for column in (name for name in IMAGES if name in frame.columns):
        names: list[str | None] = frame[column].tolist()
        files = locate(names, root)
        _refuse_outside(files, column, origins)
        places, reasons = _resolve(names, files, Finder(root, names), needed=column == "image")
        absent[column] = set(reasons)
        lost += [(row, (*origins[row], names[row] or "", why)) for row, why in reasons.items()]
        keep = keep_missing and column == "image"
        shown = [names[row] if keep and p is None else p for row, p in enumerate(places)]
        new = extended(new, {column: shown})
    gone = set() if keep_missing else absent["image"]
    kept = [row not in gone for row in range(len(new))]
    second = sum(len(rows) for column, rows in absent.items() if column != "image")
    lines = tuple(line for _, line in sorted(lost, key=lambda pair: pair[0]))
    rows = new[kept].reset_index(drop=True)
    return Placed(rows, lines, len(new), len(absent["image"]), second)


class Finder:
    """Finds what a plain look did not: below a folder the table leaves out, or the same file twice.

    Parameters
    ----------
    root
        The image folder.
    names
        All names of the column, of which the first hundreds tell the folder left out.
    """

    def __init__(self, root: Path, names: Sequence[str | None]) -> None:
        self._listing = Listing(str(Path(root).absolute()))
        self._names = names

    @cached_property
    def _folder(self) -> str | None:
        """The folder most of the names are relative to, if it is not the root."""
        found: Counter[str] = Counter()
        given = [n.replace("\\", "/") for n in self._names if n]
        for name in [n for n in given if "/" in n][:_TELLING]:
            tail = "/" + _stem(name).casefold()
            for match in self._listing.find_anywhere(name.rpartition("/")[2]):
                if _stem(match).casefold().endswith(tail):
                    found[_stem(match)[: -len(tail)]] += 1
        return found.most_common(1)[0][0] if found else None

    def find(self, name: str) -> str | None:
        """Return the file a name means, relative to the root."""
        slashed = name.replace("\\", "/")
        if "/" in slashed:
            folder = self._folder
            relative = inside(f"{folder}/{slashed}", self._listing.root) if folder else None
            return self._listing.find(relative) if relative else None
        matches = self._listing.find_anywhere(slashed)
        sizes = {Path(self._listing.root, match).stat().st_size for match in matches}
        return min(matches) if len(sizes) == 1 else None


def _resolve(
    names: Sequence[str | None], files: ImageFiles, finder: Finder, needed: bool
) -> tuple[list[str | None], dict[int, str]]:
    places: list[str | None] = []
    reasons: dict[int, str] = {}
    cut = len(str(files.root)) + 1
    for row, name in enumerate(names):
        if files.found[row]:
            places.append(str(files.paths[row])[cut:].replace("\\", "/"))
            continue
        place = finder.find(name) if name is not None else None
        places.append(place)
        if place is not None:
            continue
        if name is None:
            if needed:
                reasons[row] = "the source names no image"
        elif row in files.ambiguous:
            reasons[row] = f"the name is in {files.ambiguous[row]} folders"
        else:
            reasons[row] = "no such file"
    return places, reasons


def _stem(name: str) -> str:
    ending = PurePosixPath(name).suffix
    return name[: -len(ending)] if ending.casefold() in EXTENSIONS else name


def _origins(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return table, row and id of every row, empty where unknown."""
    columns = [
        [v if isinstance(v, str) else "" for v in frame[c].tolist()]
        if c in frame.columns
        else [""] * len(frame)
        for c in (TABLE, ROW, "id")
    ]
    return list(zip(*columns, strict=True))


def _refuse_outside(
    files: ImageFiles, column: str, origins: Sequence[tuple[str, str, str]]
) -> None:
    if not files.refused:
        return
    row, name = next(iter(files.refused.items()))
    table, number, _ = origins[row]
    where = f"Row {number} of {table}" if table else f"Row {row}"
    raise CutisError(
        f"{where} names the {column} '{name}', which is outside the image folder {files.root}.",
        allowed="Names are relative to that folder, or absolute paths inside it.",
        fix="give --images a folder that holds all the images, or correct the table",
    )


def without_empty(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table without the columns of roles, captions aside, that no row has."""
    roles = [c for c in ORDER if c != "image" and "caption" not in c and c in frame.columns]
    return frame.drop(columns=[c for c in roles if frame[c].isna().all()])


def named_images(frame: pd.DataFrame) -> list[str]:
    """Return every file the rows name, once and in order."""
    columns = [c for c in IMAGES if c in frame.columns]
    return sorted({name for c in columns for name in frame[c] if isinstance(name, str)})


def copy_images(frame: pd.DataFrame, root: Path, target: Path) -> int:
    """Copy every file the rows name, with its time, and return how many were new.

    Files that are there with the same size and time are kept.
    """
    names = named_images(frame)
    new = 0
    with Progress(len(names), "Copying images") as progress:
        for name in names:
            source, copy = root / name, target / name
            if source.is_file() and not _same(source, copy):
                told = source.stat()
                with atomic_path(copy) as temporary:
                    shutil.copyfile(source, temporary)
                    os.utime(temporary, ns=(told.st_atime_ns, told.st_mtime_ns))
                new += 1
            progress.advance()
    return new


def _same(source: Path, copy: Path) -> bool:
    if not copy.is_file():
        return False
    one, other = source.stat(), copy.stat()
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
