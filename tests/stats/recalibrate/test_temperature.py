"""Temperature against a fine search, and its promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from cutis.stats.likelihood import negative_log_likelihood
from cutis.stats.recalibrate.temperature import HIGHEST, LOWEST, Temperature, fit_temperature
from tests.stats.samples import SITUATIONS, situation


@pytest.mark.parametrize("name", SITUATIONS)
def test_is_the_minimum_that_a_search_finds(name):
    made = situation(name)
    found = fit_temperature(made.labels, made.probs).temperature

    def loss(log_t):
        probs = Temperature(float(np.exp(log_t))).apply(made.probs)
        return negative_log_likelihood(made.labels, probs)[0]

    best = minimize_scalar(loss, bounds=(-4, 4), method="bounded", options={"xatol": 1e-9})
    assert loss(np.log(found)) <= best.fun + 1e-9
    if LOWEST < found < 50:
        assert found == pytest.approx(np.exp(best.x), rel=1e-3)


def test_recovers_the_temperature_that_was_put_in():
    rng = np.random.default_rng(0)
    honest = rng.dirichlet(np.ones(5), 20_000)
    labels = (honest.cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1)
    bold = honest**2.5 / (honest**2.5).sum(axis=1, keepdims=True)
    fitted = fit_temperature(labels, bold)
    assert fitted.temperature == pytest.approx(2.5, rel=0.03)
    assert fitted.apply(bold) == pytest.approx(honest, abs=0.02)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.floats(0.01, 100))
def test_never_changes_the_first_answer(seed, c, temperature):
    probs = np.random.default_rng(seed).dirichlet(np.full(c, 0.3), 20)
    scaled = Temperature(temperature).apply(probs)
    first = probs.argmax(axis=1)
    assert scaled[np.arange(20), first] == pytest.approx(scaled.max(axis=1), abs=1e-15)
    assert scaled.sum(axis=1) == pytest.approx(np.ones(20))


def test_certain_and_right_goes_to_the_lower_limit_and_says_so():
    fitted = fit_temperature(np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]]))
    assert fitted.temperature == LOWEST
    assert "every validation case was right" in fitted.note


def test_always_wrong_goes_to_the_upper_limit_and_says_so():
    fitted = fit_temperature(np.array([1, 0]), np.array([[0.9, 0.1], [0.2, 0.8]]))
    assert fitted.temperature == HIGHEST
    assert "say nothing" in fitted.note


def test_a_probability_of_zero_survives():
    scaled = Temperature(2.0).apply(np.array([[1.0, 0.0, 0.0]]))
    assert np.isfinite(scaled).all()
    assert scaled[0, 0] > 0.999
    assert Temperature(1.0).to_json() == {"temperature": 1.0}
