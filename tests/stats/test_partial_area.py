"""The standardised partial area against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from cutis.stats.partial_area import partial_areas, partial_auroc
from cutis.stats.steps import make_steps


@pytest.mark.parametrize("max_fpr", [0.03, 0.1, 0.25, 0.5, 0.999])
@pytest.mark.parametrize("decimals", [1, 8])
def test_equals_scikit_learn(max_fpr, decimals):
    rng = np.random.default_rng(1)
    positive = rng.random(150) < 0.3
    scores = np.round(rng.random(150) + 0.3 * positive, decimals)
    expected = roc_auc_score(positive, scores, max_fpr=max_fpr)
    assert partial_auroc(positive, scores, max_fpr) == pytest.approx(expected, abs=1e-12)


def test_weights_count_images_several_times():
    rng = np.random.default_rng(2)
    positive, scores = rng.random(60) < 0.5, np.round(rng.random(60), 1)
    weights = rng.poisson(1.0, (3, 60)).astype(float)
    found = partial_areas(make_steps(positive, scores), 0.2, weights)
    for r, row in enumerate(weights.astype(int)):
        rows = np.repeat(np.arange(60), row)
        expected = roc_auc_score(positive[rows], scores[rows], max_fpr=0.2)
        assert found[r] == pytest.approx(expected, abs=1e-12)


def test_the_whole_area_is_the_auroc_and_the_ends_are_chance_and_perfection():
    rng = np.random.default_rng(3)
    positive, scores = rng.random(80) < 0.5, rng.random(80)
    assert partial_auroc(positive, scores, 1.0) == pytest.approx(roc_auc_score(positive, scores))
    assert partial_auroc(positive, positive.astype(float), 0.1) == pytest.approx(1.0)
    assert partial_auroc(positive, np.zeros(80), 0.1) == pytest.approx(0.5)


def test_one_sided_replicates_are_undefined():
    steps = make_steps(np.array([True, False]), np.array([0.9, 0.1]))
    assert np.isnan(partial_areas(steps, 0.1, np.array([[1.0, 0.0], [0.0, 1.0]]))).all()


@pytest.mark.parametrize("max_fpr", [0.0, -0.1, 1.1])
def test_an_impossible_rate_is_refused(max_fpr):
    with pytest.raises(ValueError, match="must be above 0 and at most 1"):
        partial_auroc(np.array([True, False]), np.array([0.9, 0.1]), max_fpr)
