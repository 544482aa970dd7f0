"""Captions: which columns hold them, in which order, and which cells say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cutis.data.cells import texts

if TYPE_CHECKING:
    import pandas as pd

# The whole caption of an image; a table may hold it in several versions, and one is taken.
WHOLE = ("truncated_caption", "caption", "caption_en", "caption_zh_polish_en", "captions")
# Further captions of the same image, each saying something else.
FURTHER = ("ontology_caption", "visual_concept_caption")
_NUMBERED = re.compile(r"(?:sub_?)?caption_?(\d+)")
_SAYS_NOTHING = re.compile(
    r"\W*(none|no (caption|captions|text|description)( (available|given|provided))?"
    r"|no visual concepts?|no (definitive|definite) diagnosis|no matching attributes"
    r"|no [\w ]*information( (available|given|provided))?)\W*",
    re.IGNORECASE,
)


def asked_columns(given: str, columns: Sequence[str]) -> list[str]:
    """Return the columns that ``--caption-column`` names: one, or several joined by commas.

    Examples
    --------
    >>> asked_columns("caption_1, caption_2", ["caption_1", "caption_2"])
    ['caption_1', 'caption_2']
    >>> asked_columns("title, short", ["title, short"])
    ['title, short']
    """
    if given in columns:
        return [given]
    return [name.strip() for name in given.split(",") if name.strip()]


def further_columns(columns: Iterable[str], first: str | None) -> tuple[str, ...]:
    """Return the caption columns of a table in the order in which they are read.

    Parameters
    ----------
    columns
        All columns of the table.
    first
        The column of the whole caption, if there is one. The columns of the published training
        tables follow it: the ontology caption, the visual-concept caption, and the sub-captions by
        number.

    Examples
    --------
    >>> further_columns(["subcaption_10", "subcaption_2", "ontology_caption", "caption"], "caption")
    ('caption', 'ontology_caption', 'subcaption_2', 'subcaption_10')
    """
    names = {column: re.sub(r"[^a-z0-9]+", "_", column.casefold()).strip("_") for column in columns}
    found = [] if first is None else [first]
    found += [c for name in FURTHER for c, folded in names.items() if folded == name]
    numbered = [(int(m[1]), c) for c, text in names.items() if (m := _NUMBERED.fullmatch(text))]
    found += [column for _, column in sorted(numbered, key=lambda pair: pair[0])]
    return tuple(dict.fromkeys(found))


def says_something(text: str) -> bool:
    """Tell whether a cell is a caption and not a phrase that stands for its absence.

    Examples
    --------
    >>> says_something("A red plaque."), says_something("No visual concepts")
    (True, False)
    """
    return _SAYS_NOTHING.fullmatch(text) is None


def captions_of(table: pd.DataFrame, columns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return each row's captions in the order of the columns, without empty ones.

    A cell that is a list holds several captions. Empty cells, the word ``nan`` and phrases such as
    ``No visual concepts`` are no captions.
    """
    rows: list[list[str]] = [[] for _ in range(len(table))]
    for column in columns:
        known: dict[str, bool] = {}
        for row, cell in zip(rows, _cells(table[column]), strict=True):
            for text in cell:
                if known.setdefault(text, says_something(text)):
                    row.append(text)
    return tuple(tuple(row) for row in rows)


def holds_lists(column: pd.Series[Any]) -> bool:
    """Tell whether the cells of a column are lists rather than text."""
    return any(_is_list(cell) for cell in column.iloc[:100])


def _is_list(cell: Any) -> bool:
    return hasattr(cell, "__len__") and not isinstance(cell, str | bytes | Mapping)


def _cells(column: pd.Series[Any]) -> list[list[str]]:
    if not holds_lists(column):
        return [[] if text is None else [text] for text in texts(column)]
    cells = [list(cell) if _is_list(cell) else [cell] for cell in column]
    return [[text for text in texts(cell) if text is not None] for cell in cells]
