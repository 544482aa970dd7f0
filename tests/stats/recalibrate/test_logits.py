"""Logarithms and back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax as oracle

from cutis.stats.recalibrate.logits import log_probabilities, softmax
from cutis.stats.recalibrate.presence import refuse_absent_classes


def test_softmax_equals_scipy_and_survives_large_numbers():
    logits = np.random.default_rng(0).normal(0, 400, (20, 5))
    assert softmax(logits) == pytest.approx(oracle(logits, axis=1), abs=1e-15)


def test_there_and_back():
    probs = np.random.default_rng(1).dirichlet(np.ones(4), 30)
    assert softmax(log_probabilities(probs)) == pytest.approx(probs, abs=1e-11)


def test_presence_names_the_first_absent_class():
    refuse_absent_classes(np.array([0, 1, 2]), 3, "It")
    with pytest.raises(ValueError, match=r"2 of the 4 classes \(first: number 1\)"):
        refuse_absent_classes(np.array([0, 2]), 4, "It")
