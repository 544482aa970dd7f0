"""Scores that choose, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, log_loss

from cutis.tasks.probe.criteria import balanced_score, log_score


@pytest.fixture
def answers():
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.ones(4), 80)
    return rng.choice(4, 80, p=[0.6, 0.2, 0.15, 0.05]), probs


def test_as_scikit_learn(answers):
    labels, probs = answers
    seen = np.arange(4)
    assert log_score(labels, probs, seen)[0] == pytest.approx(-log_loss(labels, probs))
    expected = balanced_accuracy_score(labels, probs.argmax(axis=1))
    assert balanced_score(labels, probs, seen)[0] == pytest.approx(expected)
    weights = 1 / np.bincount(labels)[labels]
    balanced = log_loss(labels, probs, sample_weight=weights)
    assert log_score(labels, probs, seen, balanced=True)[0] == pytest.approx(-balanced)


def test_classes_that_were_not_learnt_do_not_count(answers):
    labels, probs = answers
    seen = np.array([0, 1, 3])
    keep = labels != 2
    assert log_score(labels, probs, seen) == log_score(labels[keep], probs[keep], seen)
    assert log_score(labels[~keep], probs[~keep], seen) == (float("-inf"),)
    assert balanced_score(labels[~keep], probs[~keep], seen) == (float("-inf"),)


def test_a_certain_error_stays_finite():
    assert np.isfinite(log_score(np.array([1]), np.array([[1.0, 0.0]]), np.array([0, 1]))[0])
