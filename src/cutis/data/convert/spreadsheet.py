"""Sheets of an Excel workbook as rows of text; formulas, styles and dates are not read."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from cutis.errors import CutisError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LARGEST = 64 << 20  # of one part of the workbook, once unpacked


def read_sheet(path: Path) -> list[list[str]]:
    """Return the cells of the first sheet, row by row, empty cells as empty text.

    Raises
    ------
    CutisError
        If the file is no workbook, or an unreasonably large one.
    """
    try:
        with zipfile.ZipFile(path) as book:
            names = book.namelist()
            sheets = sorted(n for n in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n))
            shared = "xl/sharedStrings.xml"
            strings = _strings(_part(book, shared)) if shared in names else []
            return _rows(_part(book, sheets[0]), strings)
    except (zipfile.BadZipFile, ElementTree.ParseError, IndexError, KeyError, ValueError) as error:
        raise CutisError(
            f"{path} is not an Excel workbook that can be read ({error}).",
            fix="save its sheet as CSV beside it",
        ) from None


def read_book(path: Path) -> dict[str, list[list[str]]]:
    """Return the cells of every sheet by its name, in the order of the workbook.

    Raises
    ------
    CutisError
        If the file is missing, no workbook, or an unreasonably large one.
    """
    try:
        with zipfile.ZipFile(path) as book:
            shared = "xl/sharedStrings.xml"
            strings = _strings(_part(book, shared)) if shared in book.namelist() else []
            targets = {
                link.get("Id"): (link.get("Target") or "").removeprefix("/xl/")
                for link in _part(book, "xl/_rels/workbook.xml.rels")
            }
            return {
                sheet.get("name") or "": _rows(
                    _part(book, f"xl/{targets[sheet.get(_LINK)]}"), strings
                )
                for sheet in _part(book, "xl/workbook.xml").iter(f"{_MAIN}sheet")
            }
    except FileNotFoundError:
        raise CutisError(f"There is no workbook {path}.", fix="give the path of the file") from None
    except (zipfile.BadZipFile, ElementTree.ParseError, IndexError, KeyError, ValueError) as error:
        raise CutisError(
            f"{path} is not an Excel workbook that can be read ({error}).",
            fix="save its sheet as CSV",
        ) from None


def _part(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if book.getinfo(name).file_size > _LARGEST:
        raise ValueError(f"{name} is too large")
    data = book.read(name)
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:  # no workbook defines entities
        raise ValueError(f"{name} defines entities")
    return ElementTree.fromstring(data)


def _strings(root: ElementTree.Element) -> list[str]:
    return ["".join(t.text or "" for t in item.iter(f"{_MAIN}t")) for item in root]


def _rows(root: ElementTree.Element, strings: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in root.iter(f"{_MAIN}row"):
        cells: list[str] = []
        for cell in row.iter(f"{_MAIN}c"):
            place = _column(cell.get("r") or "") if cell.get("r") else len(cells)
            cells += [""] * (place - len(cells))
            cells.append(_value(cell, strings))
        rows.append(cells)
    return rows


def _column(reference: str) -> int:
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        raise ValueError(f"a cell is called '{reference}'")
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell: ElementTree.Element, strings: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(f"{_MAIN}t")).strip()
    value = cell.find(f"{_MAIN}v")
    text = (value.text or "") if value is not None else ""
    return (strings[int(text)] if cell.get("t") == "s" else text).strip()
