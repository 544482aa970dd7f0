"""A page of sections and blocks: what the report of an analysis is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cutis.report.scrub import scrub_text
from cutis.report.svg import Picture
from cutis.report.wording import decimal, interval

TEMPLATE = "document.html.j2"
MOST_COLUMNS = 9  # more do not fit the width of a printed page
SHEETS = ("style.css", "document.css", "print.css")


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text
        What is shown.
    value
        The number behind it, for programs that read the page; None for words.
    interval
        Bounds of the confidence interval, shown small below.
    picture
        A drawing instead of the text.
    strong
        Whether it stands out.
    """

    text: str = ""
    value: float | None = None
    interval: str = ""
    picture: Picture | None = None
    strong: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Running text; ``strong`` for the sentence a reader must not miss."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """Columns and rows; the first cell of a row is its heading.

    Attributes
    ----------
    columns
        Headings; a picture for a column of drawings (an axis).
    rows
        Cells, or plain text.
    caption
        What the table shows.
    note
        Small print below it.
    """

    columns: Sequence[str | Picture]
    rows: Sequence[Sequence[str | Cell]]
    caption: str = ""
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption."""

    picture: Picture
    caption: str = ""


@dataclass(frozen=True)
class Notes:
    """Remarks, one line each; ``warning`` sets them in a frame."""

    items: Sequence[str]
    warning: bool = False


@dataclass(frozen=True)
class Gallery:
    """Pictures of cases, each a data address with its alternative text and caption lines."""

    frames: Sequence[tuple[str, str, Sequence[str]]]
    caption: str = ""


Block = Paragraph | Table | Figure | Notes | Gallery


@dataclass(frozen=True)
class Section:
    """A part of the page: its anchor, title and blocks."""

    anchor: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A whole page.

    Attributes
    ----------
    kicker
        What kind of page it is, in a few words.
    title, sentence
        The heading, and what was found in one or two sentences.
    sections
        Its parts; how to reproduce it is added by itself.
    answers
        Where the numbers are in files, for the last section.
    """

    kicker: str
    title: str
    sentence: str
    sections: Sequence[Section]
    answers: str = "all results are in result.json"


def measure_cell(record: dict[str, Any] | None, places: int = 3, strong: bool = False) -> Cell:
    """Return the cell of a record ``{value, low, high}``; an undefined one shows a dash.

    Examples
    --------
    >>> measure_cell({"value": 0.61234, "low": 0.5, "high": 0.7}, 2).interval
    '0.50 to 0.70'
    >>> measure_cell({"value": None, "low": None, "high": None}).text
    '–'
    """
    record = record or {}
    value = record.get("value")
    return Cell(decimal(value, places), value, interval(record, places), strong=strong)


def fill_document(document: Document, reproduce: dict[str, Any], version: str) -> str:
    """Return the HTML of a document.

    Parameters
    ----------
    document
        The page.
    reproduce
        What the section on reproducing shows.
    version
        The version of cutis that made the run.
    """
    from cutis.report.build import fill

    contents = [(section.anchor, section.title) for section in document.sections]
    contents.append(("reproduce", "How to reproduce"))
    overview = {
        "kicker": document.kicker,
        "title": scrub_text(document.title),
        "sentence": scrub_text(document.sentence),
    }
    parts = {
        "overview": overview,
        "blocks": {
            s.anchor: [shown_block(part) for block in s.blocks for part in in_width(block)]
            for s in document.sections
        },
        "reproduce": reproduce | {"answers": document.answers},
        "prompts": None,
        "version": version,
    }
    return fill(TEMPLATE, SHEETS, contents, parts)


def without_pictures(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks whose galleries show no pictures, for pages that are passed on.

    Examples
    --------
    >>> without_pictures([Gallery([("data:image/png;base64,AA", "a case", ["L7"])])])[0].frames
    [('', 'a case', ['L7'])]
    """
    return [
        replace(block, frames=[("", alt, lines) for _, alt, lines in block.frames])
        if isinstance(block, Gallery)
        else block
        for block in blocks
    ]


def in_width(block: Block) -> list[Block]:
    """Return a table of many columns as several that fit a page, other blocks as they are.

    Examples
    --------
    >>> wide = Table([str(i) for i in range(11)], [[str(i) for i in range(11)]], "Values")
    >>> [(table.caption, len(table.columns)) for table in in_width(wide)]
    [('Values', 6), ('Values, continued', 6)]
    """
    if not isinstance(block, Table) or len(block.columns) <= MOST_COLUMNS:
        return [block]
    rest = len(block.columns) - 1
    parts = -(-rest // (MOST_COLUMNS - 1))
    width = -(-rest // parts)
    starts = range(1, rest + 1, width)
    return [
        Table(
            [block.columns[0], *block.columns[start : start + width]],
            [[row[0], *row[start : start + width]] for row in block.rows],
            block.caption if start == 1 else f"{block.caption}, continued" if block.caption else "",
            block.note if start == starts[-1] else "",
        )
        for start in starts
    ]


def shown_block(block: Block) -> dict[str, Any]:
    """Return what the template shows of a block."""
    kind = type(block).__name__.casefold()
    if isinstance(block, Table):
        return {
            "kind": kind,
            "caption": block.caption,
            "note": block.note,
            "columns": [_heading(column) for column in block.columns],
            "rows": [[_cell(cell) for cell in row] for row in block.rows],
        }
    if isinstance(block, Figure):
        return {"kind": kind, "svg": block.picture.inline(), "caption": block.caption}
    return {"kind": kind, "block": block}


def _heading(column: str | Picture) -> dict[str, str]:
    if isinstance(column, Picture):
        return {"text": "", "svg": column.inline()}
    return {"text": column, "svg": ""}


def _cell(cell: str | Cell) -> dict[str, Any]:
    if isinstance(cell, str):
        cell = Cell(cell)
    return {
        "text": cell.text,
        "value": cell.value,
        "interval": cell.interval,
        "svg": cell.picture.inline() if cell.picture else "",
        "strong": cell.strong,
    }
