"""The Dataset value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cutis.data import load_dataset
from cutis.data.dataset import Dataset, split_name
from cutis.errors import CutisError
from cutis.files import sha256_file
from tests.data.builders import write_csv


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    table = write_csv(
        tmp_path / "t.csv",
        """
        image,dx,lesion_id,split,age,sex
        a.jpg,nv,L1,training,40,m
        b.jpg,mel,L2,Validation,50,f
        c.jpg,nv,L1,train,,m
        d.jpg,,L3,test,60,
        """,
    )
    return load_dataset(table)


def test_select_by_mask_and_by_row_keeps_all_columns_together(data: Dataset) -> None:
    for rows in (np.array([False, True, False, True]), [1, 3], np.array([1, 3])):
        part = data.select(rows)
        assert len(part) == 2
        assert part.ids == ("b", "d")
        assert part.labels.tolist() == [data.classes.index("mel"), -1]
        assert part.groups is not None
        assert part.groups.tolist() == ["L2", "L3"]
        assert part.table["image"].tolist() == ["b.jpg", "d.jpg"]
        assert list(part.table.index) == list(part.metadata.index) == [0, 1]
        assert part.metadata["age"].tolist() == [50, 60]
        assert [p.name for p in part.image_paths] == ["b.jpg", "d.jpg"]
        assert part.classes == data.classes
        assert part.found.shape == (2,)


def test_select_keeps_the_order_asked_for(data: Dataset) -> None:
    assert data.select([3, 0]).ids == ("d", "a")
    assert len(data.select([])) == 0
    with pytest.raises(ValueError, match="mask of 2 values for 4 rows"):
        data.select([True, False])


def test_splits_go_by_their_common_names(data: Dataset) -> None:
    assert data.split("train").ids == ("a", "c")
    assert data.split("val").ids == data.split("validation").ids == ("b",)
    with pytest.raises(CutisError) as raised:
        data.split("tset")
    assert raised.value.nearest == ("test",)


def test_a_table_without_splits_says_so(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,dx\na.jpg,nv\nb.jpg,mel")
    with pytest.raises(CutisError, match="no split column"):
        load_dataset(table).split("test")


def test_counts_and_hash(data: Dataset) -> None:
    assert data.class_counts() == {"mel": 1, "nv": 2}
    assert data.table_sha256() == sha256_file(data.source)


def test_the_flags_name_the_images_only_when_needed(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "a b" / "t.csv", "image,dx\na.jpg,nv\nb.jpg,mel")
    assert load_dataset(table).arguments() == f"--data '{table}'"
    (tmp_path / "pix").mkdir()
    assert (
        load_dataset(table, tmp_path / "pix").arguments().endswith(f"--images {tmp_path / 'pix'}")
    )


@pytest.mark.parametrize(("word", "name"), [("dev", "val"), (" Test ", "test"), (None, "")])
def test_split_names(word: str | None, name: str) -> None:
    assert split_name(word) == name
