"""Labels and probabilities that fit no evaluation are refused with their row and the reason."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.arrays import check_classes, check_labels, check_probabilities


def test_whole_numbers_in_any_type_are_labels():
    for given in ([0, 1, -1], np.array([0, 1, -1], np.int8), np.array([0.0, 1.0, -1.0])):
        labels = check_labels(given, 2)
        assert labels.dtype == np.int64
        assert labels.tolist() == [0, 1, -1]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([[0, 1]], r"shape \(1, 2\)"),
        ([], "no labels"),
        ([0.5, 1.0], "whole numbers"),
        ([0.0, float("nan")], "whole numbers"),
        (["nevus", "melanoma"], "whole numbers"),
        ([0, 1, 2], "Label 2 in row 2 is not a class.*between 0 and 1"),
        ([0, -2], "Label -2 in row 1"),
    ],
)
def test_other_labels_are_refused(labels, said):
    with pytest.raises(ValueError, match=said):
        check_labels(labels, 2)


def test_probabilities_become_double_precision():
    assert check_probabilities(np.array([[0.25, 0.75]], np.float32), 1, 2).dtype == np.float64


def test_rounding_of_published_files_is_forgiven():
    check_probabilities([[0.3333, 0.3333, 0.3333]], 1, 3)


@pytest.mark.parametrize(
    ("probs", "said"),
    [
        ([[0.5, 0.5, 0.0]], r"shape \(1, 3\).*must be \(1, 2\)"),
        ([0.5], r"shape \(1,\)"),
        ([[float("nan"), 1.0]], "row 0 are not all finite"),
        ([[2.0, -1.0]], "softmax"),
        ([[0.5, 0.4]], "sum to 0.9"),
    ],
)
def test_other_values_are_refused(probs, said):
    with pytest.raises(ValueError, match=said):
        check_probabilities(probs, 1, 2)


@pytest.mark.parametrize(
    ("classes", "said"), [(["nevus"], "at least 2"), ([], "at least 2"), (["a", "b", "a"], "twice")]
)
def test_class_lists_that_leave_no_choice_are_refused(classes, said):
    with pytest.raises(ValueError, match=said):
        check_classes(classes)
