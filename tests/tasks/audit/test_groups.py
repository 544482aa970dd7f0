"""Two groups by a column, and every way to ask for groups that are not there."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from cutis.data import load_dataset
from cutis.errors import CutisError
from cutis.tasks.audit.groups import choose_groups


@pytest.fixture
def dataset(tmp_path):
    table = pd.DataFrame(
        {
            "image": [f"{i}.png" for i in range(6)],
            "label": ["mel", "mel", "nv", "bcc", "nv", None],
            "sex": ["female", "male", "male", None, "female", "male"],
            "age": [25, 35, 55, 75, None, 80],
            "hospital": ["A", "B", "a, b", "A", None, "B"],
            "grade": [1.0, 2.0, None, 2.0, 1.0, 2.0],
        }
    )
    table.to_csv(tmp_path / "table.csv", index=False)
    return load_dataset(tmp_path / "table.csv")


def chosen(dataset, *asked):
    groups = choose_groups(dataset, *asked)
    return groups.rows[groups.in_a].tolist(), groups.rows[~groups.in_a].tolist()


def test_one_value_against_all_others(dataset):
    assert chosen(dataset, "label", "mel", None) == ([0, 1], [2, 3, 4])
    groups = choose_groups(dataset, "label", "mel", None)
    assert (groups.a, groups.b, groups.n_left_out) == ("mel", "all others", 1)


def test_several_values_and_case(dataset):
    assert chosen(dataset, "label", "MEL, bcc", "nv") == ([0, 1, 3], [2, 4])


def test_a_value_with_a_comma_is_one_value(dataset):
    assert chosen(dataset, "hospital", "a, b", "B") == ([2], [1, 5])
    assert chosen(dataset, "Hospital", "A", None) == ([0, 3], [1, 2, 5])


def test_harmonised_columns_and_numbers(dataset):
    assert chosen(dataset, "sex", "female", "male") == ([0, 4], [1, 2, 5])
    assert chosen(dataset, "age", "70 and over", "under 30") == ([3, 5], [0])
    assert chosen(dataset, "grade", "1", "2") == ([0, 4], [1, 3, 5])


def test_malignancy_is_what_the_card_says(dataset):
    with pytest.raises(CutisError, match="does not say which classes are malignant"):
        choose_groups(dataset, "malignancy", "malignant", "benign")
    card = dataset.card.model_copy(update={"malignant": ("MEL", "bcc")})
    told = replace(dataset, card=card)
    assert chosen(told, "malignancy", "malignant", "benign") == ([0, 1, 3], [2, 4])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("hospitals", "A", None), "no column 'hospitals'.*Did you mean 'hospital'"),
        (("label", "melanoma", None), "no row has 'melanoma' in 'label'"),
        (("label", "mel", "n v"), "--b n v: no row has 'n v'.*nv \\(2\\)"),
        (("label", "mel", "nv,mel"), "groups overlap"),
        (("label", "mel,nv,bcc", None), "nothing to compare it with"),
        (("label", "", None), "no row has ''"),
    ],
)
def test_mistakes_are_named(dataset, asked, message):
    with pytest.raises(CutisError, match=message):
        choose_groups(dataset, *asked)
