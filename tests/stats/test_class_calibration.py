"""Class-wise calibration error against a loop over classes and bins."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.class_calibration import class_calibration_errors
from tests.stats.samples import SITUATIONS, make, multiplicities, repeated, situation


def loop(labels, scores, k, n_bins):
    total = 0.0
    for b in range(n_bins):
        low, high = b / n_bins, (b + 1) / n_bins
        inside = (scores > low) & (scores <= high) | ((b == 0) & (scores == 0))
        if inside.any():
            gap = abs((labels[inside] == k).mean() - scores[inside].mean())
            total += inside.mean() * gap
    return total


@pytest.mark.parametrize("name", SITUATIONS)
def test_equals_a_loop(name):
    made = situation(name)
    weights = multiplicities(made, r=2)
    values = class_calibration_errors(made.labels, made.probs, 10, weights)
    for row, weights_n in zip(values, weights, strict=True):
        drawn = repeated(made, weights_n)
        for k, value in enumerate(row):
            expected = loop(drawn.labels, drawn.probs[:, k], k, 10)
            assert value == pytest.approx(expected, abs=1e-12)


def test_two_classes_have_one_error_but_for_the_sides_of_the_bins():
    made = make(c=2)
    first, second = class_calibration_errors(made.labels, made.probs, 10)[0]
    assert first == pytest.approx(second, abs=1e-12)


def test_an_absent_class_counts_by_the_probability_wasted_on_it():
    probs = np.tile([0.5, 0.3, 0.2], (6, 1))
    errors = class_calibration_errors(np.array([0, 0, 0, 1, 1, 1]), probs)[0]
    assert errors == pytest.approx([0.0, 0.2, 0.2])


def test_one_equal_mass_bin_is_the_gap_of_the_means():
    made = make(c=3)
    errors = class_calibration_errors(made.labels, made.probs, 1, binning="mass")[0]
    shares = np.bincount(made.labels, minlength=3) / made.labels.size
    assert errors == pytest.approx(abs(made.probs.mean(axis=0) - shares))
