"""The workbook of sessions: gaps, commas, and sheets that are not what they should be."""

from __future__ import annotations

import pytest

from cutis.clinical.readers.rs2a import read_rs2a
from cutis.errors import CutisError
from tests.clinical.readers.conftest import write_book

HEAD = ["ID", "score", "Job"]


def test_sessions_are_counted_for_each_reader(tmp_path):
    rows = [HEAD, ["p", "50,5", "GP"], ["q", "60", "GP"], ["p", "70", "GP"]]
    table = read_rs2a(write_book(tmp_path / "a.xlsx", {"humans": rows}))
    assert table["case"].tolist() == ["session 1", "session 1", "session 2"]
    assert table["score_percent"].tolist() == ["50.5", "60", "70"]


def test_rows_without_a_reader_are_no_sessions(tmp_path):
    rows = [HEAD, ["p", "50", "GP"], ["", "99", ""], [" ", "98", "GP"]]
    table = read_rs2a(write_book(tmp_path / "a.xlsx", {"Humans": rows}))
    assert table["score_percent"].tolist() == ["50"]


def test_short_rows_are_filled_with_nothing(tmp_path):
    table = read_rs2a(write_book(tmp_path / "a.xlsx", {"Humans": [HEAD, ["p", "50"]]}))
    assert table["experience"].tolist() == [""]


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"Humans": []}, r"no column ID, score, Job \(its columns: none\)"),
        ({"Humans": [["ID", "Job"]]}, r"no column score \(its columns: ID, Job\)"),
        ({"Baseline": [HEAD], "x": [HEAD]}, r"no sheet 'Humans' \(its sheets: Baseline, x\)"),
    ],
)
def test_other_workbooks_are_refused(tmp_path, sheets, said):
    with pytest.raises(CutisError, match=said):
        read_rs2a(write_book(tmp_path / "a.xlsx", sheets))
