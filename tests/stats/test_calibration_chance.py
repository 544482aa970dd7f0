"""What chance alone makes of calibration errors, against models that are calibrated by design."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.calibration import calibration_error_by_chance, expected_calibration_error
from cutis.stats.calibration_chance import class_errors_by_chance, error_by_chance
from cutis.stats.class_calibration import class_calibration_errors, class_error_by_chance
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from tests.stats.samples import make

PROBS = make(n=400, c=3).probs
ALONE = make_clusters(None, 400)


def labels(seed, probs=PROBS):
    rng = np.random.default_rng(seed)
    return (probs.cumsum(axis=1) < rng.random((len(probs), 1))).sum(axis=1).clip(max=2)


@pytest.mark.parametrize("binning", ["width", "mass"])
def test_the_mean_is_that_of_a_calibrated_model(binning):
    found = error_by_chance(labels(0), PROBS, ALONE, Settings(400), binning=binning)
    assert found.mean == pytest.approx(
        calibration_error_by_chance(PROBS, binning=binning), rel=0.15
    )
    assert found.high > found.mean


def test_a_calibrated_model_rarely_exceeds_it():
    above = 0
    for seed in range(60):
        truth = labels(seed)
        chance = error_by_chance(truth, PROBS, ALONE, Settings(100, seed=seed))
        above += expected_calibration_error(truth, PROBS)[0] > chance.high
    assert above <= 6


def test_images_of_one_lesion_fail_together_and_chance_grows():
    repeated = np.repeat(PROBS[:100], 4, axis=0)
    truth = np.repeat(labels(1, PROBS[:100]), 4)
    grouped = make_clusters(np.repeat(np.arange(100), 4), 400)
    alone = error_by_chance(truth, repeated, ALONE, Settings(200))
    together = error_by_chance(truth, repeated, grouped, Settings(200))
    assert together.mean == pytest.approx(2 * alone.mean, rel=0.15)


def test_by_class_there_is_one_for_each_and_one_for_the_mean():
    found = class_errors_by_chance(labels(0), PROBS, ALONE, Settings(300))
    assert len(found) == 4
    assert found[-1].mean == pytest.approx(np.mean([c.mean for c in found[:-1]]))
    drawn = [class_calibration_errors(labels(seed), PROBS).mean() for seed in range(40)]
    assert found[-1].mean == pytest.approx(np.mean(drawn), rel=0.15)
    assert class_error_by_chance(PROBS) == pytest.approx(np.mean(drawn), rel=0.08)


def test_without_resampling_there_is_none():
    assert error_by_chance(labels(0), PROBS, ALONE, Settings(0)) is None
    assert class_errors_by_chance(labels(0), PROBS, ALONE, Settings(0)) is None
