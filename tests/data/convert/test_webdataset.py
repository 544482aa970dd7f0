"""Tar shards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.data.convert import convert_dataset
from cutis.data.convert.webdataset import split_key
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import column, converted, written


def js(**content: object) -> bytes:
    return json.dumps(content).encode()


def test_shards(tmp_path: Path) -> None:
    source = tmp_path / "pairs"
    fakes.shard(
        source / "train-0000.tar",
        {
            "a/000.jpg": fakes.encoded(0, "JPEG"),
            "a/000.txt": b"A red plaque.\n",
            "a/000.cls": b"1",
            "a/001.json": js(dx="ignored?", age=7, where={"x": 1}),
            "a/001.png": fakes.encoded(1),
            "a/001.cls": b"0",
        },
    )
    fakes.shard(
        source / "val-0000.tar.gz",
        {
            "000.jpg": fakes.encoded(2),  # in truth a PNG
            "000.json": js(captions=["One.", "Two.", "Three."], mask=[1, 0, 1]),
            "001.txt": b"no image",
            "002.png": b"",
        },
    )
    outcome = converted(source, tmp_path / "out")
    assert outcome.format == "webdataset"
    one, two, three = written(tmp_path / "out" / "pairs.csv")
    assert (one["image"], one["id"]) == ("train-0000/a/000.jpg", "train-0000/a/000")
    assert (one["label"], one["caption"], one["split"]) == ("1", "A red plaque.", "train")
    assert (two["label"], two["age"], two["where"]) == ("0", "7", '{"x": 1}')
    assert (three["image"], three["split"]) == ("val-0000/000.png", "val")
    assert outcome.dataset.captions() == (("A red plaque.",), (), ("One.", "Three."))
    images = tmp_path / "out" / "images"
    assert (images / "train-0000/a/000.jpg").read_bytes() == fakes.encoded(0, "JPEG")
    assert [(row["id"], row["reason"]) for row in written(tmp_path / "out" / "missing.csv")] == [
        ("001", "no image among its members"),
        ("002", "no image data"),
    ]


def test_one_shard_keeps_its_keys_as_ids(tmp_path: Path) -> None:
    path = fakes.shard(tmp_path / "s" / "x.tar", {"k.png": fakes.encoded(0)})
    outcome = converted(path, tmp_path / "out")
    assert outcome.format == "webdataset"
    assert column(outcome.table, "id") == ["k"]
    assert outcome.table.name == "x.csv"


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "a/../../evil.png"])
def test_a_member_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    fakes.shard(tmp_path / "s" / "x.tar", {name: fakes.encoded(0)})
    with pytest.raises(CutisError, match="leads out of it"):
        convert_dataset(tmp_path / "s", tmp_path / "deep" / "out")
    assert not list(tmp_path.rglob("evil*"))


def test_links_are_passed_over(tmp_path: Path) -> None:
    members = {"a.png@": b"/etc/passwd", "a.txt": b"x", "b.png": fakes.encoded(0)}
    fakes.shard(tmp_path / "s" / "x.tar", members)
    converted(tmp_path / "s", tmp_path / "out")
    assert column(tmp_path / "out" / "s.csv", "id") == ["b"]


def test_a_truncated_shard(tmp_path: Path) -> None:
    path = fakes.shard(tmp_path / "s" / "x.tar", {f"{i}.png": fakes.encoded(i) for i in range(9)})
    whole = path.read_bytes()
    for length in (5300, 5120 + 512, 700):
        path.write_bytes(whole[:length])
        with pytest.raises(CutisError, match="can be read to its end"):
            convert_dataset(tmp_path / "s", tmp_path / "out")
        assert not (tmp_path / "out" / "s.csv").exists()
    path.write_bytes(whole)  # downloaded again: the same command continues
    assert len(convert_dataset(tmp_path / "s", tmp_path / "out").dataset) == 9


@pytest.mark.parametrize("text", [b"{", b"[1]"])
def test_json_that_is_no_mapping(tmp_path: Path, text: bytes) -> None:
    fakes.shard(tmp_path / "s" / "x.tar", {"a.json": text, "a.png": fakes.encoded(0)})
    with pytest.raises(CutisError, match=r"The JSON of a in x\.tar"):
        convert_dataset(tmp_path / "s", tmp_path / "out")


def test_shards_without_images(tmp_path: Path) -> None:
    fakes.shard(tmp_path / "s" / "x.tar", {"a.txt": b"x"})
    with pytest.raises(CutisError, match="no image that can be read"):
        convert_dataset(tmp_path / "s", tmp_path / "out")


def test_members_that_differ_only_in_case_do_not_overwrite_each_other(tmp_path: Path) -> None:
    fakes.shard(tmp_path / "s" / "x.tar", {"A.png": fakes.encoded(0), "a.png": fakes.encoded(1)})
    converted(tmp_path / "s", tmp_path / "out")
    assert column(tmp_path / "out" / "s.csv", "image") == ["x/A.png", "x/a-2.png"]


@given(
    st.text("ab/", max_size=6), st.text("cd", min_size=1, max_size=4), st.text("ef.", max_size=5)
)
def test_key_and_ending(folder: str, stem: str, ending: str) -> None:
    key, found = split_key(f"{folder}/{stem}.{ending}")
    assert (key, found) == (f"{folder}/{stem}", ending)
