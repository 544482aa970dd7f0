"""Calibration error against a loop over bins, Brier against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss
from statsmodels.stats.proportion import proportion_confint

from cutis.stats.calibration import (
    brier_score,
    calibration_error_by_chance,
    confidence_bin,
    expected_calibration_error,
    reliability_bins,
)
from tests.stats.samples import SITUATIONS, make, multiplicities, repeated, situation


def loop_over_bins(labels, probs, n_bins):
    confidence, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    total = 0.0
    for b in range(n_bins):
        low, high = b / n_bins, (b + 1) / n_bins
        inside = [i for i, p in enumerate(confidence) if (low < p <= high) or (b == 0 and p == 0.0)]
        if inside:
            gap = abs(right[inside].mean() - confidence[inside].mean())
            total += len(inside) / len(labels) * gap
    return total


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("n_bins", [5, 15])
def test_calibration_error_equals_a_loop(name, n_bins):
    made = situation(name)
    weights = multiplicities(made, r=3)
    values = expected_calibration_error(made.labels, made.probs, n_bins, weights)
    for value, weights_n in zip(values, weights, strict=True):
        drawn = repeated(made, weights_n)
        expected = loop_over_bins(drawn.labels, drawn.probs, n_bins)
        assert value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", SITUATIONS)
def test_brier_equals_scikit_learn(name):
    made = situation(name)
    weights = multiplicities(made, r=3)
    for value, weights_n in zip(
        brier_score(made.labels, made.probs, weights), weights, strict=True
    ):
        drawn = repeated(made, weights_n)
        if made.probs.shape[1] == 2:
            expected = brier_score_loss(drawn.labels, drawn.probs[:, 1], pos_label=1)
        else:
            c = made.probs.shape[1]
            expected = brier_score_loss(drawn.labels, drawn.probs, labels=range(c))
        assert value == pytest.approx(expected, abs=1e-12)


def test_edges_belong_to_the_bin_below():
    tops = np.array([0.5, 0.6, 0.6 + 1e-9, 1.0])
    probs = np.stack([tops, 1 - tops], axis=1)
    assert confidence_bin(probs, 10).tolist() == [4, 5, 6, 9]


def test_bins_hold_every_image_once():
    made = situation("rare class")
    bins = reliability_bins(made.labels, made.probs)
    n = made.labels.size
    assert sum(item.n for item in bins) == n
    assert [item.low for item in bins[1:]] == [item.high for item in bins[:-1]]
    filled = [item for item in bins if item.n]
    accuracy = sum(item.n * item.accuracy for item in filled) / n
    assert accuracy == pytest.approx((made.predicted == made.labels).mean())
    error = sum(item.n * abs(item.accuracy - item.confidence) for item in filled) / n
    assert error == pytest.approx(expected_calibration_error(made.labels, made.probs)[0])


def test_an_empty_bin_says_nothing():
    empty = reliability_bins(np.array([0, 1]), np.array([[0.9, 0.1], [0.1, 0.9]]), n_bins=2)[0]
    assert empty.n == 0
    assert np.isnan([empty.confidence, empty.accuracy, empty.accuracy_low]).all()


def test_intervals_of_bins_count_groups_not_images():
    labels, probs = np.array([0, 0, 1, 1]), np.tile([0.9, 0.1], (4, 1))
    alone = reliability_bins(labels, probs, n_bins=1)[0]
    paired = reliability_bins(labels, probs, n_bins=1, clusters_n=np.array([0, 0, 1, 1]))[0]
    wilson = proportion_confint(2, 4, method="wilson")
    assert (alone.accuracy_low, alone.accuracy_high) == pytest.approx(wilson)
    wilson = proportion_confint(1, 2, method="wilson")
    assert (paired.accuracy_low, paired.accuracy_high) == pytest.approx(wilson)


def test_chance_alone_explains_the_error_of_a_calibrated_model():
    probs = make(n=400, c=4).probs
    rng = np.random.default_rng(5)
    errors = []
    for _ in range(200):
        labels = (probs.cumsum(axis=1) < rng.random((400, 1))).sum(axis=1)
        errors.append(expected_calibration_error(labels, probs)[0])
    by_chance = calibration_error_by_chance(probs, draws=200, seed=1)
    assert by_chance == pytest.approx(np.mean(errors), rel=0.08)
    assert by_chance > 0.03
