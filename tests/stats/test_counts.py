"""Counts against scikit-learn's weighted confusion matrix."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from cutis.stats.counts import count, mean_over, one_hot, ratio, unit_weights
from tests.stats.samples import SITUATIONS, multiplicities, situation


@pytest.mark.parametrize("name", SITUATIONS)
def test_counts_equal_a_weighted_confusion_matrix(name):
    made = situation(name)
    c = made.probs.shape[1]
    weights = multiplicities(made)
    counts = count(made.labels, made.predicted, c, weights)
    for r, weights_n in enumerate(weights):
        matrix = confusion_matrix(
            made.labels, made.predicted, labels=range(c), sample_weight=weights_n
        )
        np.testing.assert_array_equal(counts.hits_rc[r], matrix.diagonal())
        np.testing.assert_array_equal(counts.true_rc[r], matrix.sum(axis=1))
        np.testing.assert_array_equal(counts.predicted_rc[r], matrix.sum(axis=0))
        assert counts.total_r1[r, 0] == weights_n.sum()


def test_no_weights_means_once_each():
    made = situation("balanced")
    plain = count(made.labels, made.predicted, 4)
    weighted = count(made.labels, made.predicted, 4, unit_weights(made.labels.size))
    for a, b in zip(plain, weighted, strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_hot_marks_each_row_once():
    marked = one_hot(np.array([2, 0, 2]), 3)
    assert marked.sum() == 3
    assert marked.argmax(axis=1).tolist() == [2, 0, 2]


def test_nothing_divided_by_nothing_is_undefined():
    np.testing.assert_array_equal(
        ratio(np.array([[0.0, 2.0]]), np.array([[0.0, 4.0]])), [[np.nan, 0.5]]
    )


def test_the_average_ignores_masked_values_even_undefined_ones():
    values = np.array([[0.2, np.nan, 0.4], [np.nan, np.nan, np.nan]])
    mask = np.array([[True, False, True], [False, False, False]])
    np.testing.assert_allclose(mean_over(values, mask), [0.3, np.nan])
