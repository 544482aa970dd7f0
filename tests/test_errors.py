"""The paragraph a user reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.errors import CutisError, nearest_names


def test_a_bare_problem_is_the_whole_message():
    assert str(CutisError("The table is empty.")) == "The table is empty."


def test_parts_stand_in_the_order_a_reader_needs_them():
    error = CutisError(
        "Given X.", allowed="Allowed are A and B.", nearest=["A", "B"], fix="cutis models list"
    )
    assert str(error) == (
        "Given X. Allowed are A and B. Did you mean 'A' or 'B'? To fix it: cutis models list"
    )


def test_the_parts_stay_readable_by_programs():
    error = CutisError("Given X.", allowed="A.", nearest=["A"], fix="do this")
    assert (error.problem, error.allowed, error.nearest, error.fix) == (
        "Given X.",
        "A.",
        ("A",),
        "do this",
    )


def test_it_is_a_value_error_so_that_library_users_can_catch_it_without_knowing_us():
    with pytest.raises(ValueError, match="empty"):
        raise CutisError("The table is empty.")


@pytest.mark.parametrize(
    ("given_name", "names", "expected"),
    [
        ("melanom", ["nevus", "melanoma"], ("melanoma",)),
        ("MELANOMA", ["melanoma", "nevus"], ("melanoma",)),
        ("cutis_tiny", ["cutis-tiny", "monet"], ("cutis-tiny",)),
        ("Nevus", ["NEVUS"], ("NEVUS",)),
        ("zzz", ["melanoma", "nevus"], ()),
        ("x", [], ()),
    ],
)
def test_nearest_names(given_name: str, names: list[str], expected: tuple[str, ...]):
    assert nearest_names(given_name, names) == expected


def test_nearest_names_puts_the_closest_first_and_stops_at_the_count():
    names = ["melanoma in situ", "melanoma", "melanosis", "melasma"]
    assert nearest_names("melanoma", names)[0] == "melanoma"
    assert len(nearest_names("melanoma", names, count=2)) == 2


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=8))
def test_nearest_names_only_returns_names_it_was_given(name: str, names: list[str]):
    found = nearest_names(name, names)
    assert set(found) <= set(names)
    assert len(found) <= 3
