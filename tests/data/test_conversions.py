"""What a conversion says of its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cutis.data.conversions import RECORD, conversion_in, tables_of
from cutis.data.convert import convert_dataset
from tests.data.convert import fakes


@pytest.mark.parametrize("text", [None, "{", "[]", '{"format": "cutis.run/1"}'])
def test_folders_that_no_known_conversion_wrote(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / RECORD).write_text(text)
    assert conversion_in(tmp_path) is None


def test_the_table_of_a_real_conversion(tmp_path: Path) -> None:
    made = convert_dataset(fakes.ddi(tmp_path / "s"), tmp_path / "o", name="mine")
    record = conversion_in(tmp_path / "o")
    assert record == json.loads((tmp_path / "o" / RECORD).read_text())
    assert record is not None
    assert tables_of(record, ["a.csv", "mine.csv", "missing.csv"]) == [made.table.name]
    assert tables_of(record, ["missing.csv"]) == []


@pytest.mark.parametrize("identity", [None, [], {}, {"name": 3}])
def test_a_record_without_a_name_has_no_table(identity: object) -> None:
    assert tables_of({"identity": identity}, ["missing.csv", "a.csv"]) == []
