"""What lies in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.data.convert.source import ROW, TABLE, Source, split_in, walked
from cutis.errors import CutisError
from tests.data.convert import fakes


def test_files_are_listed_in_order_without_what_does_not_belong(tmp_path: Path) -> None:
    names = ["b/2.jpg", "a.csv", "b/.hidden.jpg", ".git/x.jpg", "__MACOSX/b/2.jpg", "B/1.PNG"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "b")
    source = Source(tmp_path)
    assert source.files == ("B/1.PNG", "a.csv", "b/2.jpg")
    assert source.images == ("B/1.PNG", "b/2.jpg")
    assert source.matching("*.JPG", "A.*") == ["a.csv", "b/2.jpg"]


def test_very_deep_folders_are_left(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdefghijkl")
    deep.mkdir(parents=True)
    (deep / "x.jpg").write_text("x")
    assert walked(tmp_path) == []


def test_one_file_of_a_folder(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        fakes.table(tmp_path / name, "x,y", [[1, 2]])
    alone, beside = Source(tmp_path / "a.csv", alone=True), Source(tmp_path / "a.csv")
    assert alone.files == ("a.csv",)
    assert alone.tables() == beside.tables() == ["a.csv"]
    assert beside.matching("b.*") == ["b.csv"]
    assert alone.matching("b.*") == []


def test_images_elsewhere(tmp_path: Path) -> None:
    fakes.put(tmp_path / "photos", ["x.png"])
    (tmp_path / "s").mkdir()
    assert Source(tmp_path / "s", images=tmp_path / "photos").images == ("x.png",)


def test_headers_are_read_whatever_the_encoding(tmp_path: Path) -> None:
    (tmp_path / "bom.csv").write_bytes("﻿Image ID;dx\n1;2\n".encode())
    (tmp_path / "wide.csv").write_bytes("Image ID,dx\n1,2\n".encode("utf-16"))
    (tmp_path / "tabs.tsv").write_bytes("image-id\tdy é\n".encode("latin-1"))
    (tmp_path / "empty.csv").write_bytes(b"")
    source = Source(tmp_path)
    assert source.header("bom.csv") == ("Image ID", "dx")
    assert source.header("empty.csv") == ()
    assert source.with_columns("image_id", "dx") == ["bom.csv", "wide.csv"]
    assert source.with_columns("image_id", "nothing|dx") == ["bom.csv", "wide.csv"]
    assert source.with_columns("image_id") == ["bom.csv", "tabs.tsv", "wide.csv"]


def test_rows_know_where_they_come_from(tmp_path: Path) -> None:
    fakes.table(tmp_path / "x_train.csv", "a", [["1"], ["2"]])
    fakes.table(tmp_path / "x_test.csv", "a", [["3"]])
    frame = Source(tmp_path).read_all(["x_train.csv", "x_test.csv"])
    assert frame["split"].tolist() == ["train", "train", "test"]
    assert frame[TABLE].tolist() == ["x_train.csv", "x_train.csv", "x_test.csv"]
    assert frame[ROW].tolist() == ["2", "3", "2"]


def test_a_split_column_is_left_alone(tmp_path: Path) -> None:
    fakes.table(tmp_path / "test.csv", "a,split", [["1", "train"]])
    assert Source(tmp_path).read_all(["test.csv"])["split"].tolist() == ["train"]


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("ISBI2016_ISIC_Part3_Test_GroundTruth.csv", "test"),
        ("ISIC-2017_Validation_Part3.csv", "val"),
        ("val.csv", "val"),
        ("Training", "train"),
        ("train/metadata.csv", None),
        ("retrained.csv", None),
        ("latest.csv", None),
        ("interval.csv", None),
    ],
)
def test_splits_in_names(name: str, split: str | None) -> None:
    assert split_in(name) == split


def test_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "HAM").mkdir()
    with pytest.raises(CutisError) as raised:
        Source(tmp_path / "HAN")
    assert raised.value.nearest == (str(tmp_path / "HAM"),)
    with pytest.raises(CutisError, match="There is no table in it"):
        Source(tmp_path / "HAM").require([], "x.csv", "X")
