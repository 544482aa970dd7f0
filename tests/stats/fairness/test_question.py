"""What each rate is taken of, and what its permutation test must keep in balance."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.fairness.rates import RATES
from tests.stats.fairness.asked import question
from tests.stats.fairness.people import people

MADE = people(80)
ASKED = question(MADE)
UNDIRECTED = question(MADE, positive=False)


@pytest.mark.parametrize(
    ("rate", "among"),
    [
        ("accuracy", np.ones(80, dtype=bool)),
        ("balanced_accuracy", np.ones(80, dtype=bool)),
        ("true_positive_rate", MADE.cancer),
        ("false_positive_rate", ~MADE.cancer),
        ("positive_predictive_value", MADE.called),
        ("selection_rate", np.ones(80, dtype=bool)),
    ],
)
def test_denominators(rate, among):
    assert np.array_equal(ASKED.denominator(rate), among)


def test_without_a_decision_only_undirected_rates_can_be_asked_for():
    assert UNDIRECTED.rate_names() == ("accuracy", "balanced_accuracy", "overconfidence")
    assert UNDIRECTED.positive_c is None
    assert UNDIRECTED.strata("truth") is None
    assert UNDIRECTED.strata("answer") is None
    assert UNDIRECTED.denominator("accuracy").all()
    assert ASKED.rate_names() == tuple(RATES)
    assert ASKED.positive_c.tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("rate", "balance"),
    [
        ("accuracy", "nothing"),
        ("selection_rate", "nothing"),
        ("overconfidence", "nothing"),
        ("balanced_accuracy", "class"),
        ("true_positive_rate", "truth"),
        ("false_positive_rate", "truth"),
        ("auroc", "truth"),
        ("positive_predictive_value", "answer"),
    ],
)
def test_what_a_test_keeps_in_balance(rate, balance):
    assert ASKED.balance(rate) == balance


def test_strata_are_the_truth_the_answer_or_the_diagnosis():
    assert np.array_equal(ASKED.strata("truth"), MADE.cancer)
    assert np.array_equal(ASKED.strata("answer"), MADE.called)
    assert np.array_equal(ASKED.strata("class"), MADE.labels)
    assert np.array_equal(UNDIRECTED.strata("class"), MADE.labels)
    assert ASKED.strata("nothing") is None
