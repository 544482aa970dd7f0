"""Cells that hold lists and mappings."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.data.convert.literals import literal, mask, weights

PLAIN = st.recursive(
    st.integers(-5, 5) | st.text("ab'\"", max_size=3) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=8,
)


@settings(max_examples=40)
@given(PLAIN)
def test_python_and_json_come_back(value: object) -> None:
    assert literal(json.dumps(value)) == value
    assert literal(repr(value)) == value


@pytest.mark.parametrize(
    "cell",
    ["__import__('os').system('x')", "open('x')", "[1, 2", "a b", "", None, "  ", "[" * 5000,
     "(" * 3000 + ")" * 3000, "x" * 200_000, "1 + 1 if x else 2", "lambda: 1"],
)  # fmt: skip
def test_nothing_is_run(cell: str | None) -> None:
    assert literal(cell) is None


@settings(max_examples=40)
@given(st.lists(st.sampled_from([0, 1]), min_size=1, max_size=8))
def test_masks_in_all_spellings(values: list[int]) -> None:
    spellings = [json.dumps(values), repr(tuple(values)), repr([float(v) for v in values]),
                 repr([bool(v) for v in values])]  # fmt: skip
    for cell in spellings if len(values) > 1 else spellings[:1]:
        assert mask(cell, len(values)) == values
    assert mask(json.dumps(values), len(values) + 1) is None


@settings(max_examples=40)
@given(st.text(max_size=30))
def test_any_text_is_a_mask_or_none(cell: str) -> None:
    found = mask(cell, 3)
    assert found is None or (len(found) == 3 and set(found) <= {0, 1})


def test_masks_that_are_none() -> None:
    assert [mask(c, 2) for c in ("[1, 2]", "[1, 'a']", "[0.5, 1]", "{'a': 1}", "7", None)] == [
        None
    ] * 6


def test_weights() -> None:
    assert list(weights("{'b': 1, 'a': 1, 'c': 2}")) == ["c", "a", "b"]
    assert weights("{}") == weights("[1]") == weights(None) == {}
    assert weights("{'a': -1, 'b': 'x', 'c': 1e999}") == {}
