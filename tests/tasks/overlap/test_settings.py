"""What may be asked for, and what is refused before anything begins."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.tasks.overlap.made import config


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("data", []),
        ("hash_distance", -1),
        ("hash_distance", 25),
        ("likeness", 1.0),
        ("likeness", -0.1),
        ("threshold", 0.0),
        ("threshold", 1.01),
        ("max_pairs", 0),
        ("pictures", -1),
        ("confidence", 0.5),
        ("confidence", 1.0),
        ("batch_size", 0),
        ("workers", 0),
        ("scope", "across"),
        ("device", "tpu"),
    ],
)
def test_settings_out_of_range_are_refused_by_name(field, value):
    with pytest.raises(ValidationError) as refused:
        config(**{field: value})
    assert {error["loc"][0] for error in refused.value.errors()} == {field}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hash_distance", 0),
        ("hash_distance", 24),
        ("likeness", 0),
        ("threshold", 1),
        ("pictures", 0),
    ],
)
def test_the_ends_of_the_ranges_are_allowed(field, value):
    assert getattr(config(**{field: value}), field) == value


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(ValidationError):
        config().threshold = 0.5
