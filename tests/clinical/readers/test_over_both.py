"""A mean over readers with its interval: coverage, oracles, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.clinical.readers.over_both import ALIKE, mean_over_both
from cutis.stats.readers.merit import jackknife_covariance, make_crossed
from cutis.stats.readers.obuchowski_rockette import one_arm

SEEDS = range(1000, 1150)


def readings(seed, n_readers=5, n_cases=40):
    """Right answers whose chance depends on the reader and, more, on the case; mean one half."""
    generator = np.random.default_rng(seed)
    skill = generator.normal(0, 0.3, (n_readers, 1)) + generator.normal(0, 1.5, n_cases)
    return (generator.random((n_readers, n_cases)) < 1 / (1 + np.exp(-skill))).astype(float)


def mean(values, groups=None, confidence=0.95, n_bootstrap=200):
    return mean_over_both(values, groups, confidence, n_bootstrap, 0)


def test_it_covers_the_mean_of_other_readers_and_other_cases():
    found = [mean(readings(seed)) for seed in SEEDS]
    held = np.mean([f["low"] < 0.5 < f["high"] for f in found])
    assert 0.9 < held <= 1.0
    over_readers = 0
    for seed in SEEDS:
        means = readings(seed).mean(axis=1)
        half = 2.776 * means.std(ddof=1) / 5**0.5
        over_readers += abs(means.mean() - 0.5) < half
    assert over_readers / len(SEEDS) < 0.9


@pytest.mark.parametrize("grouped", [False, True])
def test_crossed_readings_have_the_one_arm_analysis(grouped):
    values = readings(3)
    groups = np.arange(40) // 4 if grouped else None
    study = make_crossed(values[None], np.zeros(40), "accuracy", groups)
    expected = one_arm(values.mean(axis=1), jackknife_covariance(study), confidence=0.9)
    found = mean(values, groups, 0.9)
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high))
    assert found["value"] == pytest.approx(values.mean())


def test_readings_with_holes_are_drawn_again():
    values = readings(4)
    values[0, 10:] = np.nan
    found = mean(values)
    assert found["method"].startswith("bootstrap")
    assert found["low"] < found["value"] < found["high"]
    assert found["value"] == pytest.approx(np.mean([np.nanmean(row) for row in values]))


@pytest.mark.parametrize("n", [4, 40])
def test_nothing_that_varies_means_no_interval(n):
    found = mean(np.full((5, n), 0.5))
    assert (found["value"], found["low"], found["high"]) == (0.5, None, None)
    assert ALIKE in found["note"]


def test_replicates_without_a_value_are_counted():
    values = np.full((2, 12), np.nan)
    values[0, 0], values[1, 1:] = 1.0, readings(5)[0, :11]
    found = mean(values)
    # A third of the replicates draws the first case never, and a quarter only its reader.
    assert 0 < found["n_undefined"] < 200 / 3
    assert f"{found['n_undefined']} of 200 replicates have no value" in found["note"]


@pytest.mark.parametrize(("shape", "few"), [((1, 20), "readers"), ((3, 1), "cases")])
def test_too_few_have_no_interval(shape, few):
    found = mean(np.random.default_rng(0).random(shape))
    assert (found["low"], found["note"]) == (None, f"fewer than two {few}")
