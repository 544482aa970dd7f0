"""A linear probe as a formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from cutis.tasks.probe.linear import LinearProbe

RNG = np.random.default_rng(4)


def test_two_classes_are_a_logistic_curve():
    weight, bias = RNG.normal(size=(2, 5)), RNG.normal(size=2)
    x = RNG.normal(size=(9, 5))
    found = LinearProbe(weight, bias, np.arange(2), 2).probabilities(x)
    margin = x @ (weight[1] - weight[0]) + bias[1] - bias[0]
    assert found[:, 1] == pytest.approx(expit(margin), abs=1e-12)


def test_float32_weights_are_multiplied_in_double_precision():
    weight = np.array([[1e4, 1.0], [1e4, -1.0]], np.float32)
    probe = LinearProbe(weight, np.zeros(2, np.float32), np.arange(2), 2)
    # In float32 the large product would swallow the small one.
    found = probe.probabilities(np.array([[1e4, 0.25]]))
    assert found[0, 0] == pytest.approx(expit(0.5), abs=1e-9)


def test_what_is_written_down_is_all_it_knows():
    probe = LinearProbe(RNG.normal(size=(2, 3)), RNG.normal(size=2), np.array([0, 3]), 5)
    again = LinearProbe.read(probe.tensors(), probe.settings())
    x = RNG.normal(size=(4, 3))
    assert np.array_equal(again.probabilities(x), probe.probabilities(x))
    assert again.probabilities(x).shape == (4, 5)
    assert (again.probabilities(x)[:, [1, 2, 4]] == 0).all()


def test_features_of_another_length_are_no_answer():
    probe = LinearProbe(np.ones((2, 3)), np.zeros(2), np.arange(2), 2)
    with pytest.raises(ValueError, match="matmul"):
        probe.probabilities(np.ones((1, 4)))
