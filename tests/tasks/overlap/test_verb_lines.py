"""What the terminal says of a search, in words that fit the number."""

from __future__ import annotations

import pytest

from cutis.tasks.overlap.summary import rate
from cutis.tasks.overlap.verb import _lines, share_text


def result(**changes) -> dict:
    record = {
        "a": "one", "b": "two", "within": False, "flagged_a": rate(3, 12, 0.95),
        "flagged_b": rate(2, 9, 0.95), "label_conflicts": 0, "zero_features": [0, 0],
        "across_splits": None, **changes,
    }  # fmt: skip
    sets = [{"name": "one", "n_rows": 12, "n_unreadable": 0}]
    return {"sets": sets, "confidence": 0.95, "comparisons": [record]}


def test_between_two_sets_both_directions_are_told():
    assert _lines(result()) == [
        "one: 3 of 12 pictures (25.0 %, 95 % CI 8.9 to 53.2) have a copy in two.",
        "two: 2 of 9 pictures (22.2 %, 95 % CI 6.3 to 54.7) have a copy in one.",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"flagged_a": rate(1, 12, 0.9)}, " has a copy in two."),
        ({"flagged_a": rate(0, 12, 0.9)}, " have a copy in two."),
        ({"flagged_a": rate(0, 0, 0.9)}, "one: no pictures have a copy in two."),
        ({"label_conflicts": 1}, "  1 pair bears different labels."),
        ({"label_conflicts": 1200}, "  1,200 pairs bear different labels."),
        ({"zero_features": [1, 0]}, "  1 feature is all zero and was compared with nothing."),
        ({"zero_features": [2, 3]}, "  5 features are all zero and were compared with nothing."),
        ({"within": True, "across_splits": 1}, "  1 pair lies in different splits: a leak."),
        ({"within": True, "across_splits": 4}, "  4 pairs lie in different splits: a leak."),
    ],
)
def test_one_is_not_several(changes, said):
    assert any(line.endswith(said) for line in _lines(result(**changes)))


@pytest.mark.parametrize("torn", [None, 0])
def test_without_splits_or_leaks_there_is_no_talk_of_them(torn):
    lines = _lines(result(within=True, across_splits=torn))
    assert len(lines) == 1
    assert lines[0].startswith("Within one: 3 of 12 pictures")


def test_pictures_that_could_not_be_read_are_told_first():
    given = result()
    given["sets"][0]["n_unreadable"] = 2
    assert _lines(given)[0].startswith("one: 2 of 12 pictures could not be read")


def test_the_level_is_that_of_the_settings():
    assert "90 % CI" in _lines(result() | {"confidence": 0.9})[0]
    assert share_text(rate(12, 12, 0.95), "x").startswith("12 of 12 pictures (100.0 %, x ")
