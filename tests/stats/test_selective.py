"""Risk-coverage areas and accuracies against loops over every resample."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.stats.selective import accuracy_at, areas, queue, risk_coverage_curve
from tests.stats.samples import SITUATIONS, multiplicities, repeated, situation


def loop_area(wrong):
    """Mean share of wrong answers among the k first, for k from 1 to n."""
    return float(np.mean([np.mean(wrong[: k + 1]) for k in range(len(wrong))]))


def loop_expected(wrong, confidence):
    """The same with equal confidences replaced by the mean of their block."""
    order = np.argsort(-confidence, kind="stable")
    levels = confidence[order]
    smooth = np.array([wrong[order][levels == level].mean() for level in levels])
    return loop_area(smooth)


def make_queue(made):
    return queue(made.predicted != made.labels, made.probs.max(axis=1))


@pytest.mark.parametrize("name", SITUATIONS)
def test_areas_equal_a_loop_over_resamples(name):
    made = situation(name)
    weights = multiplicities(made, r=3)
    found = areas(make_queue(made), weights)
    for r, weights_n in enumerate(weights):
        drawn = repeated(made, weights_n)
        wrong = (drawn.predicted != drawn.labels).astype(float)
        expected = loop_expected(wrong, drawn.probs.max(axis=1))
        assert found.aurc[r] == pytest.approx(expected, abs=1e-10)
        assert found.excess[r] == pytest.approx(expected - loop_area(np.sort(wrong)), abs=1e-10)


def test_ties_get_the_mean_over_all_orders():
    wrong = np.array([0, 1, 1, 0, 1])
    confidence = np.array([0.9, 0.7, 0.7, 0.7, 0.2])
    means = [loop_area(wrong[[0, *middle, 4]]) for middle in permutations([1, 2, 3])]
    assert areas(queue(wrong, confidence)).aurc[0] == pytest.approx(np.mean(means))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.2, 0.5, 0.8, 1.0])), min_size=1,
                max_size=30))  # fmt: skip
def test_excess_is_never_negative_and_areas_are_shares(rows):
    wrong, confidence = map(np.array, zip(*rows, strict=True))
    found = areas(queue(wrong, confidence))
    assert found.excess[0] >= -1e-12
    assert 0 <= found.aurc[0] <= 1


def test_a_perfect_order_has_no_excess_and_a_useless_one_has_the_overall_risk():
    wrong = np.array([False, False, False, True])
    assert areas(queue(wrong, np.array([0.9, 0.8, 0.7, 0.6]))).excess[0] == pytest.approx(0)
    assert areas(queue(wrong, np.full(4, 0.5))).aurc[0] == pytest.approx(0.25)


@pytest.mark.parametrize("name", ["balanced", "rare class", "many ties"])
def test_accuracy_at_a_coverage_equals_a_loop(name):
    made = situation(name)
    weights = multiplicities(made, r=3)
    coverages = np.array([0.1, 0.5, 0.83, 1.0])
    found = accuracy_at(make_queue(made), coverages, weights)
    for r, weights_n in enumerate(weights):
        drawn = repeated(made, weights_n)
        confidence = drawn.probs.max(axis=1)
        right = (drawn.predicted == drawn.labels).astype(float)
        order = np.argsort(-confidence, kind="stable")
        levels = confidence[order]
        smooth = np.array([right[order][levels == level].mean() for level in levels])
        for m, coverage in enumerate(coverages):
            k = int(np.ceil(coverage * len(smooth) - 1e-9))
            assert found[r, m] == pytest.approx(smooth[:k].mean(), abs=1e-10)


def test_the_curve_ends_at_the_overall_risk():
    made = situation("many ties")
    curve = risk_coverage_curve(make_queue(made))
    assert curve.coverage_b[-1] == 1.0
    assert curve.risk_b[-1] == pytest.approx((made.predicted != made.labels).mean())
    assert (np.diff(curve.threshold_b) < 0).all()
    accuracy = accuracy_at(make_queue(made), curve.coverage_b)[0]
    assert 1 - curve.risk_b == pytest.approx(accuracy)


@pytest.mark.parametrize("coverage", [0.0, -0.1, 1.01])
def test_an_impossible_coverage_is_refused(coverage):
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        accuracy_at(queue(np.array([True]), np.array([0.5])), np.array([coverage]))
