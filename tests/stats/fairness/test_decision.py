"""From probabilities to a yes or no."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.fairness.decision import make_decision
from tests.stats.fairness.people import CANCERS, CLASSES, people


def test_by_the_most_probable_class():
    made = people()
    decision = make_decision(made.labels, made.probs, CLASSES, CANCERS)
    assert np.array_equal(decision.called_n, made.called)
    assert np.array_equal(decision.positive_n, made.cancer)
    assert decision.score_n == pytest.approx(made.score)
    assert decision.rule == "most probable class"


def test_a_threshold_is_reached_by_an_equal_probability():
    probs = np.array([[0.75, 0.25], [0.76, 0.24]])
    decision = make_decision(np.array([0, 1]), probs, ["nevus", "melanoma"], ["melanoma"], 0.25)
    assert decision.called_n.tolist() == [True, False]
    assert decision.rule == "probability of at least 0.25"


@pytest.mark.parametrize(
    ("positive", "threshold", "message"),
    [
        (["naevus"], None, "'naevus' is not a class; the classes are nevus, keratosis"),
        ([], None, "0 of 4 are"),
        (CLASSES, None, "4 of 4 are"),
        (["melanoma"], 1.0, "The threshold is 1.0; it must lie between 0 and 1"),
    ],
)
def test_refusals(positive, threshold, message):
    made = people(20)
    with pytest.raises(ValueError, match=message):
        make_decision(made.labels, made.probs, CLASSES, positive, threshold)
