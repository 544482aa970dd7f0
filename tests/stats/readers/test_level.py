"""The level of intervals and tests."""

from __future__ import annotations

import pytest

from cutis.stats.readers.level import alpha_of, percent


@pytest.mark.parametrize(
    ("confidence", "alpha", "text"),
    [(0.9, 0.1, "90%"), (0.95, 0.05, "95%"), (0.99, 0.01, "99%"), (0.999, 0.001, "99.9%")],
)
def test_tests_and_intervals_share_one_level(confidence, alpha, text):
    assert alpha_of(confidence) == alpha
    assert percent(confidence) == text
