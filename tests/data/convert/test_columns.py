"""Official names to ours."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.data.convert.columns import ORDER, arranged, from_one_hot, ordered
from cutis.data.convert.joining import joined, richest
from cutis.data.convert.source import ROW, TABLE
from cutis.data.roles import find_roles
from cutis.errors import CutisError


def test_roles_first_then_the_rest_under_names_that_cannot_be_confused() -> None:
    frame = pd.DataFrame(
        {"Path": ["p"], "label": ["0"], "dx": [" nv "], "photo": ["a.jpg"], "note": ["n/a"],
         "junk": ["j"], TABLE: ["t.csv"], ROW: ["2"]}
    )  # fmt: skip
    made, notes = arranged(
        frame,
        {"image": ("PHOTO",), "label": ("dx", "label"), "sex": ("sex", "gender"), "id": ("photo",)},
        drop=("junk",),
    )
    assert list(made.columns) == ["image", "label", "id", "source_Path", "source_label", "note",
                                  TABLE, ROW]  # fmt: skip
    assert made.iloc[0].tolist() == ["a.jpg", "nv", "a.jpg", "p", "0", None, "t.csv", "2"]
    assert notes == ("The table says nothing of: sex.",)
    roles = find_roles(made.drop(columns=[TABLE, ROW]))
    assert (roles["image"], roles["label"]) == ("image", "label")


def test_a_required_role_without_a_column() -> None:
    frame = pd.DataFrame({"imag_id": ["a"], TABLE: ["t.csv"]})
    with pytest.raises(CutisError, match=r"t\.csv has no column for the image") as raised:
        arranged(frame, {"image": ("image_id",)})
    assert raised.value.nearest == ("imag_id",)
    assert "there are imag_id." in str(raised.value)


@settings(max_examples=40)
@given(st.permutations([*ORDER, "zebra", "apple"]))
def test_the_order_of_columns_does_not_depend_on_the_source(names: list[str]) -> None:
    made = ordered(pd.DataFrame(columns=names))
    others = [n for n in names if n not in ORDER]
    assert list(made.columns) == [*ORDER, *others]


@settings(max_examples=40)
@given(st.lists(st.integers(-1, 2), min_size=1, max_size=8))
def test_one_hot_comes_back(numbers: list[int]) -> None:
    names = ["a", "b", "c"]
    frame = pd.DataFrame({n: [str(float(i == k)) for i in numbers] for k, n in enumerate(names)})
    labels, notes = from_one_hot(frame, names)
    assert labels == [None if i < 0 else names[i] for i in numbers]
    assert notes == ()


def test_rows_with_several_classes_are_counted() -> None:
    frame = pd.DataFrame({"a": ["1", "True", "x"], "b": ["1", "0", ""]})
    assert from_one_hot(frame, ["a", "b"]) == (
        ["a", "a", None],
        ("1 rows have several classes set; the first was taken.",),
    )


def test_joining_keeps_rows_and_own_columns() -> None:
    left = pd.DataFrame({"image": ["x", "y", None, "x"], "age": ["1", "2", "3", "4"]})
    right = pd.DataFrame(
        {
            "Image": ["y", "x", "x"],
            "age": ["9", "9", "9"],
            "sex": ["f", "m", "late"],
            ROW: ["2"] * 3,
        }
    )
    made = joined(left, right, "image")
    assert list(made.columns) == ["image", "age", "sex"]
    assert made["sex"].tolist() == ["m", "f", None, "m"]
    assert made["age"].tolist() == ["1", "2", "3", "4"]


def test_the_table_with_most_columns() -> None:
    assert richest(["a", "b", "c"], {"a": 2, "b": 5, "c": 5}) == ["b"]
    assert richest([], {}) == []
