"""Predictions and rows are matched by name."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.data import load_dataset
from cutis.errors import CutisError
from cutis.predictions import make_predictions
from cutis.tasks.audit.joining import judge, match

SOURCE = Path("predictions.parquet")


@pytest.fixture
def dataset(tmp_path):
    table = pd.DataFrame(
        {
            "id": ["x", "y", "z"],
            "image": ["p/1.png", "p/2.png", "q/3.png"],
            "label": ["a", "b", "a"],
        }
    )
    table.to_csv(tmp_path / "table.csv", index=False)
    return load_dataset(tmp_path / "table.csv")


def predictions(ids, images, labels=(0, 1)):
    probs = np.array([[0.9, 0.1], [0.8, 0.2]])[: len(ids)]
    return make_predictions(
        ids=ids, images=images, probs_nc=probs, classes=("a", "b"), labels_n=np.array(labels)
    )


@pytest.mark.parametrize(
    ("ids", "images"),
    [
        (["z", "y"], ["elsewhere.png", "nowhere.png"]),
        (["1", "2"], ["q/3.png", "p/2.png"]),
        (["1", "2"], ["3.png", "2.png"]),
        (["1", "2"], ["3.jpg", "2.jpg"]),
    ],
)
def test_every_way_of_naming_an_image(dataset, ids, images):
    judged = judge(predictions(ids, images), dataset, SOURCE)
    assert judged.rows.tolist() == [2, 1]
    assert judged.correct_n.tolist() == [True, False]
    assert judged.label_n == ("a", "b")
    assert judged.predicted_n == ("a", "a")


def test_unlabelled_predictions_take_no_part(dataset):
    judged = judge(predictions(["x", "y"], ["", ""], labels=(0, -1)), dataset, SOURCE)
    assert (judged.rows.tolist(), judged.n_unlabelled) == ([0], 1)
    with pytest.raises(CutisError, match="None of the 2 predictions"):
        judge(predictions(["x", "y"], ["", ""], labels=(-1, -1)), dataset, SOURCE)


def test_an_image_that_is_not_in_the_table_is_named(dataset):
    with pytest.raises(CutisError, match=r"1 of the 2 images .* the first is 'w'"):
        judge(predictions(["x", "w"], ["5.png", "6.png"]), dataset, SOURCE)


@pytest.mark.parametrize(
    ("ids", "images", "first"),
    [
        (["x", "x"], ["p/1.png", "p/2.png"], None),  # the paths tell them apart
        (["x", "x"], ["u.png", "v.png"], "x"),
        (["1", "2"], ["p/1.png", "q/1.png"], "q/1.png"),
        (["1", "2"], ["p/3.jpg", "q/3.tif"], "1"),
    ],
)
def test_one_image_is_not_counted_twice(dataset, ids, images, first):
    given = predictions(ids, images)
    if first is None:
        assert judge(given, dataset, SOURCE).rows.tolist() == [0, 1]
        return
    with pytest.raises(CutisError, match=rf"more than once; the first is '({first})") as refused:
        judge(given, dataset, SOURCE)
    assert "id, path, file name, or name without extension" in str(refused.value)


def test_a_name_that_the_table_has_twice_tells_nothing(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("image,label\na/1.png,a\nb/1.png,b\nb/2.png,a\n")
    dataset = load_dataset(table)
    judged = judge(predictions(["?", "!"], ["b/1.png", "b/2.png"]), dataset, SOURCE)
    assert judged.rows.tolist() == [1, 2]
    with pytest.raises(CutisError, match=r"1 of the 2 images .* '1.png'"):
        judge(predictions(["?", "!"], ["1.png", "2.png"]), dataset, SOURCE)


def test_paths_of_another_system_are_paths(dataset):
    given = predictions(["1", "2"], ["q\\3.png", "p\\2.png"])
    assert judge(given, dataset, SOURCE).rows.tolist() == [2, 1]


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(6)), st.integers(1, 6))
def test_rows_follow_the_names_in_any_order(order, n):
    rows = order[:n]
    own = [f"deep/{i}.png" for i in range(6)]
    dataset = SimpleNamespace(
        ids=tuple("uvwxyz"), table={"image": own}, roles={"image": "image"}, source=Path("t.csv")
    )
    for ids, images in (
        (["uvwxyz"[i] for i in rows], [""] * n),
        (["?"] * n, [own[i] for i in rows]),
        (["?"] * n, [f"else/{i}.png" for i in rows]),
        (["?"] * n, [f"else/{i}.tiff" for i in rows]),
    ):
        assert match(ids, images, dataset, SOURCE).tolist() == rows
