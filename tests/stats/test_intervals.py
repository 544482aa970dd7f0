"""Percentile, basic and BCa intervals against numpy and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from cutis.stats.intervals import basic_interval, bca_interval, percentile_interval


def skewed(seed: int, n: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(size=n)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_percentile_is_the_central_part(level):
    values = skewed(0, 999)
    expected = np.percentile(values, [50 * (1 - level), 50 * (1 + level)])
    assert percentile_interval(values, level) == pytest.approx(expected)


def test_undefined_replicates_are_left_out():
    values = skewed(0, 500)
    holes = np.concatenate([values, np.full(100, np.nan)])
    assert percentile_interval(holes) == percentile_interval(values)


def test_no_defined_replicate_no_interval():
    assert np.isnan(percentile_interval(np.full(3, np.nan))).all()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_bca_equals_scipy(seed, level):
    data = skewed(seed)
    theirs = scipy_stats.bootstrap(
        (data,), np.mean, n_resamples=2000, confidence_level=level, method="BCa", rng=seed
    )
    left_out = np.array([np.delete(data, i).mean() for i in range(data.size)])
    ours = bca_interval(data.mean(), theirs.bootstrap_distribution, left_out, level)
    assert ours == pytest.approx(tuple(theirs.confidence_interval), rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_basic_equals_scipy(seed):
    data = skewed(seed)
    theirs = scipy_stats.bootstrap((data,), np.mean, n_resamples=999, method="basic", rng=seed)
    ours = basic_interval(data.mean(), theirs.bootstrap_distribution)
    assert ours == pytest.approx(tuple(theirs.confidence_interval), rel=1e-9)


def test_bca_does_not_exist_when_all_replicates_lie_on_one_side():
    assert np.isnan(bca_interval(0.0, np.ones(100), np.zeros(5))).all()


def test_bca_without_skew_or_bias_is_nearly_the_percentile_interval():
    replicates = np.random.default_rng(0).normal(size=4000)
    replicates = np.concatenate([replicates, -replicates])
    ours = bca_interval(0.0, replicates, np.array([-1.0, 0.0, 1.0]))
    assert ours == pytest.approx(percentile_interval(replicates), abs=0.01)


def test_bca_of_a_constant_jackknife_has_no_acceleration():
    replicates = np.random.default_rng(0).normal(size=500)
    assert bca_interval(0.0, replicates, np.ones(5)) == bca_interval(
        0.0, replicates, np.array([-1.0, 1.0])
    )


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_the_confidence_is_a_share(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        percentile_interval(np.arange(3.0), level)
