"""Vector scaling against logistic regression and the slope of its own loss."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from cutis.stats.likelihood import negative_log_likelihood
from cutis.stats.recalibrate.temperature import fit_temperature
from cutis.stats.recalibrate.vector import VectorScaling, fit_vector_scaling
from tests.stats.samples import make, situation


def test_two_classes_are_a_logistic_regression():
    made = make(c=2, n=500, seed=4)
    logs = np.log(made.probs)
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=5000)
    oracle.fit(np.stack([-logs[:, 0], logs[:, 1]], axis=1), made.labels)
    fitted = fit_vector_scaling(made.labels, made.probs, ridge=0.0)
    assert fitted.factor_c == pytest.approx(oracle.coef_[0], abs=1e-3)
    assert fitted.shift_c[1] - fitted.shift_c[0] == pytest.approx(oracle.intercept_[0], abs=1e-3)


@pytest.mark.parametrize("name", ["balanced", "rare class", "no skill"])
def test_no_small_step_improves_it(name):
    made = situation(name)
    fitted = fit_vector_scaling(made.labels, made.probs, ridge=0.0)
    best = negative_log_likelihood(made.labels, fitted.apply(made.probs))[0]
    for k in range(made.probs.shape[1]):
        for step in (1e-3, -1e-3):
            away = step * np.eye(made.probs.shape[1])[k]
            for moved in (
                VectorScaling(fitted.factor_c + away, fitted.shift_c),
                VectorScaling(fitted.factor_c, fitted.shift_c + away),
            ):
                loss = negative_log_likelihood(made.labels, moved.apply(made.probs))[0]
                assert loss >= best - 1e-9


def test_fits_its_cases_at_least_as_well_as_a_temperature():
    made = situation("balanced")
    vector = fit_vector_scaling(made.labels, made.probs, ridge=0.0).apply(made.probs)
    temperature = fit_temperature(made.labels, made.probs).apply(made.probs)
    loss = [negative_log_likelihood(made.labels, p)[0] for p in (vector, temperature)]
    assert loss[0] <= loss[1] + 1e-9


def test_the_mean_probability_becomes_the_share_of_every_class():
    made = situation("rare class")
    fitted = fit_vector_scaling(made.labels, made.probs, ridge=0.0)
    shares = np.bincount(made.labels, minlength=7) / made.labels.size
    assert fitted.apply(made.probs).mean(axis=0) == pytest.approx(shares, abs=1e-5)
    assert fitted.shift_c.sum() == pytest.approx(0, abs=1e-9)


def test_the_ridge_keeps_a_separable_fit_finite():
    probs = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.1, 0.9]])
    fitted = fit_vector_scaling(np.array([0, 0, 1, 1]), probs)
    assert np.abs(fitted.factor_c).max() < 20
    assert set(fitted.to_json()) == {"factors", "shifts"}


def test_a_class_without_cases_is_refused():
    with pytest.raises(ValueError, match=r"Vector scaling .* 1 of the 3 classes .*temperature"):
        fit_vector_scaling(np.array([0, 1]), np.full((2, 3), 1 / 3))
