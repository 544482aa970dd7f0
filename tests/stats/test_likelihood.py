"""Negative log-likelihood against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from cutis.stats.likelihood import negative_log_likelihood
from tests.stats.samples import SITUATIONS, multiplicities, repeated, situation


@pytest.mark.parametrize("name", SITUATIONS)
def test_equals_scikit_learn_in_every_replicate(name):
    made = situation(name)
    weights = multiplicities(made, r=3)
    values = negative_log_likelihood(made.labels, made.probs, weights)
    for value, weights_n in zip(values, weights, strict=True):
        drawn = repeated(made, weights_n)
        expected = log_loss(drawn.labels, drawn.probs, labels=range(made.probs.shape[1]))
        assert value == pytest.approx(expected, rel=1e-9)


def test_a_truth_that_was_ruled_out_costs_36_and_not_infinity():
    value = negative_log_likelihood(np.array([1]), np.array([[1.0, 0.0]]))
    assert value[0] == pytest.approx(-np.log(2.0**-52))
