"""Isotonic maps against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from cutis.stats.recalibrate.isotonic import Isotonic, Stairs, fit_isotonic
from tests.stats.samples import SITUATIONS, make, situation


@pytest.mark.parametrize("name", [n for n in SITUATIONS if n != "small"])
def test_equals_scikit_learn_one_against_the_rest(name):
    made = situation(name)
    half = made.labels.size // 2
    labels, probs, fresh = made.labels[:half], made.probs[:half], made.probs[half:]
    fitted = fit_isotonic(labels, probs)
    classes = [1] if probs.shape[1] == 2 else range(probs.shape[1])
    columns = []
    for k in classes:
        oracle = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        columns.append(oracle.fit(probs[:, k], labels == k).predict(fresh[:, k]))
    mapped = np.stack(columns, axis=1)
    if probs.shape[1] == 2:
        expected = np.hstack([1 - mapped, mapped])
    else:
        total = mapped.sum(axis=1, keepdims=True)
        expected = np.where(total > 0, mapped / np.where(total > 0, total, 1), fresh)
    assert fitted.apply(fresh) == pytest.approx(expected, abs=1e-9)


def test_rises_and_sums_to_one():
    made = make(c=4, n=400)
    fitted = fit_isotonic(made.labels, made.probs)
    for stairs in fitted.stairs:
        assert (np.diff(stairs.came_m) >= 0).all()
        assert (np.diff(stairs.stated_m) > 0).all()
    assert fitted.apply(made.probs).sum(axis=1) == pytest.approx(np.ones(400))


def test_a_row_that_every_map_rules_out_keeps_its_probabilities():
    stairs = Stairs(np.array([0.5, 1.0]), np.array([0.0, 1.0]))
    probs = np.array([[0.4, 0.3, 0.3], [0.8, 0.1, 0.1]])
    assert Isotonic((stairs,) * 3).apply(probs).tolist() == [[0.4, 0.3, 0.3], [1.0, 0.0, 0.0]]


def test_few_cases_are_said_and_many_are_not():
    made = make(c=2, n=60)
    assert "only" in fit_isotonic(made.labels, made.probs).note
    many = make(c=2, n=900)
    assert fit_isotonic(many.labels, many.probs).note == ""


def test_a_class_without_cases_is_refused():
    with pytest.raises(ValueError, match="Isotonic recalibration fits every class by itself"):
        fit_isotonic(np.array([0, 1]), np.full((2, 3), 1 / 3))
