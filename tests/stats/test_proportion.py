"""Intervals of a proportion against statsmodels."""

from __future__ import annotations

import pytest
from statsmodels.stats.proportion import proportion_confint

from cutis.stats.proportion import check_confidence, exact_interval, wilson_interval

CASES = [
    (k, n, level)
    for n in (1, 2, 5, 8, 30, 461)
    for k in {0, 1, n // 2, n - 1, n}
    if 0 <= k <= n
    for level in (0.8, 0.95, 0.99)
]


@pytest.mark.parametrize(("k", "n", "level"), CASES)
@pytest.mark.parametrize(
    ("ours", "theirs"), [(wilson_interval, "wilson"), (exact_interval, "beta")]
)
def test_they_equal_statsmodels(ours, theirs, k, n, level):
    expected = proportion_confint(k, n, alpha=1 - level, method=theirs)
    assert ours(k, n, level) == pytest.approx(expected, abs=1e-9)


def test_perfect_results_keep_their_doubt():
    assert exact_interval(5, 5).low == pytest.approx(0.025 ** (1 / 5))
    assert exact_interval(0, 5).high == pytest.approx(1 - 0.025 ** (1 / 5))


@pytest.mark.parametrize("interval", [wilson_interval, exact_interval])
@pytest.mark.parametrize(("k", "n"), [(0, 0), (3, 2), (-1, 2)])
def test_what_is_no_proportion_is_refused(interval, k, n):
    with pytest.raises(ValueError, match="not a proportion"):
        interval(k, n)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_the_confidence_lies_between_zero_and_one(level):
    with pytest.raises(ValueError, match=r"for example 0\.95"):
        check_confidence(level)
    with pytest.raises(ValueError, match=r"for example 0\.95"):
        wilson_interval(1, 2, level)
