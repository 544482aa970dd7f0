"""A model against readers: the level is kept, and the model's own error counts."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.readers.against_model import readers_minus_model
from cutis.stats.readers.merit import jackknife_covariance, make_crossed
from cutis.stats.readers.obuchowski_rockette import one_arm
from tests.stats.readers.roe_metz import simulate


def study_of(seed: int, model_gain: float = 0.0, cases: int = 80):
    scores, truth = simulate(seed, readers=6, cases=cases)
    model = scores[0].mean(axis=0)  # some rating with the readers' cases in it
    noise = np.random.default_rng(1000 + seed).normal(0, 1.0, cases)
    return make_crossed(
        np.concatenate([scores[0], (model + noise + model_gain * truth)[None]])[None], truth
    )


def test_equals_the_one_arm_analysis_of_differences():
    study = study_of(0)
    areas = study.values()[0, 0]
    covariance = jackknife_covariance(study)
    difference = np.empty((6, 6))
    for i in range(6):
        for j in range(6):
            difference[i, j] = (
                covariance[i, j] - covariance[i, 6] - covariance[6, j] + covariance[6, 6]
            )
    expected = one_arm(areas[:6] - areas[6], difference)
    assert readers_minus_model(study) == pytest.approx(expected)
    # the error of the model is in it: without it the interval is narrower
    assert expected.error > one_arm(areas[:6] - areas[6], covariance[:6, :6] * 0).error


def test_a_reader_like_the_others_is_rarely_called_different():
    ps = []
    for seed in range(100):
        scores, truth = simulate(seed, readers=6, cases=60)
        ps.append(readers_minus_model(make_crossed(scores[:1], truth)).p)
    assert np.mean(np.array(ps) < 0.05) <= 0.14


def test_a_better_model_is_found():
    assert readers_minus_model(study_of(0, model_gain=3.0)).high < 0


def test_too_few_are_refused():
    scores, truth = simulate(0, readers=2, cases=20)
    with pytest.raises(ValueError, match="at least two readers"):
        readers_minus_model(make_crossed(scores[:1], truth))
