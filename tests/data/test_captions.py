"""Captions: columns in order, and cells that say nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cutis.config import DataConfig
from cutis.data import load_dataset
from cutis.data.captions import captions_of, says_something
from cutis.errors import CutisError

MAKE_COLUMNS = (
    "filename,caption,truncated_caption,visual_concept_caption,ontology_caption,"
    + ",".join(f"subcaption_{i}" for i in range(1, 9))
)


def write(folder: Path, text: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_training_table_gives_whole_ontology_visual_then_sub_captions(tmp_path: Path) -> None:
    row = 'a.jpg,long,"cut, short",a plaque,psoriasis,one,two' + "," * 6
    data = load_dataset(write(tmp_path, f"{MAKE_COLUMNS}\n{row}\n"))
    assert data.caption_columns[:3] == (
        "truncated_caption",
        "ontology_caption",
        "visual_concept_caption",
    )
    assert data.caption_columns[-1] == "subcaption_8"
    assert len(data.caption_columns) == 11
    assert data.captions() == (("cut, short", "psoriasis", "a plaque", "one", "two"),)


@pytest.mark.parametrize(
    "nothing",
    ["", "nan", "NaN", "No visual concepts", "no age information", "No definitive diagnosis",
     "[No matching attributes]", "No caption available.", "none"],
)  # fmt: skip
def test_phrases_that_say_nothing_are_missing(tmp_path: Path, nothing: str) -> None:
    table = f"image,caption\na.jpg,{nothing}\nb.jpg,No scaling is seen on the arm.\n"
    data = load_dataset(write(tmp_path, table))
    assert data.captions() == ((), ("No scaling is seen on the arm.",))


def test_captions_follow_selected_rows(tmp_path: Path) -> None:
    data = load_dataset(write(tmp_path, "image,caption\na.jpg,x\nb.jpg,\nc.jpg,z\n"))
    assert data.select([2, 1]).captions() == (("z",), ())


def test_without_caption_column_every_row_is_empty(tmp_path: Path) -> None:
    data = load_dataset(write(tmp_path, "image,label\na.jpg,x\nb.jpg,y\n"))
    assert data.caption_columns == ()
    assert data.captions() == ((), ())
    assert "caption" not in data.roles


def test_only_sub_captions_are_enough(tmp_path: Path) -> None:
    data = load_dataset(write(tmp_path, "image,sub_caption_2,sub_caption_1\na.jpg,second,first\n"))
    assert data.roles["caption"] == "sub_caption_1"
    assert data.captions() == (("first", "second"),)


def test_one_column_by_hand_leaves_the_others_out(tmp_path: Path) -> None:
    table = write(tmp_path, "image,caption,ontology_caption,Words\na.jpg,x,y,z\n")
    assert load_dataset(table).captions() == (("x", "y"),)
    assert load_dataset(table, columns={"caption": "words"}).captions() == (("z",),)
    both = load_dataset(table, columns={"caption": "ontology_caption, Words"})
    assert both.caption_columns == ("ontology_caption", "Words")
    assert both.captions() == (("y", "z"),)


def test_flag_is_the_caption_role(tmp_path: Path) -> None:
    assert DataConfig(data=Path("t.csv"), caption_column="words").columns() == {"caption": "words"}


def test_wrong_caption_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    table = write(tmp_path, "image,caption,report\na.jpg,x,y\n")
    with pytest.raises(CutisError, match="no column 'reprt'") as caught:
        load_dataset(table, columns={"caption": "caption,reprt"})
    assert caught.value.nearest == ("report",)
    assert "--caption-column" in str(caught.value)


def test_lists_in_parquet_are_several_captions(tmp_path: Path) -> None:
    frame = pd.DataFrame({"image": ["a.jpg", "b.jpg"], "captions": [["x", "nan", "y"], []]})
    frame.to_parquet(tmp_path / "t.parquet")
    assert load_dataset(tmp_path / "t.parquet").captions() == (("x", "y"), ())


def test_number_like_captions_stay_text() -> None:
    frame = pd.DataFrame({"caption": ["7", "007"]})
    assert captions_of(frame, ["caption"]) == (("7",), ("007",))


def test_a_sentence_that_begins_with_no_is_a_caption() -> None:
    assert says_something("No information on the margin, but the centre is ulcerated")


def test_the_real_captions_are_all_there(shared: Path) -> None:
    data = load_dataset(shared / "data/ph2/metadata.csv")
    captions = data.captions()
    assert len(captions) == 200
    assert all(len(row) == 1 for row in captions)
