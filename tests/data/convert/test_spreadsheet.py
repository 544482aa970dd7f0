"""Workbooks."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from cutis.data.convert.spreadsheet import read_book, read_sheet
from cutis.errors import CutisError
from tests.data.convert import fakes

SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def test_gaps_numbers_and_shared_texts(tmp_path: Path) -> None:
    fakes.workbook(tmp_path / "x.xlsx", [["a", "", "c"], [], ["", 7, "a & b".replace("&", "and")]])
    assert read_sheet(tmp_path / "x.xlsx") == [["a", "", "c"], [], ["", "7", "a and b"]]


def test_texts_in_place_and_cells_without_a_place(tmp_path: Path) -> None:
    sheet = (
        f"<worksheet {SPACE}><sheetData><row><c t='inlineStr'><is><t>x </t><t>y</t></is></c>"
        "<c><v>1.5</v></c><c/><c r='AB1'><v>9</v></c></row></sheetData></worksheet>"
    )
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as book:
        book.writestr("xl/worksheets/sheet2.xml", "<no/>")
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    (row,) = read_sheet(tmp_path / "x.xlsx")
    assert row[:3] == ["x y", "1.5", ""]
    assert (len(row), row[27]) == (28, "9")


BROKEN = {
    "no sheet": {"a.txt": ""},
    "broken": {"xl/worksheets/sheet1.xml": "<worksheet"},
    "entities": {
        "xl/worksheets/sheet1.xml": "<!DOCTYPE x [<!ENTITY a 'aaa'>]><worksheet>&a;</worksheet>"
    },
    "a text that is not there": {
        "xl/worksheets/sheet1.xml": f"<worksheet {SPACE}><row><c t='s'><v>3</v></c></row>"
        "</worksheet>"
    },
    "a cell without letters": {
        "xl/worksheets/sheet1.xml": f"<worksheet {SPACE}><row><c r='1'/></row></worksheet>"
    },
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_workbook(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as book:
        for part, text in BROKEN[name].items():
            book.writestr(part, text)
    with pytest.raises(CutisError, match="is not an Excel workbook") as raised:
        read_sheet(tmp_path / "x.xlsx")
    assert raised.value.fix == "save its sheet as CSV beside it"


def test_a_file_that_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"nothing")
    with pytest.raises(CutisError):
        read_sheet(tmp_path / "x.xlsx")


def test_every_sheet_is_read_by_its_name(tmp_path):
    from tests.clinical.readers.conftest import write_book

    path = write_book(tmp_path / "b.xlsx", {"One": [["a", 1]], "Two": [["b"], [2.5]]})
    assert read_book(path) == {"One": [["a", "1"]], "Two": [["b"], ["2.5"]]}
