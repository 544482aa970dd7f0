"""Pairs side by side: which are shown, and that a lost picture takes nothing else with it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cutis.tasks.overlap.gallery import GAP, SIDE, shown_pairs, write_gallery
from tests.tasks.overlap.made import bare_side, comparison, table_side


@pytest.fixture
def sides(tmp_path):
    for i, colour in enumerate(("red", "lime", "blue")):
        picture = Image.new("RGB", (300, 100) if i == 1 else (90, 90), colour)
        picture.save(tmp_path / f"{i}.jpg", exif=b"Exif\0\0Jane Roe", quality=95)
    (tmp_path / "3.jpg").write_bytes(b"broken")
    columns = {
        "image": [f"{i}.jpg" for i in range(5)],
        "label": ["nevus", "melanoma", None, "nevus", None],
        "split": ["train", "test", "train", None, None],
    }  # fmt: skip
    mine = table_side(tmp_path, "mine", columns)
    return mine, bare_side(["f0", "f1"], "features")


def colour(picture: Image.Image, x: int, y: int) -> str:
    return ["red", "lime", "blue"][int(np.argmax(picture.getpixel((x, y))))]


def test_two_pictures_stand_beside_each_other(sides, tmp_path):
    found = comparison(0, 0, [(0, 1)], cosine_p=[0.98], distance_p=[2])
    (shown,) = write_gallery(tmp_path / "thumbs", sides, [found], 5)
    assert shown == {
        "key": "pair-000", "dataset_a": "mine", "id_a": "0", "label_a": "nevus",
        "split_a": "train", "dataset_b": "mine", "id_b": "1", "label_b": "melanoma",
        "split_b": "test", "cosine": 0.98, "hash_distance": 2,
    }  # fmt: skip
    sheet = Image.open(tmp_path / "thumbs" / "pair-000.jpg")
    assert sheet.size == (2 * SIDE + GAP, SIDE)
    assert colour(sheet, SIDE // 2, SIDE // 2) == "red"
    assert colour(sheet, SIDE + GAP + 5, SIDE // 2) == "lime"
    # the second is three times as wide as high: white above and below, and between the two
    assert min(sheet.getpixel((SIDE + GAP + 5, 5))) > 240
    assert min(sheet.getpixel((SIDE + GAP // 2, SIDE // 2))) > 200


def test_pictures_leave_their_metadata_behind(sides, tmp_path):
    write_gallery(tmp_path / "thumbs", sides, [comparison(0, 0, [(0, 2)])], 5)
    assert b"Jane Roe" in (tmp_path / "0.jpg").read_bytes()
    assert b"Jane Roe" not in (tmp_path / "thumbs" / "pair-000.jpg").read_bytes()


def test_a_pair_without_a_picture_keeps_its_words_and_its_number(sides, tmp_path):
    pairs = [(0, 1), (0, 3), (2, 4), (1, 2)]  # row 3 is broken, row 4 is not there
    shown = write_gallery(tmp_path / "thumbs", sides, [comparison(0, 0, pairs)], 9)
    assert [one["id_b"] for one in shown] == ["1", "3", "4", "2"]
    files = json.loads((tmp_path / "thumbs" / "thumbs.json").read_text())
    assert files == {"pair-000": "pair-000.jpg", "pair-003": "pair-003.jpg"}
    assert sorted(p.name for p in (tmp_path / "thumbs").glob("*.jpg")) == sorted(files.values())


def test_a_folder_of_features_has_no_pictures(sides, tmp_path):
    found = comparison(0, 1, [(0, 1)], cosine_p=[np.nan], distance_p=[-1])
    (shown,) = write_gallery(tmp_path / "thumbs", sides, [found], 5)
    assert (shown["dataset_b"], shown["id_b"], shown["label_b"]) == ("features", "f1", "")
    assert shown["cosine"] is shown["hash_distance"] is None
    assert json.loads((tmp_path / "thumbs" / "thumbs.json").read_text()) == {}


def test_nothing_found_leaves_an_empty_list(sides, tmp_path):
    assert write_gallery(tmp_path / "thumbs", sides, [comparison(0, 0, [])], 5) == []
    assert (tmp_path / "thumbs" / "thumbs.json").exists()


@settings(max_examples=40)
@given(st.lists(st.integers(0, 9), max_size=4), st.integers(0, 9))
def test_no_pair_is_shown_twice_and_each_comparison_begins_with_the_surest(sizes, most):
    chosen = shown_pairs([comparison(0, 1, [(0, 0)] * n) for n in sizes], most)
    assert len(chosen) <= most
    assert len(set(chosen)) == len(chosen)
    assert all(0 <= place < sizes[number] for number, place in chosen)
    for number in {number for number, _ in chosen}:
        places = [place for i, place in chosen if i == number]
        assert places == sorted(places)
        assert places[0] == 0
    filled = sum(n > 0 for n in sizes)
    if filled <= most:
        assert {number for number, _ in chosen} == {i for i, n in enumerate(sizes) if n}
