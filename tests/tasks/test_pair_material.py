"""What is learned from and what chooses never mix, also when images could not be read."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cutis.data import Dataset, load_dataset
from cutis.errors import CutisError
from cutis.tasks.pair_material import divide, refuse_nothing_left
from cutis.tasks.pair_rows import Parts
from cutis.tasks.pair_texts import Texts

PARTS = Parts(np.array([0, 1, 4, 5, 6]), np.array([2, 3, 7]), "train", "three rows")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    columns = {"label": ["a", "b"] * 5, "lesion_id": [f"L{i}" for i in range(10)]}
    frame = pd.DataFrame({"image": [f"{i}.png" for i in range(10)]} | columns)
    frame.to_csv(tmp_path / "t.csv", index=False)
    return load_dataset(tmp_path / "t.csv")


def texts(labels: bool = True) -> Texts:
    of_row = tuple((i % 3,) if i != 4 else () for i in range(10))
    return Texts(
        classes=("a", "b") if labels else (),
        prompts=None,
        templates=None,
        class_texts_md=np.ones((2, 3), np.float32),
        captions=("x", "y", "z"),
        captions_md=np.eye(3, dtype=np.float32),
        captions_of_n=of_row,
    )


def features(lost: tuple[int, ...] = ()) -> SimpleNamespace:
    """Features whose only value is the row of the table they are of."""
    rows = PARTS.rows()
    kept = np.array([i for i in range(len(rows)) if i not in lost])
    return SimpleNamespace(rows=kept, values_nd=rows[kept][:, None].astype(np.float32))


def test_every_row_goes_to_its_side_with_its_own_label_and_captions(dataset: Dataset):
    material, validation = divide(dataset, PARTS, texts(), features())
    assert material.images_nd[:, 0].tolist() == [0, 1, 4, 5, 6]
    assert material.labels_n.tolist() == [0, 1, 0, 1, 0]
    assert material.captions_of_n == [(0,), (1,), (), (2,), (0,)]
    assert validation.images_nd[:, 0].tolist() == [2, 3, 7]
    assert validation.labels_n.tolist() == [0, 1, 1]
    assert validation.captions_of_n == [(2,), (0,), (1,)]
    assert validation.groups_n.tolist() == ["L2", "L3", "L7"]


def test_unreadable_images_leave_the_others_in_place(dataset: Dataset):
    material, validation = divide(dataset, PARTS, texts(), features(lost=(0, 3)))
    assert material.images_nd[:, 0].tolist() == [1, 4, 5, 6]
    assert material.labels_n.tolist() == [1, 0, 1, 0]
    assert validation.images_nd[:, 0].tolist() == [2, 7]
    assert validation.labels_n.tolist() == [0, 1]


def test_without_labels_nothing_is_labelled(dataset: Dataset):
    material, validation = divide(dataset, PARTS, texts(labels=False), features())
    assert set(material.labels_n.tolist()) == set(validation.labels_n.tolist()) == {-1}
    assert dataset.labels.tolist() == [0, 1] * 5


def test_nothing_left_on_either_side_is_told(dataset: Dataset):
    whole = divide(dataset, PARTS, texts(), features())
    refuse_nothing_left(*whole, dataset, PARTS)
    blind = SimpleNamespace(has_labels=False, has_captions=False)
    with pytest.raises(CutisError, match="Too few of the 5 training images could be read"):
        refuse_nothing_left(blind, whole[1], dataset, PARTS)
    _, lost = divide(dataset, PARTS, texts(), features(lost=(2, 3)))
    with pytest.raises(CutisError, match=r"three rows, and they hold neither.*--val-share"):
        refuse_nothing_left(whole[0], lost, dataset, PARTS)
