"""The dataset: one table of images with its roles, classes, groups and files."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cutis.data.captions import captions_of
from cutis.errors import CutisError, nearest_names
from cutis.files import sha256_file

if TYPE_CHECKING:
    import pandas as pd

    from cutis.data.cards import DatasetCard


@dataclass(frozen=True)
class Dataset:
    """A table of n images, understood.

    Attributes
    ----------
    name
        The card's name, or the table's.
    table
        All columns as read, n rows; text wherever a number would lose something.
    roles
        Role to column.
    card
        Found, given, or derived from the table; always carries the classes.
    source, root
        The table's file; the folder the image names are joined to.
    ids
        n unique row names.
    image_paths
        n absolute paths; a file may not exist, see ``found``.
    found
        Whether each image file was there when the table was read, bool (n,).
    classes
        Display names in label order; empty without a label column.
    labels
        Class number of each row, int64 (n,), -1 where there is none.
    groups
        The patient or lesion of each row, str (n,), or None without such a column. A row without
        a value is a group of its own.
    splits
        ``train``, ``val``, ``test`` or the table's own word, str (n,), '' where empty; or None.
    metadata
        The subgroup columns present among age (float), sex, site, skin_tone, modality (str).
    notes
        What had to be decided while reading, as sentences.
    caption_columns
        The columns that hold captions, the whole caption first; see :meth:`captions`.
    card_given
        The card's name or file if it was asked for, else empty: the table finds it by itself.
    """

    name: str
    table: pd.DataFrame
    roles: dict[str, str]
    card: DatasetCard
    source: Path
    root: Path
    ids: tuple[str, ...]
    image_paths: tuple[Path, ...]
    found: np.ndarray
    classes: tuple[str, ...]
    labels: np.ndarray
    groups: np.ndarray | None
    splits: np.ndarray | None
    metadata: pd.DataFrame
    notes: tuple[str, ...] = ()
    caption_columns: tuple[str, ...] = ()
    card_given: str = ""

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, rows: np.ndarray | list[int] | list[bool]) -> Dataset:
        """Return the rows of a mask or of row numbers, in that order.

        Raises
        ------
        ValueError
            If a mask has another length than the dataset.
        """
        index = np.asarray(rows)
        if index.dtype == bool:
            if len(index) != len(self):
                raise ValueError(f"a mask of {len(index)} values for {len(self)} rows")
            index = np.flatnonzero(index)
        index = index.astype(np.int64)
        return replace(
            self,
            table=self.table.iloc[index].reset_index(drop=True),
            ids=tuple(self.ids[i] for i in index),
            image_paths=tuple(self.image_paths[i] for i in index),
            found=self.found[index],
            labels=self.labels[index],
            groups=None if self.groups is None else self.groups[index],
            splits=None if self.splits is None else self.splits[index],
            metadata=self.metadata.iloc[index].reset_index(drop=True),
        )

    def split(self, name: str) -> Dataset:
        """Return the rows of one split.

        Raises
        ------
        CutisError
            If the table has no split column or no such split.
        """
        if self.splits is None:
            raise CutisError(
                f"The table {self.source.name} has no split column.",
                fix="cutis data split --data TABLE -o NEW, or give --split-column",
            )
        wanted = split_name(name)
        if not (self.splits == wanted).any():
            known = sorted(set(self.splits.tolist()) - {""})
            raise CutisError(
                f"The table {self.source.name} has no split '{name}'.",
                allowed=f"Its splits: {', '.join(known)}.",
                nearest=nearest_names(name, known),
            )
        return self.select(self.splits == wanted)

    def captions(self) -> tuple[tuple[str, ...], ...]:
        """Return the captions of each row, in the order of ``caption_columns``; n tuples.

        The tuple of a row without a caption is empty. Empty cells, the word ``nan`` and phrases
        that stand for nothing (``No visual concepts``) are no captions; texts are not altered.
        """
        return captions_of(self.table, self.caption_columns)

    def table_sha256(self) -> str:
        """Return the SHA-256 of the table file's bytes."""
        return sha256_file(self.source)

    def images_argument(self) -> str:
        """Return the ``--images`` flag this table needs, with a blank before it, or nothing."""
        folder = self.source.absolute().parent
        if self.root in (folder, folder / "images"):
            return ""
        return f" --images {shlex.quote(str(self.root))}"

    def arguments(self) -> str:
        """Return the flags that name this table, its images and its card on the command line."""
        card = f" --card {shlex.quote(self.card_given)}" if self.card_given else ""
        return f"--data {shlex.quote(str(self.source))}{self.images_argument()}{card}"

    def class_counts(self) -> dict[str, int]:
        """Return the number of rows of each class, in label order."""
        counts = Counter(self.labels.tolist())
        return {name: counts.get(index, 0) for index, name in enumerate(self.classes)}


_SPLITS = {
    "training": "train",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "testing": "test",
}


def split_name(text: str | None) -> str:
    """Return the common name of a split.

    Examples
    --------
    >>> split_name("Validation"), split_name("TEST"), split_name("external")
    ('val', 'test', 'external')
    """
    if text is None:
        return ""
    word = text.strip().casefold()
    if word in ("train", "val", "test"):
        return word
    return _SPLITS.get(word, text.strip())


def split_order(name: str) -> tuple[int, str]:
    """Return a key that sorts train, val, test, then folds and other splits.

    Examples
    --------
    >>> sorted(["test", "10", "2", "train", "val"], key=split_order)
    ['train', 'val', 'test', '2', '10']
    """
    known = ("train", "val", "test")
    return (known.index(name), "") if name in known else (len(known) + len(name), name)
