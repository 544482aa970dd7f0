"""Curves against scikit-learn; thinning keeps their shape."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from cutis.stats.curves import precision_recall_curve, roc_curve
from tests.stats.samples import SITUATIONS, make, situation

ALL = 10**6


@pytest.mark.parametrize("name", SITUATIONS)
def test_roc_points_equal_scikit_learn(name):
    made = situation(name)
    positive, scores = made.labels == 1, made.probs[:, 1]
    ours = roc_curve(positive, scores, max_points=ALL)
    false, found, thresholds = reference.roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(ours.x_m, false)
    np.testing.assert_allclose(ours.y_m, found)
    np.testing.assert_allclose(ours.threshold_m, thresholds)


@pytest.mark.parametrize("name", SITUATIONS)
def test_precision_recall_points_equal_scikit_learn(name):
    made = situation(name)
    positive, scores = made.labels == 1, made.probs[:, 1]
    ours = precision_recall_curve(positive, scores, max_points=ALL)
    precision, recall, thresholds = reference.precision_recall_curve(positive, scores)
    np.testing.assert_allclose(ours.x_m, recall[::-1])
    np.testing.assert_allclose(ours.y_m, precision[::-1])
    np.testing.assert_allclose(ours.threshold_m[1:], thresholds[::-1])


@pytest.mark.parametrize("curve", [roc_curve, precision_recall_curve])
def test_thinning_keeps_ends_and_area(curve):
    made = make(n=20_000, c=2, shares=(0.9, 0.1))
    positive, scores = made.labels == 1, made.probs[:, 1]
    full, thin = (curve(positive, scores, max_points=m) for m in (ALL, 200))
    assert 50 < thin.x_m.size <= 202
    for part in ("x_m", "y_m"):
        assert getattr(thin, part)[[0, -1]].tolist() == getattr(full, part)[[0, -1]].tolist()
    assert np.isin(thin.threshold_m, full.threshold_m).all()
    assert np.trapezoid(thin.y_m, thin.x_m) == pytest.approx(
        np.trapezoid(full.y_m, full.x_m), abs=0.005
    )


def test_a_thinned_roc_stays_close_to_the_full_one():
    made = make(n=20_000, c=2)
    positive, scores = made.labels == 1, made.probs[:, 1]
    full, thin = (roc_curve(positive, scores, max_points=m) for m in (ALL, 100))
    drawn = np.interp(full.x_m, thin.x_m, thin.y_m)
    assert np.abs(drawn - full.y_m).max() < 0.03


@pytest.mark.parametrize("positive", [np.zeros(4, bool), np.ones(4, bool)])
def test_a_curve_needs_both_sides(positive):
    with pytest.raises(ValueError, match="at least one that is and one that is not"):
        roc_curve(positive, np.arange(4.0))
