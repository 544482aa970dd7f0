"""Per-class values against scikit-learn, undefined ones left undefined."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from cutis.stats.counts import count
from cutis.stats.per_class import f1, precision, sensitivity, specificity
from tests.stats.samples import SITUATIONS, multiplicities, repeated, situation

NAN = float("nan")


def scores(score, drawn, c):
    return score(drawn.labels, drawn.predicted, labels=range(c), average=None, zero_division=np.nan)


@pytest.mark.parametrize("name", SITUATIONS)
def test_values_equal_scikit_learn(name):
    made = situation(name)
    c = made.probs.shape[1]
    weights = multiplicities(made)
    counts = count(made.labels, made.predicted, c, weights)
    for r, weights_n in enumerate(weights):
        drawn = repeated(made, weights_n)
        present = np.isin(np.arange(c), drawn.labels)
        np.testing.assert_allclose(sensitivity(counts)[r], scores(recall_score, drawn, c))
        np.testing.assert_allclose(precision(counts)[r], scores(precision_score, drawn, c))
        np.testing.assert_allclose(f1(counts)[r][present], scores(f1_score, drawn, c)[present])
        for k in range(c):
            others = recall_score(drawn.labels != k, drawn.predicted != k)
            assert specificity(counts)[r, k] == pytest.approx(others)


def test_what_does_not_exist_is_undefined_and_what_failed_is_zero():
    # Class 1 has images but is never predicted; class 2 is predicted but has no images.
    counts = count(np.array([0, 0, 1]), np.array([0, 2, 2]), 3)
    np.testing.assert_array_equal(sensitivity(counts), [[0.5, 0.0, NAN]])
    np.testing.assert_array_equal(precision(counts), [[1.0, NAN, 0.0]])
    np.testing.assert_allclose(f1(counts), [[2 / 3, 0.0, NAN]])
    np.testing.assert_allclose(specificity(counts), [[1.0, 1.0, 1 / 3]])


def test_specificity_needs_other_images():
    assert np.isnan(specificity(count(np.zeros(3, int), np.zeros(3, int), 2))[0, 0])
