"""Permutation tests of gaps: right without a difference, sharp with one, else silent."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact

from cutis.stats.fairness.part_rates import known_parts
from cutis.stats.fairness.partition import make_partition
from cutis.stats.fairness.replicates import group_rates
from cutis.stats.fairness.testing import MORE, _is_rare, permutation_tests
from tests.stats.fairness.asked import question
from tests.stats.fairness.people import people

MIX = np.full(4, 0.25)


def p_values_of(made, values_n, target=MIX, compared=None, **options):
    asked = question(made, **({"n_bootstrap": 0} | options))
    partition = make_partition(np.asarray(values_n, dtype=object))
    found = group_rates(asked, partition, target)
    size = len(partition.names)
    among = np.ones(size, dtype=bool) if compared is None else np.array(compared)
    known = {rate: known_parts(asked, partition, among, rate) for rate in found.crude}
    return permutation_tests(asked, partition, among, known, target, found)


@pytest.fixture(scope="module")
def alike():
    made = people(160)
    return p_values_of(made, made.sex)


def test_every_rate_and_criterion_is_tested(alike):
    assert set(alike.crude) == {
        "accuracy", "balanced_accuracy", "overconfidence", "true_positive_rate",
        "false_positive_rate", "positive_predictive_value", "selection_rate",
        "calibration_in_the_large", "auroc",
    }  # fmt: skip
    assert set(alike.standardised) == set(alike.crude) - {"auroc"}
    assert set(alike.criteria) == {
        "demographic_parity", "equal_opportunity", "equalized_odds", "predictive_parity"
    }  # fmt: skip
    for p_values in (alike.crude, alike.standardised, alike.criteria):
        assert all(0 < p <= 1 for p in p_values.values())


def test_a_criterion_of_one_rate_has_the_p_value_of_that_rate(alike):
    assert alike.criteria["equal_opportunity"] == alike.crude["true_positive_rate"]
    assert alike.criteria["predictive_parity"] == alike.crude["positive_predictive_value"]
    assert alike.criteria["demographic_parity"] == alike.crude["selection_rate"]


def test_chance_alone_makes_gaps(alike):
    assert all(gap > 0 for gap in alike.by_chance.values())


def test_a_planted_difference_is_found_and_more_is_dealt_for_it():
    made = people(240, worse="V", by_how_much=4.0, per_patient=1)
    found = p_values_of(made, made.tone, grouped=False)
    # fewer than ten of the first 99 reach it, so ten times as many are dealt
    assert found.crude["accuracy"] == pytest.approx(1 / (1 + MORE * 99))
    assert found.standardised["accuracy"] < 0.01


def test_a_test_of_two_subgroups_agrees_with_fisher():
    made = people(120, seed=3, per_patient=1)
    found = p_values_of(made, made.sex, grouped=False, n_permutations=999)
    right = made.predicted == made.labels
    female = made.sex == "female"
    counts = [[(right & side).sum(), (~right & side).sum()] for side in (female, ~female)]
    assert found.crude["accuracy"] == pytest.approx(fisher_exact(counts).pvalue, abs=0.06)


def test_the_truth_is_kept_in_balance():
    # Men have cancer, women mostly not; answers depend on the truth alone.
    made = people(240, seed=1, cancer_in_male=0.9, per_patient=1)
    found = p_values_of(made, made.sex, grouped=False)
    assert found.crude["selection_rate"] < 0.02
    assert found.crude["true_positive_rate"] > 0.02


def test_under_no_difference_p_values_are_not_small_too_often():
    small = 0
    for seed in range(40):
        made = people(60, seed=seed, per_patient=2)
        small += p_values_of(made, made.sex, positive=False, min_groups=2).crude["accuracy"] <= 0.1
    assert small <= 10  # binomial(40, 0.1) exceeds 10 with probability 0.002


def test_the_same_seed_gives_the_same_p_values_and_another_seed_others():
    made = people(160)
    assert p_values_of(made, made.sex, seed=0) == p_values_of(made, made.sex, seed=0)
    assert p_values_of(made, made.sex, seed=1) != p_values_of(made, made.sex, seed=0)


@pytest.mark.parametrize("compared", [[False, False], [True, False]])
def test_fewer_than_two_subgroups_are_not_tested(compared):
    made = people(120)
    found = p_values_of(made, made.sex, compared=compared)
    assert found == ({}, {}, {}, {})


def test_without_a_common_mix_only_crude_gaps_are_tested():
    made = people(120)
    found = p_values_of(made, made.sex, target=np.zeros(4))
    assert found.standardised == {}
    assert found.crude["accuracy"] > 0


def test_images_that_are_not_compared_are_never_dealt():
    made = people(240)
    alone = p_values_of(made, made.tone, compared=[True, True, False])
    rows = made.tone != "V"
    part = type(made)(*(np.asarray(field)[rows] for field in made))
    assert p_values_of(part, part.tone).crude["accuracy"] == alone.crude["accuracy"]


def test_what_nobody_has_cannot_be_tested():
    made = people(120)
    side = np.where(made.cancer, "sick", "well")
    found = p_values_of(made, side)
    assert np.isnan(found.crude["true_positive_rate"])
    assert np.isnan(found.crude["auroc"])
    assert np.isnan(found.criteria["equalized_odds"])


@pytest.mark.parametrize(
    ("value", "permuted", "rare"),
    [
        (0.5, np.full(99, 0.1), True),
        (0.5, np.full(99, 0.5), False),
        (np.nan, np.full(99, 0.1), False),
        (0.5, np.full(99, np.nan), False),
    ],
)
def test_more_is_dealt_only_where_chance_seldom_reaches(value, permuted, rare):
    assert _is_rare(value, permuted) is rare
