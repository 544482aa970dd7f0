"""Names to files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cutis.data.convert.masks import is_mask, masks_of
from cutis.data.convert.placing import copy_images, place, without_empty
from cutis.data.convert.source import Source
from cutis.errors import CutisError
from tests.data.convert import fakes


def frame(**columns: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype=object)


def test_names_become_paths_below_the_root(tmp_path: Path) -> None:
    fakes.put(tmp_path, ["a/x.jpg", "b/Y.PNG", "release/imgs/c/z.jpg"])
    names: list[str | None] = ["x", "b/y.png", "c/z", str(tmp_path / "a" / "x.jpg"), "c/none", None]
    placed = place(frame(image=names, id=[str(i) for i in range(6)]), tmp_path)
    assert placed.frame["image"].tolist() == [
        "a/x.jpg", "b/Y.PNG", "release/imgs/c/z.jpg", "a/x.jpg",
    ]  # fmt: skip
    assert placed.lost == (
        ("", "", "4", "c/none", "no such file"),
        ("", "", "5", "", "the source names no image"),
    )
    assert (placed.n_asked, placed.n_without_image, placed.n_without_second) == (6, 2, 0)


def test_a_second_view_that_is_gone_does_not_cost_the_row(tmp_path: Path) -> None:
    fakes.put(tmp_path, ["x.jpg", "y.jpg"])
    rows = frame(image=["x", "y"], clinical=["gone", "x"], mask=[None, "m"])
    placed = place(rows, tmp_path)
    assert placed.frame["clinical"].tolist() == [None, "x.jpg"]
    assert placed.n_without_second == 2
    assert [line[3] for line in placed.lost] == ["gone", "m"]
    assert list(without_empty(placed.frame).columns) == ["image", "clinical"]


def test_rows_may_stay_without_their_image(tmp_path: Path) -> None:
    placed = place(frame(image=["gone", None]), tmp_path, keep_missing=True)
    assert placed.frame["image"].tolist() == ["gone", None]
    assert placed.n_without_image == 2


def test_the_same_picture_in_two_folders_is_one(tmp_path: Path) -> None:
    fakes.put(tmp_path, ["b/x.jpg"])
    fakes.put(tmp_path, ["a/x.jpg"])
    assert place(frame(image=["x"]), tmp_path).frame["image"].tolist() == ["a/x.jpg"]
    (tmp_path / "a" / "x.jpg").write_bytes(b"other")
    assert place(frame(image=["x"]), tmp_path).lost[0][4] == "the name is in 2 folders"


@pytest.mark.parametrize("column", ["image", "mask"])
def test_names_that_lead_out(tmp_path: Path, column: str) -> None:
    rows = frame(image=["x"], **({} if column == "image" else {"mask": ["x"]}))
    rows[column] = ["../x"]
    with pytest.raises(CutisError, match=f"names the {column} '../x'"):
        place(rows, tmp_path)


def test_copies_are_made_once(tmp_path: Path) -> None:
    fakes.put(tmp_path / "s", ["a/x.jpg", "y.jpg"])
    rows = frame(image=["a/x.jpg", "y.jpg"], mask=["y.jpg", None])
    assert copy_images(rows, tmp_path / "s", tmp_path / "t") == 2
    assert copy_images(rows, tmp_path / "s", tmp_path / "t") == 0
    (tmp_path / "t" / "y.jpg").write_bytes(b"cut off")
    assert copy_images(rows, tmp_path / "s", tmp_path / "t") == 1
    assert fakes.bytes_below(tmp_path / "t") == fakes.bytes_below(tmp_path / "s")


def test_masks_by_ending_and_by_folder(tmp_path: Path) -> None:
    names = ["i/a.jpg", "i/b.jpg", "x/a_segmentation.png", "masks/b.png", "other/c.png"]
    fakes.put(tmp_path, names)
    assert [n for n in names if is_mask(n)] == names[2:4]
    found = masks_of(["a", "B", "c", None], Source(tmp_path))
    assert found == ["x/a_segmentation.png", "masks/b.png", None, None]
