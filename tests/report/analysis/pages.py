"""What tests of pages look at: tables, numbers, words and the finished HTML."""

from __future__ import annotations

from typing import Any

from cutis.report.document import Cell, Document, Figure, Notes, Paragraph, Table, fill_document
from tests.report.page import Page

REPRODUCE = {
    "command": "cutis x", "settings": [], "hashes": [], "versions": "", "host": "",
    "finished": "", "seconds": None, "speed": None, "format": "", "answers": "",
}  # fmt: skip


def blocks(page: Document, kind: type) -> list[Any]:
    return [block for section in page.sections for block in section.blocks if type(block) is kind]


def table(page: Document, caption: str) -> Table:
    (found,) = [t for t in blocks(page, Table) if t.caption.startswith(caption)]
    return found


def shown(found: Table) -> list[list[str]]:
    """Return the words of every cell."""
    return [[cell.text if isinstance(cell, Cell) else cell for cell in row] for row in found.rows]


def column(found: Table, name: str) -> dict[str, str | Cell]:
    place = list(found.columns).index(name)
    return {row[0].text if isinstance(row[0], Cell) else row[0]: row[place] for row in found.rows}


def words(page: Document) -> str:
    """Return everything that is said outside of tables."""
    parts = [page.title, page.sentence]
    for section in page.sections:
        parts.append(section.title)
        for block in section.blocks:
            if isinstance(block, Paragraph):
                parts.append(block.text)
            elif isinstance(block, Notes):
                parts += block.items
            elif isinstance(block, Figure):
                parts += [block.caption, block.picture.label]
            elif isinstance(block, Table):
                parts += [block.caption, block.note]
    return "\n".join(parts)


def is_regular(page: Document) -> bool:
    """Tell whether every row has a cell for every column."""
    return all(len(row) == len(t.columns) for t in blocks(page, Table) for row in t.rows)


def parsed(page: Document) -> tuple[str, Page]:
    html = fill_document(page, REPRODUCE, "1.0")
    return html, Page(html)
