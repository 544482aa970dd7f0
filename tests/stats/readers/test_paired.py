"""Paired readers against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cutis.stats.readers.paired import compare_paired, spread


@pytest.fixture(scope="module")
def values() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    before = generator.normal(0.6, 0.1, 14)
    return before, before + generator.normal(0.05, 0.08, 14)


def test_equals_scipy(values):
    before, after = values
    found = compare_paired(before, after)
    t = stats.ttest_rel(after, before)
    assert found.p_t == pytest.approx(t.pvalue, rel=1e-9)
    low, high = t.confidence_interval()
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.p_wilcoxon == pytest.approx(stats.wilcoxon(after, before).pvalue)
    z = stats.norm.isf(found.p_wilcoxon / 2)
    assert found.effect_r == pytest.approx(z / 14**0.5)
    change = after - before
    assert found.cohen_dz == pytest.approx(change.mean() / change.std(ddof=1))
    assert (found.better, found.worse, found.same) == ((change > 0).sum(), (change < 0).sum(), 0)


def test_the_direction_of_the_effects(values):
    before, after = values
    up, down = compare_paired(before, after), compare_paired(after, before)
    assert up.difference == pytest.approx(-down.difference)
    assert up.effect_r == pytest.approx(-down.effect_r)
    assert up.rank_biserial == pytest.approx(-down.rank_biserial)
    all_up = compare_paired(before, before + np.linspace(0.01, 0.1, 14))
    assert all_up.rank_biserial == 1.0


def test_readers_that_did_not_change_leave_the_ranks():
    before = np.array([0.5, 0.6, 0.7, 0.8, 0.4, 0.3])
    after = before + np.array([0.1, 0.0, 0.2, 0.15, 0.0, -0.05])
    found = compare_paired(before, after)
    assert found.same == 2
    assert found.p_wilcoxon == pytest.approx(stats.wilcoxon([0.1, 0.2, 0.15, -0.05]).pvalue)


def test_readers_that_lack_a_value_are_left_out():
    nan = float("nan")
    found = compare_paired(np.array([0.5, nan, 0.6, 0.7]), np.array([0.6, 0.9, nan, 0.75]))
    assert found.n == 2
    assert found.before == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([0.5], [0.6], "a single reader"),
        ([0.5, 0.6, 0.7], [0.6, 0.7, 0.8], "changed by the same amount"),
        ([0.5, 0.6], [0.5, 0.6], "no reader changed"),
        ([float("nan")], [0.5], "no reader has both"),
        ([0.5, 0.6, 0.7], [0.6, 0.65, 0.8], "cannot fall below 0.25"),
    ],
)
def test_what_does_not_exist_is_said(before, after, said):
    found = compare_paired(np.array(before), np.array(after))
    assert said in found.note
    assert found.to_json()["p_t"] is None or "cannot fall" in said


def test_spread_equals_scipy():
    values = np.random.default_rng(1).normal(size=9)
    found = spread(values, 0.9)
    interval = stats.t.interval(0.9, 8, values.mean(), stats.sem(values))
    assert (found.low, found.high) == pytest.approx(interval)
    assert (found.median, found.lower_quartile) == pytest.approx(
        (np.median(values), np.quantile(values, 0.25))
    )
    assert spread(np.array([])).to_json() == {"n": 0} | dict.fromkeys(
        ["mean", "low", "high", "sd", "median", "lower_quartile", "upper_quartile"]
    )
    assert spread(np.array([1.0])).to_json()["low"] is None


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9))
def test_any_study_equals_scipy_and_its_own_mirror(seed, n):
    generator = np.random.default_rng(seed)
    before, after = generator.random((2, n)).round(2)
    order = generator.permutation(n)
    found = compare_paired(before, after)
    change = (after - before).round(12)
    moved = change[change != 0]
    assert (found.better, found.worse, found.same) == (
        (change > 0).sum(), (change < 0).sum(), (change == 0).sum(),
    )  # fmt: skip
    if moved.size:
        assert found.p_wilcoxon == pytest.approx(stats.wilcoxon(moved).pvalue)
    mixed = compare_paired(before[order], after[order])
    assert mixed.p_wilcoxon == pytest.approx(found.p_wilcoxon, nan_ok=True)
    assert mixed.p_t == pytest.approx(found.p_t, nan_ok=True)
    mirror = compare_paired(after, before)
    assert mirror.p_t == pytest.approx(found.p_t, nan_ok=True)
    assert mirror.low == pytest.approx(-found.high, nan_ok=True)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_few_readers_cannot_reach_a_small_signed_rank_p(n):
    found = compare_paired(np.zeros(n), np.arange(1, n + 1) / 10)
    assert found.p_wilcoxon == pytest.approx(2 * 0.5**n)
    assert f"cannot fall below {2 * 0.5**n:.3g}" in found.note
    assert compare_paired(np.zeros(6), np.arange(1, 7) / 10).note == ""


def test_rounding_is_no_change():
    found = compare_paired(np.array([0.1 + 0.2, 0.5]), np.array([0.3, 0.5]))
    assert (found.same, found.note.count("no reader changed")) == (2, 1)
    assert found.to_json()["low"] is None
