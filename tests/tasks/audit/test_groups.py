"""Two groups by a column, and every way to ask for groups that are not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


class Rows(SimpleNamespace):
    """A table with the manner of a dataset."""

    def __len__(self) -> int:
        return len(self.table)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["x", "y", "z", None]), min_size=1, max_size=12), st.data())
def test_groups_are_those_counted_by_hand(values, data):
    frame = pd.DataFrame({"c": pd.Series(values, dtype=object)})
    dataset = Rows(
        table=frame, metadata=pd.DataFrame(index=frame.index), classes=(), labels=None,
        source=Path("t.csv"), name="t",
    )  # fmt: skip
    wanted = data.draw(st.lists(st.sampled_from("xyz"), min_size=1, unique=True))
    others = data.draw(st.none() | st.lists(st.sampled_from("xyz"), min_size=1, unique=True))
    in_a = {i for i, v in enumerate(values) if v in wanted}
    in_b = {i for i, v in enumerate(values)
            if (v is not None and v not in wanted if others is None else v in others)}  # fmt: skip
    known = set(wanted) | set(others or ()) <= set(values)
    asked = ("c", ",".join(wanted), None if others is None else ",".join(others))
    if not known or in_a & in_b or not in_b:
        with pytest.raises(CutisError):
            choose_groups(dataset, *asked)
        return
    found = choose_groups(dataset, *asked)
    assert set(found.rows[found.in_a].tolist()) == in_a
    assert set(found.rows[~found.in_a].tolist()) == in_b
    assert found.n_left_out == len(values) - len(in_a) - len(in_b)
    assert found.rows.tolist() == sorted(found.rows.tolist())


def test_a_long_list_of_values_is_cut(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("image,ward\n" + "".join(f"{i}.png,w{i:02d}\n" for i in range(20)))
    with pytest.raises(CutisError) as refused:
        choose_groups(load_dataset(path), "ward", "w99", None)
    assert "w11 (1) and 8 more." in str(refused.value)
    assert "w12" not in str(refused.value)


def test_a_column_without_any_value_has_none_to_offer(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("image,ward\n0.png,\n1.png, \n")
    with pytest.raises(CutisError, match=r"Values and their rows: none.*--a VALUE"):
        choose_groups(load_dataset(path), "ward", "x", None)


@pytest.mark.parametrize(("value", "text"), [(True, "True"), (3, "3"), (2.5, "2.5"), (" q ", "q")])
def test_values_are_compared_as_they_stand_in_the_table(tmp_path, value, text):
    path = tmp_path / "t.csv"
    pd.DataFrame({"image": ["0.png", "1.png"], "c": [value, None]}).to_csv(path, index=False)
    with pytest.raises(CutisError, match="Every row with a value in 'c' is in the group --a"):
        choose_groups(load_dataset(path), "c", text, None)
