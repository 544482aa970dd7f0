"""Predictions and rows are matched by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.data import load_dataset
from cutis.errors import CutisError
from cutis.predictions import make_predictions
from cutis.tasks.audit.joining import judge

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
