"""What a format is, and what reading one gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from cutis.data.convert.extracting import Extractor
    from cutis.data.convert.source import Source


@dataclass(frozen=True)
class About:
    """What is said of a dataset that has no bundled card.

    Attributes
    ----------
    title, modality, licence, notes
        As in a dataset card.
    """

    title: str = ""
    modality: str | None = None
    licence: str = "not stated"
    notes: str = ""


@dataclass(frozen=True)
class Converted:
    """The rows of a dataset under the names of our roles, before images are looked for.

    Attributes
    ----------
    frame
        n rows of text: role columns first, then everything else the source says of an image. The
        image columns (``image``, ``clinical``, ``dermoscopic``, ``mask``) hold names below the
        image folder, with or without extension. The columns ``__table`` and ``__row`` say where a
        row comes from and are not written.
    classes
        Class names in label order, where the layout has one; otherwise the order of the alphabet.
    notes
        What had to be decided or was not found, as sentences.
    about
        For the card, where cutis has none of that name.
    lost
        Rows that never made it into the frame: table, row, id, image, reason.
    files
        Further text files to write beside the table: name to content. Their names are among the
        ``files`` of the format.
    concepts
        Columns of 0 and 1 in which experts marked what is to be seen.
    card
        Name of the bundled card, where only the contents tell it.
    unit
        The column whose values the published number counts, where it does not count images.
    """

    frame: pd.DataFrame
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    about: About = field(default_factory=About)
    lost: tuple[tuple[str, str, str, str, str], ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    concepts: tuple[str, ...] = ()
    card: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Format:
    """One layout that can be converted.

    Attributes
    ----------
    name
        As given on the command line.
    expects
        The files and columns it looks for, as a sentence.
    makes
        What becomes of them, as a sentence.
    recognise
        Whether a source has this layout; looks at names and headers only.
    read
        Reads a layout whose images are files.
    extract
        Reads a container whose images have to be written out first.
    cards
        Names of the bundled cards that describe it, best first.
    generic
        Whether it only takes what no published layout claims.
    by_hand
        Never found by itself: another way to read a layout that another format finds.
    files
        Names of further text files it may write beside the table.
    private
        Whether names of its folders and files may tell who a patient is.
    """

    name: str
    expects: str
    makes: str
    recognise: Callable[[Source], bool]
    read: Callable[[Source], Converted] | None = None
    extract: Callable[[Source, Extractor], Converted] | None = None
    cards: tuple[str, ...] = ()
    generic: bool = False
    by_hand: bool = False
    files: tuple[str, ...] = ()
    private: bool = False
