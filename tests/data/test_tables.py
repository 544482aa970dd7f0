"""Reading and writing tables."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutis.data.tables import read_table, sniff_delimiter, text_encoding, write_table
from cutis.errors import CutisError

# Anything a cell may hold but control characters that no spreadsheet writes.
CELL = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\x85"),
    max_size=12,
)
HEADERS = st.lists(
    st.text("abcdefgh_äé ;,|", min_size=1, max_size=8).filter(str.strip),
    min_size=2,
    max_size=5,
    unique_by=str.strip,
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    header = [name.strip() for name in draw(HEADERS)]
    row = st.lists(CELL, min_size=len(header), max_size=len(header))
    return header, draw(st.lists(row, min_size=1, max_size=8))


def cells(frame: pd.DataFrame) -> list[list[str]]:
    return [["" if c is None or c != c else c for c in row] for row in frame.to_numpy().tolist()]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables(), form=st.sampled_from([",", "\t", ";", "parquet"]))
def test_what_is_written_is_read_back(
    scratch: Path, table: tuple[list[str], list[list[str]]], form: str
) -> None:
    header, rows = table
    if form == "parquet":
        path = scratch / "t.parquet"
        pd.DataFrame(rows, columns=header, dtype=object).to_parquet(path)
    else:
        path = scratch / ("t.tsv" if form == "\t" else "t.csv")
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter=form, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    frame = read_table(path).frame
    assert list(frame.columns) == header
    assert cells(frame) == rows


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables(), ending=st.sampled_from(["csv", "tsv", "parquet"]))
def test_our_own_tables_survive_a_round_trip(
    scratch: Path, table: tuple[list[str], list[list[str]]], ending: str
) -> None:
    header, rows = table
    path = scratch / f"own.{ending}"
    write_table(pd.DataFrame(rows, columns=header), path)
    frame = read_table(path).frame
    assert list(frame.columns) == header
    assert cells(frame) == rows


def test_a_cell_may_hold_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('image,note\na.jpg,"red, ""itchy""\nsince May"\nb.jpg,plain\n')
    frame = read_table(path).frame
    assert frame["note"].tolist() == ['red, "itchy"\nsince May', "plain"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiter_byte_order_mark_and_line_ends_are_found(
    tmp_path: Path, delimiter: str, newline: str, mark: str
) -> None:
    lines = [["image", "dx", "age"], ["a.jpg", "nv", "40,5"], ["b.jpg", "mel", "x;y"]]
    quoted = [[f'"{c}"' if {",", ";"} & set(c) else c for c in line] for line in lines]
    path = tmp_path / "t.csv"
    path.write_bytes((mark + newline.join(delimiter.join(q) for q in quoted)).encode())
    raw = read_table(path)
    assert raw.delimiter == delimiter
    assert list(raw.frame.columns) == lines[0]
    assert cells(raw.frame) == lines[1:]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("image;note\na;x, y, z\nb;p, q, r\n", ";"),
        ("image,note;more\na,1;2\n", ","),
        ("image\na,b\n", ","),
        ('image,"a;b;c"\nx,y\n', ","),
    ],
)
def test_the_header_decides_the_delimiter(text: str, delimiter: str) -> None:
    assert sniff_delimiter(text) == delimiter


@pytest.mark.parametrize(
    ("encoding", "noted"), [("cp1252", True), ("utf-16", False), ("utf-8", False)]
)
def test_other_encodings_are_read_and_noted(tmp_path: Path, encoding: str, noted: bool) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("image,site\na.jpg,Gesäß – links\n".encode(encoding))
    raw = read_table(path)
    assert raw.frame["site"].tolist() == ["Gesäß – links"]
    assert bool(raw.notes) is noted
    if noted:
        assert "cp1252" in raw.notes[0]


def test_bytes_that_windows_1252_lacks_are_latin_1(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"image,site\na.jpg,\x81\xe4\n")
    assert text_encoding(path) == "latin-1"
    assert read_table(path).frame["site"].tolist() == ["\x81ä"]


def test_a_delimiter_at_the_end_of_every_line_adds_no_column(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("image,label,\na.jpg,nv,\nb.jpg,mel,\n")
    assert list(read_table(path).frame.columns) == ["image", "label"]


def test_an_unnamed_column_with_values_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(",image\n0,a.jpg\n1,b.jpg\n")
    assert read_table(path).frame["column_1"].tolist() == ["0", "1"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.csv", b"", "empty"),
        ("t.csv", b" \n\n", "empty"),
        ("t.csv", b"\xff\xfe", "empty"),
        ("t.csv", b'image,label\n"a.jpg,1\nb.jpg,0\n', "broken"),
        ("t.csv", b"image,label\n", "empty"),
        ("t.csv", b"image,label\na.jpg,nv,extra\n", "expected 2 columns, got 3"),
        ("t.csv", b"image,label\na.jpg\n", "expected 2 columns, got 1"),
        ("t.csv", b"image,image\na,b\n", "more than one column named 'image'"),
        ("t.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "not a table"),
        ("t.parquet", b"PAR1 but not really", "not a table"),
        ("t.parquet", b"image,label\na,b\n", "not a table"),
        ("t.xlsx", b"PK\x03\x04", "not a table"),
    ],
)
def test_what_is_no_table_is_refused_in_one_paragraph(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CutisError) as raised:
        read_table(path)
    assert says in str(raised.value).casefold().replace(
        "not a table that can be read", "not a table"
    )
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.fix


def test_a_missing_table_is_answered_with_the_nearest_file(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text("image\na\n")
    with pytest.raises(CutisError) as raised:
        read_table(tmp_path / "metdata.csv")
    assert raised.value.nearest == (str(tmp_path / "metadata.csv"),)


def test_a_folder_is_answered_with_the_tables_in_it(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text("image\na\n")
    with pytest.raises(CutisError, match="is a folder") as raised:
        read_table(tmp_path)
    assert raised.value.nearest == (str(tmp_path / "metadata.csv"),)


def test_parquet_drops_the_index_pandas_adds(tmp_path: Path) -> None:
    frame = pd.DataFrame({"image": ["a", "b"]}, index=[5, 9])
    frame.to_parquet(tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet").frame
    assert list(read.columns) == ["image"]
    assert list(read.index) == [0, 1]


def test_another_ending_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(CutisError, match="cannot be written"):
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "t.xlsx")
    assert not list(tmp_path.iterdir())
