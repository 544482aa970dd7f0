"""Which interval a number gets, and how its record reads."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import binom

from cutis.stats.estimate import Basis, Estimate, Settings, make_estimate, or_null
from cutis.stats.intervals import Chance

NAN = float("nan")
SPREAD = np.random.default_rng(0).normal(0.7, 0.05, 1000)
MANY = Basis(n=200, n_groups=100)


def test_the_usual_case_is_the_percentile_interval():
    estimate = make_estimate(0.7, SPREAD, None, MANY, Settings(grouping="lesion_id"))
    assert (estimate.low, estimate.high) == pytest.approx(np.percentile(SPREAD, [2.5, 97.5]))
    assert estimate.method == "bootstrap-percentile"
    assert estimate.grouping == "lesion_id"
    assert estimate.n == 200
    assert estimate.note == ""


def test_bca_is_recorded_as_such():
    settings = Settings(interval="bca")
    estimate = make_estimate(0.7, SPREAD, np.array([0.6, 0.7, 0.9]), MANY, settings)
    assert estimate.method == "bootstrap-bca"
    assert estimate.low != pytest.approx(np.percentile(SPREAD, 2.5), abs=1e-4)


def test_bca_that_does_not_exist_falls_back_and_says_so():
    settings = Settings(interval="bca")
    estimate = make_estimate(0.0, SPREAD, np.array([0.6, 0.7]), MANY, settings)
    assert estimate.method == "bootstrap-percentile"


@pytest.mark.parametrize(("value", "low", "high"), [(1.0, 0.0125, 1.0), (0.0, 0.0, 0.9875)])
def test_all_or_nothing_gets_an_exact_interval_over_groups(value, low, high):
    basis = Basis(n=9, n_groups=1, proportion=True)
    estimate = make_estimate(value, np.full(1000, value), None, basis, Settings(confidence=0.975))
    assert (estimate.low, estimate.high) == pytest.approx((low, high))
    assert estimate.method == "clopper-pearson"


def test_replicates_that_never_move_give_no_interval():
    estimate = make_estimate(1.0, np.ones(1000), None, MANY, Settings())
    assert np.isnan([estimate.low, estimate.high]).all()
    assert estimate.method == "none"
    assert "same in every replicate" in estimate.note


def test_one_group_gives_no_interval():
    estimate = make_estimate(0.7, SPREAD, None, Basis(n=40, n_groups=1), Settings())
    assert np.isnan(estimate.low)
    assert "one group" in estimate.note


def test_few_groups_are_said():
    estimate = make_estimate(0.7, SPREAD, None, Basis(n=40, n_groups=6), Settings())
    assert "only 6 groups" in estimate.note
    assert np.isfinite(estimate.low)


def test_replicates_without_a_value_are_counted_in_the_note():
    holes = SPREAD.copy()
    holes[:37] = NAN
    estimate = make_estimate(0.7, holes, None, MANY, Settings())
    assert "undefined in 37 of 1000 replicates" in estimate.note
    assert estimate.low == pytest.approx(np.percentile(SPREAD[37:], 2.5))


def test_an_undefined_value_has_a_note_and_nothing_else():
    basis = Basis(n=0, n_groups=0, undefined="no images of this class")
    estimate = make_estimate(NAN, np.full(10, NAN), None, basis, Settings())
    assert estimate.to_json() == {
        "value": None,
        "low": None,
        "high": None,
        "n": 0,
        "method": "none",
        "grouping": "none",
        "note": "no images of this class",
    }


def test_no_resampling_no_interval():
    estimate = make_estimate(0.7, None, None, MANY, Settings(n_bootstrap=0))
    assert estimate.value == 0.7
    assert np.isnan(estimate.low)
    assert "no interval was asked for" in estimate.note


def test_an_inflated_statistic_gets_the_mirrored_interval_cut_at_zero():
    basis = Basis(n=200, n_groups=100, pushed_up=True)
    estimate = make_estimate(0.05, SPREAD - 0.6, None, basis, Settings())
    low, high = np.percentile(SPREAD - 0.6, [2.5, 97.5])
    assert estimate.method == "bootstrap-basic"
    assert estimate.low == max(0.0, 0.1 - high) == 0.0
    assert estimate.high == pytest.approx(0.1 - low)


def test_an_inflated_statistic_stays_inside_its_interval():
    basis = Basis(n=200, n_groups=100, pushed_up=True)
    estimate = make_estimate(0.3, SPREAD, None, basis, Settings())
    assert (estimate.low, estimate.high) == (0.0, 0.3)


def test_an_error_that_chance_explains_may_be_zero():
    within = Basis(n=200, n_groups=100, by_chance=Chance(0.05, 0.08))
    estimate = make_estimate(0.07, 0.05 + SPREAD / 10, None, within, Settings())
    assert (estimate.low, estimate.method) == (0.0, "bootstrap-corrected")
    beyond = make_estimate(0.5, SPREAD, None, within, Settings())
    low, high = np.percentile(SPREAD, [2.5, 97.5])
    assert beyond.low == pytest.approx(np.sqrt(0.5**2 - 0.05**2) - (high - SPREAD.mean()))
    assert beyond.high == pytest.approx(0.5 + SPREAD.mean() - low)


def test_the_record_is_strict_json():
    record = Estimate(0.5, NAN, float("inf"), 3, "none", "none").to_json()
    assert json.loads(json.dumps(record, allow_nan=False))["high"] is None
    assert "note" not in record
    assert or_null(np.float64(0.25)) == 0.25


@pytest.mark.parametrize("n", [5, 8, 20, 60])
def test_a_proportion_is_covered_also_near_one(n):
    """Exact coverage of the rule over all outcomes, for true shares from 0.5 to 0.99."""
    ends = []
    for k in range(n + 1):
        replicates = binom.ppf((np.arange(2000) + 0.5) / 2000, n, k / n) / n
        estimate = make_estimate(k / n, replicates, None, Basis(n, n, True), Settings())
        ends.append((estimate.low, estimate.high))
    low, high = np.array(ends).T
    shares = np.linspace(0.5, 0.99, 50)[:, None]
    inside = (low <= shares) & (shares <= high)
    coverage = (binom.pmf(np.arange(n + 1), n, shares) * inside).sum(axis=1)
    assert coverage.mean() > 0.94
    assert coverage.min() > 0.85
