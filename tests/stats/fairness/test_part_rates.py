"""Rates of subgroups: too few images give a note, not a number."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from cutis.stats.fairness.part_rates import known_parts, rate_estimates
from cutis.stats.fairness.partition import Partition, make_partition
from cutis.stats.fairness.question import MIN_DENOMINATOR
from cutis.stats.fairness.replicates import group_rates
from tests.stats.fairness.asked import question
from tests.stats.fairness.people import people

MADE = people(120)
NO_MIX = np.zeros(4)


def estimated(values_n, made=MADE, **options):
    asked = question(made, **options)
    partition = make_partition(np.asarray(values_n, dtype=object))
    found = group_rates(asked, partition, NO_MIX)
    sizes = partition.cluster_sizes(asked.clusters)
    return rate_estimates(asked, partition, found, sizes)


def test_every_rate_has_its_own_n_method_and_grouping():
    found = estimated(MADE.sex)["female"]
    female = MADE.sex == "female"
    assert found["accuracy"].n == female.sum()
    assert found["true_positive_rate"].n == (female & MADE.cancer).sum()
    assert found["false_positive_rate"].n == (female & ~MADE.cancer).sum()
    assert found["positive_predictive_value"].n == (female & MADE.called).sum()
    assert {estimate.grouping for estimate in found.values()} == {"patient_id"}
    for estimate in found.values():
        assert estimate.low <= estimate.value <= estimate.high


def test_a_small_subgroup_is_not_measured_at_all():
    values = np.where(np.arange(120) < 6, "VI", "II")
    assert list(estimated(values)) == ["II"]
    assert list(estimated(values, min_groups=3)) == ["II", "VI"]


def test_a_rate_of_too_few_has_no_number_and_says_of_what():
    kept = MADE.cancer & (np.cumsum(MADE.cancer) <= 4)
    values = np.where(kept | ~MADE.cancer, "few", "rest")
    found = estimated(values, grouped=False)["few"]
    assert np.isnan(found["true_positive_rate"].value)
    assert found["true_positive_rate"].note == (
        "only 4 images of a positive class; at least 5 are needed"
    )
    assert found["auroc"].note == (
        "fewer than 5 images of a positive class, or of no positive class"
    )
    record = found["true_positive_rate"].to_json()
    assert (record["value"], record["low"], record["high"]) == (None, None, None)
    assert not np.isnan(found["false_positive_rate"].value)


def test_patients_are_counted_not_images():
    made = people(120, per_patient=4)
    sick = np.flatnonzero(made.cancer)
    patients = list(dict.fromkeys(made.patients[sick]))[:3]
    kept = made.cancer & np.isin(made.patients, patients)
    values = np.where(kept | ~made.cancer, "few", "rest")
    found = estimated(values, made)["few"]
    assert kept.sum() >= MIN_DENOMINATOR
    assert "only 3 groups (patient_id) of a positive class" in found["true_positive_rate"].note


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ("positive_predictive_value", "only 0 images called positive; at least 5"),
        ("false_positive_rate", "only 0 images of no positive class; at least 5"),
    ],
)
def test_what_is_lacking_is_named(rate, words):
    lacking = MADE.called if rate.startswith("positive") else ~MADE.cancer
    found = estimated(np.where(lacking, "has", "lacks"), grouped=False)["lacks"]
    assert words in found[rate].note


def test_known_parts_count_what_a_rate_is_taken_of():
    asked = question(MADE, grouped=False)
    sick = np.flatnonzero(MADE.cancer)
    codes = np.zeros(120, dtype=np.int64)
    codes[sick[:MIN_DENOMINATOR]] = 1
    codes[sick[MIN_DENOMINATOR : 2 * MIN_DENOMINATOR - 1]] = 2
    partition = Partition(("most", "five", "four"), codes)
    everyone = np.ones(3, dtype=bool)
    for rate, expected in (
        ("true_positive_rate", [True, True, False]),
        ("false_positive_rate", [True, False, False]),
        ("auroc", [True, False, False]),
        ("accuracy", [True, True, False]),
    ):
        assert known_parts(asked, partition, everyone, rate).tolist() == expected
    chosen = np.array([False, True, True])
    assert known_parts(asked, partition, chosen, "accuracy").tolist() == [False, True, False]


def test_all_right_is_not_certainty():
    labels = MADE.labels
    sure = MADE._replace(probs=np.eye(4)[labels])
    found = estimated(sure.sex, sure, grouped=False)["female"]["accuracy"]
    low, _ = proportion_confint(found.n, found.n, method="beta")
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(low)
