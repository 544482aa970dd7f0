"""Rows of a pair: never a test row, whole groups, and every refusal explained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.data import Dataset, load_dataset
from cutis.errors import CutisError
from cutis.tasks.pair_rows import choose_parts


@pytest.fixture
def table(tmp_path: Path):
    """Make a dataset of 60 rows, two per lesion, with any columns changed."""

    def make(**columns) -> Dataset:
        frame = pd.DataFrame({
            "image": [f"{i}.png" for i in range(60)],
            "label": ["melanoma", "nevus", "psoriasis"] * 20,
            "lesion_id": [f"L{i // 2}" for i in range(60)],
            "split": ["train"] * 40 + ["val"] * 8 + ["test"] * 12,
        })  # fmt: skip
        for name, values in columns.items():
            frame[name] = values
        frame = frame.drop(columns=[c for c in frame if columns.get(c, 0) is None])
        path = tmp_path / "table.csv"
        frame.to_csv(path, index=False)
        return load_dataset(path)

    return make


def test_the_splits_of_the_table_are_used(table):
    parts = choose_parts(table(), None, 0.2, 0)
    assert parts.train.tolist() == list(range(40))
    assert parts.val.tolist() == list(range(40, 48))
    assert parts.split == "train"
    assert "split 'val'" in parts.val_from


def test_without_a_split_val_whole_lesions_are_held_out(table):
    data = table(split=["train"] * 48 + ["test"] * 12)
    parts = choose_parts(data, "train", 0.25, 3)
    assert sorted([*parts.train, *parts.val]) == list(range(48))
    assert 8 <= len(parts.val) <= 16
    assert not set(data.groups[parts.train]) & set(data.groups[parts.val])
    assert set(data.labels[parts.val]) == {0, 1, 2}
    assert "by lesion_id" in parts.val_from
    np.testing.assert_array_equal(parts.rows(), np.arange(48))


def test_the_choice_hangs_on_the_seed_alone(table):
    data = table(split=None)
    first, again, other = (choose_parts(data, "all", 0.3, seed).val.tolist() for seed in (0, 0, 1))
    assert first == again != other


def test_every_row_of_a_table_without_splits_only_when_asked(table):
    data = table(split=None)
    with pytest.raises(CutisError, match=r"no split column.*none would be left.*--split all"):
        choose_parts(data, None, 0.2, 0)
    parts = choose_parts(data, "all", 0.2, 0)
    assert len(parts.train) + len(parts.val) == 60


@pytest.mark.parametrize("split", ["test", "all", "TESTING"])
def test_test_rows_are_never_trained_on(table, split: str):
    with pytest.raises(CutisError, match=r"would train on the test rows.*--split train"):
        choose_parts(table(), split, 0.2, 0)


def test_all_is_allowed_where_nothing_is_called_test(table):
    parts = choose_parts(table(split=["a"] * 30 + ["b"] * 30), "all", 0.2, 0)
    assert len(parts.rows()) == 60


@pytest.mark.parametrize(
    ("columns", "split", "said"),
    [
        ({"split": ["a"] * 30 + ["test"] * 30}, None, "no split 'train'.*--split a"),
        ({}, "tarin", "no split 'tarin'.*Its splits are test, train, val"),
        ({"split": None}, "train", "has no split column"),
        ({"split": ["test"] * 60}, None, "no split 'train'"),
        ({"split": ["train"] * 41 + ["test"] * 19}, None,
         "1 groups of 'lesion_id' are in 'train' and in other splits.*L20, also in 'test'"),
        ({"lesion_id": "L0", "split": None}, "all", "60 rows in 1 groups are too few"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_explained(table, columns, split, said: str):
    with pytest.raises(CutisError, match=said):
        choose_parts(table(**columns), split, 0.2, 0)


def test_as_many_classes_as_rows_are_held_out_all_the_same(table):
    parts = choose_parts(table(label=[f"kind {i}" for i in range(60)]), None, 0.25, 0)
    assert len(parts.val) == 8, "the split 'val'"
    alone = table(label=[f"kind {i}" for i in range(60)], split=None)
    assert 10 <= len(choose_parts(alone, "all", 0.25, 0).val) <= 20


def test_val_itself_may_be_trained_on(table):
    parts = choose_parts(table(), "val", 0.3, 0)
    assert set(parts.rows()) == set(range(40, 48))
