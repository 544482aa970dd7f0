"""From the image column to files: joined safely, extension found, one listing per folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

EXTENSIONS = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
_DEEPEST = 6  # folders below the root that are searched for a bare file name


@dataclass(frozen=True)
class ImageFiles:
    """Where the images of a table are.

    Attributes
    ----------
    root
        The folder the names are joined to.
    paths
        One absolute path per row; a file that was not found keeps the path it should have.
    found
        Whether each was found.
    refused
        Rows (0-based) whose name leads out of the root, with the reason.
    ambiguous
        Rows whose bare name is in several folders, with the folders' number.
    """

    root: Path
    paths: tuple[Path, ...]
    found: tuple[bool, ...]
    refused: dict[int, str] = field(default_factory=dict)
    ambiguous: dict[int, int] = field(default_factory=dict)


def inside(name: str, root: str) -> str | None:
    """Return a name relative to the root with forward slashes, or None if it leads out of it.

    Examples
    --------
    >>> inside("a/../b.jpg", "/data"), inside("../b.jpg", "/data"), inside("/data/b.jpg", "/data")
    ('b.jpg', None, 'b.jpg')
    """
    if "\0" in name or re.match(r"[a-zA-Z]+://", name):
        return None
    slashed = name.replace("\\", "/")
    if re.match(r"[a-zA-Z]:/", slashed):
        return None
    if slashed.startswith("/"):
        relative = os.path.relpath(os.path.normpath(slashed), root)
    else:
        relative = os.path.normpath(slashed)
    relative = relative.replace(os.sep, "/")
    return None if relative == ".." or relative.startswith("../") else relative


class Listing:
    """The files below a root, read one folder at a time and remembered."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._folders: dict[str, dict[str, str]] = {}
        self._anywhere: dict[str, list[str]] | None = None

    def folder(self, folder: str) -> dict[str, str]:
        """Return lower-case file name to file name of one folder ('' is the root)."""
        if folder not in self._folders:
            files: dict[str, str] = {}
            try:
                with os.scandir(f"{self.root}/{folder}") as entries:
                    names = sorted(entry.name for entry in entries if not entry.is_dir())
            except (OSError, ValueError):
                names = []
            for name in names:
                files.setdefault(name.casefold(), name)
                files[name] = name  # the exact spelling beats another case
            self._folders[folder] = files
        return self._folders[folder]

    def find(self, relative: str) -> str | None:
        """Return the file meant by a relative name: as it is, in another case, other extension."""
        folder, _, name = relative.rpartition("/")
        files = self.folder(folder)
        file = files.get(name)
        if file is None:
            tried = (files.get(s) or files.get(s.casefold()) for s in spellings(name))
            file = next(filter(None, tried), None)
        if file is None:
            return None
        return f"{folder}/{file}" if folder else file

    def find_anywhere(self, name: str) -> list[str]:
        """Return the files of that bare name in any folder below the root."""
        if self._anywhere is None:
            self._anywhere = self._walk()
        for candidate in spellings(name):
            if matches := self._anywhere.get(candidate.casefold()):
                return matches
        return []

    def _walk(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for folder, folders, names in os.walk(self.root, followlinks=False):
            relative = os.path.relpath(folder, self.root).replace(os.sep, "/")
            relative = "" if relative == "." else relative
            depth = relative.count("/") + 1 if relative else 0
            kept = sorted(f for f in folders if not f.startswith("."))
            folders[:] = kept if depth < _DEEPEST else []
            for name in names:
                if PurePosixPath(name).suffix.casefold() in EXTENSIONS:
                    path = f"{relative}/{name}" if relative else name
                    found.setdefault(name.casefold(), []).append(path)
        return found


def spellings(name: str) -> list[str]:
    """Return the file names a table's name may stand for, likeliest first.

    Examples
    --------
    >>> spellings("a.png")[:3], spellings("ISIC_1")[:2]
    (['a.png', 'a.jpg', 'a.jpeg'], ['ISIC_1', 'ISIC_1.jpg'])
    """
    stem, dot, ending = name.rpartition(".")
    base = stem if stem and dot + ending.casefold() in EXTENSIONS else name
    return [name, *(base + extension for extension in EXTENSIONS if base + extension != name)]


def locate(names: Sequence[str | None], root: Path, search: bool = True) -> ImageFiles:
    """Find the file of every row below a root, with one listing per folder.

    Parameters
    ----------
    names
        The image column; None where empty.
    root
        The folder the names are joined to.
    search
        Whether a bare name that is not in the root is looked for in the folders below.
    """
    base = str(Path(root).absolute())
    real = str(Path(root).resolve())
    listing = Listing(base)
    paths: list[Path] = []
    found: list[bool] = []
    refused: dict[int, str] = {}
    ambiguous: dict[int, int] = {}
    for row, name in enumerate(names):
        relative = (inside(name, base) or inside(name, real)) if name is not None else "."
        if relative is None:
            refused[row] = str(name)
            relative = "."
        file = None if relative == "." else listing.find(relative)
        if file is None and search and relative != "." and "/" not in relative:
            matches = listing.find_anywhere(relative)
            if len(matches) > 1:
                ambiguous[row] = len(matches)
            file = matches[0] if len(matches) == 1 else None
        found.append(file is not None)
        paths.append(Path(f"{base}/{file or relative}") if relative != "." else Path(base))
    return ImageFiles(Path(base), tuple(paths), tuple(found), refused, ambiguous)


def choose_root(names: Iterable[str | None], folder: Path) -> Path:
    """Return the table's folder, or ``images`` in it when the names are found there instead."""
    beside = folder / "images"
    if not beside.is_dir():
        return folder
    some = [name for name in names if name is not None][:100]
    here = sum(locate(some, folder, search=False).found)
    there = sum(locate(some, beside).found)
    return beside if there > here else folder
