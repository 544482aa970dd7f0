"""A clean table holds the bytes of the rows that stay, and nothing of the others."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.data import load_dataset
from cutis.errors import CutisError
from cutis.tasks.overlap.cleaning import Cleaning, choose_dropped, records, write_clean
from cutis.tasks.overlap.search import Comparison
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.sides import Side
from cutis.tasks.overlap.verb import data_overlap


def side_of(table: Path, name: str = "a") -> Side:
    dataset = load_dataset(table)
    return Side(name, table, dataset.ids, False, np.arange(len(dataset)), dataset)


def found(a: int, b: int, *pairs: tuple[int, int]) -> Comparison:
    rows = np.array(pairs, np.int64).reshape(-1, 2)
    nothing, none = np.full(len(rows), np.nan), np.zeros(0, np.int64)
    return Comparison(a, b, rows, nothing, nothing, nothing, np.zeros(0), (none, none))


@pytest.fixture
def table(tmp_path) -> Path:
    """Six rows of three patients, with everything a CSV file may hold."""
    path = tmp_path / "t.csv"
    lines = [
        b'image;label;patient_id;note\r\n',
        b'"0.png";nevus;P0;"two\nlines; and a semicolon"\r\n',
        b'1.png;melanoma;P0;\r\n',
        b'\r\n',
        b'2.png; nevus ;P1;007\r\n',
        'é3.png;nevus;P1;"a ""word"""\n'.encode(),
        b'4.png;melanoma;P2;1e-3\r\n',
        b'5.png;nevus;P2;last',
    ]  # fmt: skip
    path.write_bytes(b"".join(lines))
    return path


def cleaned(table: Path, *comparisons: Comparison, rows_only: bool = True) -> list[int]:
    return choose_dropped(side_of(table), 0, comparisons, rows_only).dropped.tolist()


def test_rows_with_a_copy_elsewhere_go_and_their_patients_with_them(table):
    assert cleaned(table, found(0, 1, (0, 9), (2, 8))) == [0, 2]
    assert cleaned(table, found(0, 1, (0, 9)), rows_only=False) == [0, 1]
    assert cleaned(table, found(1, 0, (9, 4))) == [4]
    assert cleaned(table, found(1, 2, (0, 4))) == []


def test_of_copies_within_the_table_one_stays(table):
    assert cleaned(table, found(0, 0, (0, 2), (2, 4))) == [2, 4]
    # two pictures of one patient are no copies too many
    assert cleaned(table, found(0, 0, (0, 1))) == []


def test_the_copy_in_the_test_split_stays(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("image,split\n0.png,train\n1.png,val\n2.png,test\n3.png,external\n")
    assert cleaned(path, found(0, 0, (0, 1), (1, 2))) == [0, 1]
    assert cleaned(path, found(0, 0, (1, 3))) == [3]


def test_every_byte_of_the_kept_rows_stays(table, tmp_path):
    cleaning = choose_dropped(side_of(table), 0, [found(0, 1, (1, 0), (4, 0))], True)
    write_clean(cleaning, tmp_path / "clean.csv")
    before = table.read_bytes()
    gone = (b"1.png;melanoma;P0;\r\n", b"4.png;melanoma;P2;1e-3\r\n", b"\r\n\r\n")
    expected = before.replace(gone[0], b"").replace(gone[1], b"")
    assert (tmp_path / "clean.csv").read_bytes() == expected.replace(b"\r\n\r\n", b"\r\n")
    assert len(load_dataset(tmp_path / "clean.csv")) == 4
    line = cleaning.line(Path("clean.csv"))
    assert "2 of 6 rows of a dropped (2 with a copy elsewhere, 0 repeated)" in line


def test_parquet_keeps_types_and_metadata(tmp_path):
    schema = pa.schema([("image", pa.string()), ("n", pa.int16())], metadata={"who": "me"})
    rows = [{"image": f"{i}.png", "n": i} for i in range(5)]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), tmp_path / "t.parquet")
    side = side_of(tmp_path / "t.parquet")
    write_clean(choose_dropped(side, 0, [found(0, 1, (3, 0))], True), tmp_path / "c.parquet")
    kept = pq.read_table(tmp_path / "c.parquet")
    assert kept["n"].to_pylist() == [0, 1, 2, 4]
    assert kept.schema.field("n").type == pa.int16()
    assert kept.schema.metadata[b"who"] == b"me"


def test_rows_that_cannot_be_told_apart_are_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("image,label\n0.png,a\n1.png,b\n".encode("utf-16"))
    cleaning = choose_dropped(side_of(path), 0, [found(0, 1, (0, 0))], True)
    with pytest.raises(CutisError, match="cannot be told apart byte for byte"):
        write_clean(cleaning, tmp_path / "clean.csv")


@settings(deadline=None)
@given(st.lists(st.lists(st.text('ab,"\n ;é', max_size=5), min_size=2, max_size=2), max_size=8))
def test_records_join_to_the_file(cells):
    frame = pd.DataFrame([["x", "y"], *cells], columns=["one", "two"])
    content = frame.to_csv(index=False).encode()
    assert b"".join(records(content)) == content
    assert len(list(records(content))) == len(frame) + 1


def test_the_clean_table_is_written_and_said(mine, bank, tmp_path):
    target = tmp_path / "clean.csv"
    settings = {"data": [mine], "against": [bank], "scope": "between", "drop": target}
    run = tmp_path / "run"
    result = data_overlap(OverlapConfig(output=run, drop_from=str(mine), **settings))
    lines = mine.read_bytes().splitlines(keepends=True)
    groups = pd.read_csv(mine)["patient_id"].tolist()
    gone = {i for i, group in enumerate(groups) if group in groups[:4]}
    assert target.read_bytes() == b"".join(
        [lines[0], *(line for i, line in enumerate(lines[1:]) if i not in gone)]
    )
    dropped = json.loads((run / "result.json").read_text())["dropped"]
    assert (dropped["n"], dropped["n_left"]) == (len(gone), 12 - len(gone))
    assert "What was dropped" in (run / "report.html").read_text()
    assert f"{len(gone)} of 12 rows" in result.render()
    target.unlink()  # the run is finished, its table is not there
    data_overlap(OverlapConfig(output=run, drop_from=str(mine), **settings))
    assert target.exists()


def refused(message: str, **settings) -> None:
    with pytest.raises(CutisError, match=message):
        data_overlap(OverlapConfig(**settings))


def test_what_cannot_be_dropped_is_refused_before_anything_is_computed(mine, bank, tmp_path):
    both = {"data": [mine, bank], "output": tmp_path / "run"}
    target = tmp_path / "clean.csv"
    refused("does not say which table", drop=target, **both)
    refused("go with --drop", drop_from="bank", **both)
    refused("is none of the tables", drop=target, drop_from="nothing", **both)
    refused("would overwrite", drop=mine, drop_from=str(mine), **both)
    refused("the same kind of file", drop=tmp_path / "c.tsv", drop_from=str(mine), **both)
    refused("leave --split out", drop=target, drop_from=str(mine), data=[mine], split="train",
            output=tmp_path / "run")  # fmt: skip
    assert not (tmp_path / "run").exists()


pairs_of = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=6)


@settings(max_examples=40, deadline=None)
@given(pairs_of, st.lists(st.integers(0, 7), max_size=3), st.booleans(), st.data())
def test_after_cleaning_no_copy_and_no_patient_of_one_is_left(within, elsewhere, rows_only, data):
    splits = data.draw(st.lists(st.sampled_from(["test", "val", "train"]), min_size=8, max_size=8))
    groups = data.draw(st.lists(st.sampled_from("pqrstu"), min_size=8, max_size=8))
    rows = SimpleNamespace(splits=splits, groups=np.array(groups, object))
    side = Side("a", Path("a"), tuple("01234567"), False, np.arange(8), rows)
    within = [pair for pair in within if pair[0] != pair[1]]
    made = choose_dropped(
        side, 0, [found(0, 0, *within), found(0, 1, *((i, 0) for i in elsewhere))], rows_only
    )
    gone, stays = set(made.dropped.tolist()), set(range(8)) - set(made.dropped.tolist())
    assert set(elsewhere) == set(made.copied.tolist())
    known = {groups[i] for i in elsewhere}
    if not rows_only:
        assert not any(groups[i] in known for i in stays)
    for i, j in within:
        torn = groups[i] != groups[j] or splits[i] != splits[j]
        assert not (torn and {i, j} <= stays)
    linked = {i for pair in within for i in pair} | set(elsewhere)
    allowed = linked | (set() if rows_only else {i for i in range(8) if groups[i] in known})
    assert gone <= allowed
    parts = [set(x.tolist()) for x in (made.copied, made.repeated, made.grouped)]
    assert sum(map(len, parts)) == len(gone)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_marks_of_every_system_stay(tmp_path, end, start, last):
    lines = [start + b"image,label", b"0.png,a", b'1.png,"b, ""c"""', b"2.png,a"]
    path = tmp_path / "t.csv"
    path.write_bytes(end.join(lines) + (end if last else b""))
    cleaning = choose_dropped(side_of(path), 0, [found(0, 1, (0, 0))], True)
    write_clean(cleaning, tmp_path / "clean.csv")
    kept = end.join([lines[0], *lines[2:]]) + (end if last else b"")
    assert (tmp_path / "clean.csv").read_bytes() == kept
    assert list(load_dataset(tmp_path / "clean.csv").table["image"]) == ["1.png", "2.png"]


def test_nothing_to_drop_copies_the_table(table, tmp_path):
    write_clean(choose_dropped(side_of(table), 0, [], False), tmp_path / "clean.csv")
    assert load_dataset(tmp_path / "clean.csv").ids == load_dataset(table).ids


def test_a_stray_quote_cannot_take_the_next_row_with_it(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b'image,note\n0.png,5" wide\n1.png,fine\n2.png,3" wide\n')
    cleaning = choose_dropped(side_of(path), 0, [found(0, 1, (0, 0))], True)
    with pytest.raises(CutisError, match="has 3 rows but 1 records") as refused:
        write_clean(cleaning, tmp_path / "clean.csv")
    assert "save it as CSV in UTF-8" in str(refused.value)
    assert not (tmp_path / "clean.csv").exists()


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (([0], [], []), "1 of 6 rows of a dropped (1 with a copy elsewhere, 0 repeated)."),
        (([0], [2], [1, 3]), "4 of 6 rows of a dropped (1 with a copy elsewhere, 1 repeated, 2 of "
                             "the same lesions or patients)."),
    ],
)  # fmt: skip
def test_what_went_is_said_by_its_reason(table, counts, said):
    arrays = [np.array(rows, np.int64) for rows in counts]
    assert Cleaning(side_of(table), *arrays).line(Path("c.csv")) == f"c.csv: {said}"


def test_a_split_is_dropped_from_only_as_a_whole_table(tmp_path, mine, bank):
    """Of --against a whole table is searched whatever --split is, so it may be cleaned."""
    run = tmp_path / "run"
    given = {"data": [mine], "against": [bank], "split": "train", "output": run, "dry_run": True}
    found = data_overlap(OverlapConfig(drop=tmp_path / "c.csv", drop_from=str(bank), **given))
    assert "Dry run" in found.render()
    refused("--drop writes a whole table", drop=tmp_path / "c.csv", drop_from=str(mine), **given)
