"""Gaps: the extremes, an interval that covers although extremes were chosen, the worst group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from cutis.stats.estimate import Settings
from cutis.stats.fairness.gaps import measure_gap, simultaneous_interval, spread_of_extremes

NAMES = ["I", "II", "V"]
SIZES = np.array([50, 80, 30])


def gap_of(values, spread=0.03, better="high", sizes=SIZES, seed=0):
    values = np.asarray(values, dtype=float)
    noise = np.random.default_rng(seed).normal(0, spread, (1000, values.size))
    return measure_gap(NAMES[: values.size], values, values + noise, sizes, 160, Settings(), better)


def test_difference_and_ratio_of_the_extremes():
    gap = gap_of([0.6, 0.8, 0.5])
    assert gap.difference.value == pytest.approx(0.3)
    assert gap.ratio.value == pytest.approx(0.625)
    assert (gap.lowest, gap.highest, gap.worst) == ("V", "II", "V")
    assert gap.difference.low < 0.3 < gap.difference.high
    assert gap.ratio.low < 0.625 < gap.ratio.high
    assert gap.to_json()["difference"]["method"] == "bootstrap-simultaneous"


def test_worst_depends_on_what_is_good():
    assert gap_of([0.1, 0.3, 0.2], better="low").worst == "II"
    assert gap_of([-0.3, 0.2, 0.1], better="zero").worst == "I"
    chosen = gap_of([0.1, 0.3, 0.2], better="none")
    assert (chosen.worst, chosen.worst_share) == ("", {})
    assert chosen.to_json()["worst"] is None


def test_worst_share_counts_replicates_and_shares_ties():
    replicates = np.array([[0.5, 0.6, 0.7], [0.5, 0.5, 0.7], [np.nan, 0.6, 0.5], [0.1, 0.2, 0.3]])
    gap = measure_gap(NAMES, np.array([0.5, 0.6, 0.7]), replicates, SIZES, 9, Settings())
    assert gap.worst_share == pytest.approx({"I": 0.625, "II": 0.125, "V": 0.25})


def test_an_undefined_subgroup_takes_no_part():
    gap = gap_of([0.6, np.nan, 0.5])
    assert (gap.lowest, gap.highest) == ("V", "I")
    assert set(gap.worst_share) == {"I", "V"}


def test_one_subgroup_has_no_gap():
    gap = gap_of([0.6, np.nan, np.nan])
    record = gap.to_json()
    assert record["difference"]["value"] is None
    assert record["difference"]["note"] == "fewer than two subgroups have a value"
    assert record["lowest"] is None


def test_without_resampling_there_is_no_interval():
    gap = measure_gap(NAMES, np.array([0.6, 0.7, 0.8]), None, SIZES, 9, Settings())
    assert gap.difference.note == gap.ratio.note == "no interval was asked for"
    assert gap.worst_share == {}


def test_a_ratio_to_zero_has_no_interval_and_zero_to_zero_no_value():
    none_found = gap_of([0.0, 0.2, 0.4])
    assert none_found.ratio.value == 0.0
    assert none_found.ratio.to_json()["low"] is None
    assert gap_of([0.0, 0.0, 0.0], spread=0).ratio.note == "undefined: every value is 0"


def test_negative_values_have_no_ratio():
    gap = gap_of([-0.1, 0.1, 0.2], better="zero")
    assert np.isnan(gap.ratio.value)
    assert "may be negative" in gap.ratio.note


def test_perfect_in_every_replicate_is_not_certainty():
    # 12 of 12 and 15 of 15 right: no resample moves, yet a gap cannot be excluded.
    values, sizes = np.array([1.0, 1.0]), np.array([12, 15])
    gap = measure_gap(["V", "VI"], values, np.ones((500, 2)), sizes, 27, Settings())
    assert gap.difference.value == 0.0
    assert gap.difference.low == 0.0
    assert 0.1 < gap.difference.high < 0.35


def test_extremes_get_the_variance_of_two_more_of_each():
    found = spread_of_extremes(np.array([0.0, 1.0, 0.4]), np.array([10, 10, 10]))
    share = 2 / 14
    assert found == pytest.approx([share * (1 - share) / 14] * 2 + [0.0])


@pytest.mark.parametrize("truth", [(0.7, 0.7, 0.7), (0.6, 0.7, 0.85)])
def test_the_interval_covers(truth):
    # Binomial subgroups; their bootstrap is binomial too.
    rng = np.random.default_rng(1)
    sizes = np.array([60, 90, 40])
    trials = 300
    hit = 0
    for values in rng.binomial(sizes, truth, (trials, 3)) / sizes:
        replicates = rng.binomial(sizes, values, (300, 3)) / sizes
        low, high = simultaneous_interval(values, replicates, 0.9)
        hit += low - 1e-9 <= max(truth) - min(truth) <= high + 1e-9
    assert hit >= binom.ppf(0.001, trials, 0.9)


def test_percentiles_of_the_gap_would_not_cover_equality():
    # Why the interval is not simply percentiles: they never reach 0.
    rng = np.random.default_rng(2)
    replicates = rng.binomial(50, 0.7, (1000, 3)) / 50
    spans = replicates.max(axis=1) - replicates.min(axis=1)
    assert np.quantile(spans, 0.025) > 0
    assert simultaneous_interval(np.full(3, 0.7), replicates).low == 0.0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.05, 0.95), min_size=2, max_size=3),
    st.permutations(range(3)),
    st.floats(-0.04, 0.04),
)
def test_names_order_and_a_common_shift_change_nothing(values, order, shift):
    values = np.array(values)
    replicates = values + np.random.default_rng(0).normal(0, 0.05, (200, values.size))
    order = [i for i in order if i < values.size]
    one = simultaneous_interval(values, replicates)
    other = simultaneous_interval(values[order] + shift, replicates[:, order] + shift)
    assert other == pytest.approx(one, abs=1e-9)
    assert one.low <= np.ptp(values) + 1e-9 <= one.high + 2e-9


def test_more_confidence_is_wider():
    values = np.array([0.5, 0.7])
    replicates = values + np.random.default_rng(0).normal(0, 0.05, (500, 2))
    narrow, wide = (simultaneous_interval(values, replicates, c) for c in (0.8, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_replicate_without_a_subgroup_is_left_out_of_its_pairs():
    values = np.array([0.5, 0.7])
    replicates = values + np.random.default_rng(0).normal(0, 0.05, (500, 2))
    holed = replicates.copy()
    holed[::5, 0] = np.nan
    kept = replicates[np.arange(500) % 5 > 0]
    assert simultaneous_interval(values, holed) == pytest.approx(
        simultaneous_interval(values, kept)
    )
