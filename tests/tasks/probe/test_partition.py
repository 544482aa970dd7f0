"""Rows to learn from, to choose by and to test on, and what may not leak between them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis.data import load_dataset
from cutis.errors import CutisError
from cutis.tasks.probe.partition import divide_rows


def change(table, edit) -> None:
    edit(pd.read_csv(table)).to_csv(table, index=False)


def test_the_splits_of_the_table(split_table, settings):
    dataset = load_dataset(split_table)
    found = divide_rows(dataset, settings())
    (turn,) = found.turns
    assert [len(turn.train), len(turn.val), len(turn.test)] == [24, 18, 18]
    assert set(dataset.splits[turn.train]) == {"train"}
    assert found.evaluated == "test"
    assert found.notes == ()


def test_rows_without_a_label_are_tested_and_never_learnt(split_table, settings):
    change(split_table, lambda t: t.assign(label=t["label"].where(t.index % 2 == 0)))
    (turn,) = divide_rows(load_dataset(split_table), settings()).turns
    assert [len(turn.train), len(turn.val), len(turn.test)] == [12, 9, 18]


def test_another_split_can_be_tested(split_table, settings):
    change(split_table, lambda t: t.assign(split=t["split"].replace("test", "clinic B")))
    found = divide_rows(load_dataset(split_table), settings(split="clinic B"))
    assert found.evaluated == "clinic B"
    assert len(found.tested) == 18


def test_folds_keep_lesions_whole_and_test_every_row_once(split_table, settings):
    dataset = load_dataset(split_table)
    found = divide_rows(dataset, settings(folds=4))
    assert found.tested.tolist() == list(range(60))
    for turn in found.turns:
        assert set(dataset.groups[turn.train]).isdisjoint(dataset.groups[turn.test])
        assert len(turn.val) == 0
        assert len(np.unique(dataset.labels[turn.test])) == 3
    assert "out of fold: 4 folds by 'lesion_id'" in found.notes[0]


def leak(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(lesion_id=table["lesion_id"].replace("L3", "L0").replace("L6", "L0"))


def test_a_lesion_on_both_sides_is_refused_or_said_loudly(split_table, settings):
    # L0 is in train, L3 in val, L6 in test
    change(split_table, leak)
    dataset = load_dataset(split_table)
    with pytest.raises(CutisError, match=r"L0.*both 'train' and 'test'.*--allow-shared-groups"):
        divide_rows(dataset, settings())
    notes = divide_rows(dataset, settings(allow_shared_groups=True)).notes
    assert [note.split()[0] for note in notes] == ["LEAKAGE:"] * 3
    assert "2 images of 'test'" in notes[0]


def test_without_groups_that_is_said(split_table, settings):
    change(split_table, lambda t: t.drop(columns="lesion_id"))
    (note,) = divide_rows(load_dataset(split_table), settings()).notes
    assert "No column names lesions or patients" in note


REFUSED = {
    "no splits": (lambda t: t.drop(columns="split"), {}, r"no split column.*cutis data split"),
    "no train": (lambda t: t.assign(split="test"), {}, "no split 'train'"),
    "no test": (lambda t: t.assign(split="train"), {}, "no split 'test'.*--folds 5"),
    "tested on train": (lambda t: t, {"split": "train"}, "learns from or chooses by"),
    "tested on val": (lambda t: t, {"split": "validation"}, "learns from or chooses by"),
    "unknown split": (lambda t: t, {"split": "tset"}, "no split 'tset'.*test, train, val"),
    "no labels": (lambda t: t.drop(columns="label"), {}, "learns from labels"),
    "too many folds": (lambda t: t, {"folds": 31}, "30 groups.*--folds 30"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_say_the_fix(split_table, settings, name):
    edit, more, said = REFUSED[name]
    change(split_table, edit)
    with pytest.raises(CutisError, match=said):
        divide_rows(load_dataset(split_table), settings(**more))


def test_one_lesion_in_two_splits_is_told_in_the_singular(split_table, settings):
    # L3 of val moves to L0 of train; test has neither
    change(split_table, lambda t: t.assign(lesion_id=t["lesion_id"].replace("L3", "L0")))
    dataset = load_dataset(split_table)
    said = r"1 value of 'lesion_id' \(such as L0\) is in both 'train' and 'val'"
    with pytest.raises(CutisError, match=said):
        divide_rows(dataset, settings())
    (note,) = divide_rows(dataset, settings(allow_shared_groups=True)).notes
    assert note.startswith("LEAKAGE: 1 value")
    assert "2 images of 'val'" in note


def test_rows_of_no_lesion_are_shared_with_nobody(split_table, settings):
    change(split_table, lambda t: t.assign(lesion_id=t["lesion_id"].where(t.index > 20)))
    assert divide_rows(load_dataset(split_table), settings()).notes == ()


def test_rows_without_a_label_leak_nothing(split_table, settings):
    # The lesion that is in train and test has no label in train: nothing was learnt of it.
    def edit(t):
        shared = t.assign(lesion_id=t["lesion_id"].replace("L6", "L0"))
        return shared.assign(
            label=shared["label"].where(~shared["image"].isin(["00.png", "01.png"]))
        )

    change(split_table, edit)
    (turn,) = divide_rows(load_dataset(split_table), settings()).turns
    assert len(turn.train) == 22


def test_rows_of_no_split_take_no_part(split_table, settings):
    change(split_table, lambda t: t.assign(split=t["split"].where(t.index >= 6)))
    (turn,) = divide_rows(load_dataset(split_table), settings()).turns
    assert [len(turn.train), len(turn.val), len(turn.test)] == [18, 18, 18]


def test_folds_are_those_of_the_seed(split_table, settings):
    dataset = load_dataset(split_table)
    one, again, other = (
        [turn.test.tolist() for turn in divide_rows(dataset, settings(folds=3, seed=s)).turns]
        for s in (0, 0, 1)
    )
    assert one == again != other


def test_folds_of_unlabelled_rows_are_answered_and_never_learnt(split_table, settings):
    change(split_table, lambda t: t.assign(label=t["label"].where(t.index % 3 > 0)))
    dataset = load_dataset(split_table)
    found = divide_rows(dataset, settings(folds=3))
    assert found.tested.tolist() == list(range(60))
    for turn in found.turns:
        assert (dataset.labels[turn.train] >= 0).all()
