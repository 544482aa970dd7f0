"""The folder or file that is converted: what lies in it, and its tables."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from io import StringIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cutis.data.convert.frames import extended
from cutis.data.paths import EXTENSIONS
from cutis.data.roles import IMAGE_IDS, IMAGE_PATHS, folded
from cutis.data.tables import read_table, sniff_delimiter
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    import pandas as pd

DEEPEST = 8
TABLE, ROW = "__table", "__row"
_ROW_OF_FIRST = 2
_LEFT_BEHIND = frozenset({"__MACOSX", "__pycache__"})
_HEADER_BYTES = 1 << 16
_SPLITS = (("train", "train"), ("valid", "val"), ("val", "val"), ("test", "test"))


class Source:
    """A folder, or one file in its folder.

    Parameters
    ----------
    path
        What is converted.
    alone
        Whether only the file itself is looked at when ``path`` is a file, as when its format is
        to be found out.
    images
        The image folder, if it is not this one.

    Raises
    ------
    CutisError
        If there is no such folder or file.
    """

    def __init__(self, path: Path, alone: bool = False, images: Path | None = None) -> None:
        self.path = Path(path)
        if not self.path.exists():
            parent = self.path.parent
            beside = [p.name for p in parent.iterdir()] if parent.is_dir() else []
            close = nearest_names(self.path.name, beside)
            raise CutisError(
                f"There is no folder or file {path}.",
                nearest=[str(parent / name) for name in close],
                fix="give the folder the dataset was unpacked into",
            )
        self.file = None if self.path.is_dir() else self.path.name
        self.root = self.path if self.file is None else self.path.parent
        self.image_root = images or self.root
        self._alone = alone
        self._headers: dict[str, tuple[str, ...]] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Every file below the folder; see :func:`walked`."""
        if self._alone and self.file is not None:
            return (self.file,)
        return tuple(walked(self.root))

    @cached_property
    def images(self) -> tuple[str, ...]:
        """Every image file below the image folder, told by its ending."""
        files = self.files if self.image_root == self.root else tuple(walked(self.image_root))
        return tuple(f for f in files if PurePosixPath(f).suffix.casefold() in EXTENSIONS)

    def matching(self, *patterns: str) -> list[str]:
        """Return the files whose name (not path) matches one of the patterns, in any case.

        A file that was given itself comes alone if it matches.
        """

        def wanted(file: str) -> bool:
            name = file.rpartition("/")[2].casefold()
            return any(fnmatchcase(name, pattern.casefold()) for pattern in patterns)

        if self.file is not None and wanted(self.file):
            return [self.file]
        return [file for file in self.files if wanted(file)]

    def tables(self) -> list[str]:
        """Return the text tables, by their ending."""
        return self.matching("*.csv", "*.tsv", "*.tab")

    def header(self, file: str) -> tuple[str, ...]:
        """Return the column names of a text table without reading the rest of it."""
        if file not in self._headers:
            with (self.root / file).open("rb") as stream:
                head = stream.read(_HEADER_BYTES)
            text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig",
                               errors="replace")  # fmt: skip
            delimiter = (
                "\t" if file.casefold().endswith((".tsv", ".tab")) else sniff_delimiter(text)
            )
            row = next(csv.reader(StringIO(text, newline=""), delimiter=delimiter), [])
            self._headers[file] = tuple(name.strip() for name in row)
        return self._headers[file]

    def with_columns(self, *columns: str) -> list[str]:
        """Return the text tables that have all these columns (as :func:`~cutis.data.roles.folded`).

        ``a|b`` stands for either.
        """
        found = []
        for file in self.tables():
            have = {folded(name) for name in self.header(file)}
            if all(any(folded(c) in have for c in column.split("|")) for column in columns):
                found.append(file)
        return found

    def tables_of_images(self) -> list[str]:
        """Return the text tables with a column that names images."""
        return self.with_columns("|".join((*IMAGE_PATHS, *IMAGE_IDS)))

    def read(self, file: str) -> pd.DataFrame:
        """Return a table as text, with where each row comes from in ``__table`` and ``__row``."""
        frame = read_table(self.root / file).frame
        numbers = [str(i + _ROW_OF_FIRST) for i in range(len(frame))]
        return extended(frame, {TABLE: [file] * len(frame), ROW: numbers})

    def read_all(self, files: Sequence[str], split: bool = True) -> pd.DataFrame:
        """Return several tables one below the other, with ``split`` from their names if asked."""
        import pandas as pd

        frames = []
        for file in files:
            frame = self.read(file)
            if split and "split" not in {folded(c) for c in frame.columns}:
                frame = extended(frame, {"split": [split_in(file)] * len(frame)})
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def require(self, files: Sequence[str], what: str, layout: str) -> Sequence[str]:
        """Return the files, or say what is missing.

        Raises
        ------
        CutisError
            If the list is empty.
        """
        if files:
            return files
        seen = self.tables()[:5]
        raise CutisError(
            f"{self.path} has no {what}, which {layout} needs.",
            allowed=f"Tables in it: {', '.join(seen)}." if seen else "There is no table in it.",
            fix="give the folder that holds it, or another format ('cutis data convert --list')",
        )


def walked(root: Path) -> list[str]:
    """Return every file below a folder, relative with forward slashes, in order.

    Links to folders, hidden names and what archivers leave behind (``__MACOSX``) are passed over.
    """
    found: list[str] = []
    base = str(root)
    for folder, folders, names in os.walk(base, followlinks=False):
        relative = os.path.relpath(folder, base).replace(os.sep, "/")
        relative = "" if relative == "." else relative + "/"
        deep = relative.count("/") >= DEEPEST
        kept = (f for f in folders if not f.startswith(".") and f not in _LEFT_BEHIND)
        folders[:] = [] if deep else sorted(kept)
        found += [relative + name for name in names if not name.startswith(".")]
    return sorted(found)


def split_in(name: str) -> str | None:
    """Return the split that a file or folder name speaks of.

    Examples
    --------
    >>> split_in("ISIC_2019_Training_GroundTruth.csv"), split_in("x/valid_indexes.csv")
    ('train', 'val')
    >>> split_in("metadata.csv") is None
    True
    """
    last = name.rpartition("/")[2].casefold()
    for sign, split in _SPLITS:
        if re.search(rf"(^|[^a-z]){sign}(ing|ation)?([^a-z]|$)", last) or sign + "ing" in last:
            return split
    return None


def first_image_name(files: Iterable[str]) -> dict[str, str]:
    """Return the file of each stem in lower case, the first where several share one.

    Examples
    --------
    >>> first_image_name(["a/X.png", "b/x.jpg"])
    {'x': 'a/X.png'}
    """
    found: dict[str, str] = {}
    for file in files:
        found.setdefault(PurePosixPath(file).stem.casefold(), file)
    return found
