"""The confusion matrix against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as reference

from cutis.stats.confusion import confusion_matrix
from tests.stats.samples import SITUATIONS, situation


@pytest.mark.parametrize("name", SITUATIONS)
def test_it_equals_scikit_learn(name):
    made = situation(name)
    c = made.probs.shape[1]
    ours = confusion_matrix(made.labels, made.predicted, c)
    np.testing.assert_array_equal(ours, reference(made.labels, made.predicted, labels=range(c)))


def test_rows_are_true_and_columns_predicted():
    assert confusion_matrix(np.array([0]), np.array([2]), 3).tolist() == [
        [0, 0, 1],
        [0, 0, 0],
        [0, 0, 0],
    ]
