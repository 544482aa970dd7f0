"""Gaps of a column: who is compared, and criteria that must hold for two rates at once."""

from __future__ import annotations

import numpy as np
import pytest
from fairlearn.metrics import (
    demographic_parity_difference,
    demographic_parity_ratio,
    equal_opportunity_difference,
    equalized_odds_difference,
    equalized_odds_ratio,
)

from cutis.stats.estimate import Estimate
from cutis.stats.fairness.column_gaps import _worse, criterion_gaps, gap_of_each_rate
from cutis.stats.fairness.part_rates import known_parts
from cutis.stats.fairness.partition import make_partition
from cutis.stats.fairness.replicates import group_rates
from tests.stats.fairness.asked import question
from tests.stats.fairness.people import people

MADE = people(200)
NAN = float("nan")


def measured(values_n, compared=None, **options):
    """Return the question, partition, rates, who is known, crude gaps and criteria."""
    asked = question(MADE, **options)
    partition = make_partition(np.asarray(values_n, dtype=object))
    found = group_rates(asked, partition, np.zeros(4))
    size = len(partition.names)
    among = np.ones(size, dtype=bool) if compared is None else np.array(compared)
    known = {rate: known_parts(asked, partition, among, rate) for rate in found.crude}
    crude = gap_of_each_rate(asked, partition, found.crude, found.crude_replicates, known)
    return crude, criterion_gaps(asked, partition, found, known, crude)


@pytest.fixture(scope="module")
def by_tone():
    return measured(MADE.tone)


def test_criteria_are_those_of_fairlearn(by_tone):
    _, criteria = by_tone
    truth, called, about = MADE.cancer, MADE.called, {"sensitive_features": MADE.tone}
    for name, difference, ratio in (
        ("demographic_parity", demographic_parity_difference, demographic_parity_ratio),
        ("equalized_odds", equalized_odds_difference, equalized_odds_ratio),
    ):
        assert criteria[name][0].value == pytest.approx(difference(truth, called, **about))
        assert criteria[name][1].value == pytest.approx(ratio(truth, called, **about))
    assert criteria["equal_opportunity"][0].value == pytest.approx(
        equal_opportunity_difference(truth, called, **about)
    )


def test_a_criterion_of_one_rate_is_the_gap_of_that_rate(by_tone):
    crude, criteria = by_tone
    assert criteria["equal_opportunity"][0] == crude["true_positive_rate"].difference
    assert criteria["predictive_parity"][1] == crude["positive_predictive_value"].ratio


def test_two_rates_are_held_to_half_the_error_each(by_tone):
    crude, criteria = by_tone
    joined = criteria["equalized_odds"][0]
    single = [crude[r].difference for r in ("true_positive_rate", "false_positive_rate")]
    assert joined.value == max(gap.value for gap in single)
    assert joined.high >= max(gap.high for gap in single)
    assert joined.note == "the larger one of two rates"
    assert criteria["equalized_odds"][1].note.startswith("the smaller one of two rates")


def test_a_gap_rests_on_the_images_of_those_compared():
    crude, _ = measured(MADE.tone, compared=[True, True, False])
    inside = MADE.tone != "V"
    assert crude["accuracy"].difference.n == inside.sum()
    assert crude["true_positive_rate"].difference.n == (inside & MADE.cancer).sum()
    right = MADE.predicted == MADE.labels
    rates = [right[name == MADE.tone].mean() for name in ("I", "II")]
    assert crude["accuracy"].difference.value == pytest.approx(abs(rates[0] - rates[1]))
    assert "V" not in (crude["accuracy"].lowest, crude["accuracy"].highest)


def test_a_subgroup_with_too_few_of_a_rate_is_left_out_of_that_rate_only():
    healthy = np.where(~MADE.cancer & (np.arange(200) % 5 == 0), "VI", MADE.tone)
    crude, criteria = measured(healthy, grouped=False)
    assert "VI" in crude["false_positive_rate"].worst_share
    assert "VI" not in crude["true_positive_rate"].worst_share
    assert not np.isnan(criteria["equalized_odds"][0].value)


def test_one_subgroup_has_no_criteria_to_miss():
    crude, criteria = measured(np.full(200, "all"))
    assert np.isnan(crude["accuracy"].difference.value)
    for difference, ratio in criteria.values():
        assert difference.to_json()["value"] is None
        assert ratio.to_json()["value"] is None
        assert difference.note == "fewer than two subgroups have a value"


def test_without_something_to_find_there_are_no_criteria():
    crude, criteria = measured(MADE.sex, positive=False)
    assert criteria == {}
    assert list(crude) == ["accuracy", "balanced_accuracy", "overconfidence"]


def test_without_resampling_the_value_stays_and_the_interval_is_missed():
    _, criteria = measured(MADE.sex, n_bootstrap=0)
    found = criteria["equalized_odds"][0]
    assert found.value > 0
    assert found.to_json()["low"] is None
    assert found.note == "the larger one of two rates; no interval was asked for"


def test_if_one_of_two_rates_is_undefined_so_is_the_criterion():
    known = Estimate(0.2, 0.1, 0.3, 50, "m", "none")
    unknown = Estimate(NAN, NAN, NAN, 50, "none", "none", "no value")
    joined = _worse([known, unknown], 0.2, "larger")
    assert np.isnan(joined.value)
    assert joined.note == "no value"


@pytest.mark.parametrize(("which", "ends"), [("larger", (0.15, 0.4)), ("smaller", (0.1, 0.3))])
def test_of_two_intervals_the_worse_ends_count(which, ends):
    two = [Estimate(0.2, 0.1, 0.4, 50, "m", "none"), Estimate(0.25, 0.15, 0.3, 50, "m", "none")]
    joined = _worse(two, 0.25, which)
    assert (joined.low, joined.high) == ends
