"""One column compared: who takes part, and what is left out with a reason."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import fisher_exact

from cutis.stats.fairness.compare import compare_column
from tests.stats.fairness.asked import question
from tests.stats.fairness.people import CLASSES, people

MADE = people(200)


@pytest.fixture(scope="module")
def found():
    tone = np.where(np.arange(200) < 8, "VI", MADE.tone)
    tone = np.where(np.arange(200) % 8 == 7, "(missing)", tone)
    return compare_column(question(MADE, min_groups=15), "tone", tone.astype(object))


def test_the_missing_are_measured_but_never_compared(found):
    assert "(missing)" in found.rates
    assert "(missing)" not in found.compared
    for gap in found.crude.values():
        assert "(missing)" not in gap.worst_share


def test_the_small_are_counted_but_not_measured(found):
    assert "VI" not in found.rates
    record = found.to_json(tuple(CLASSES))["parts"]["VI"]
    assert (record["n"], record["rates"], record["metrics"]) == (7, None, None)
    assert record["ece_by_chance"] is None
    assert record["note"]


def test_calibration_error_by_chance_is_above_zero_and_larger_where_fewer(found):
    few, many = found.ece_by_chance["I"], found.ece_by_chance["II"]
    assert 0 < many < few


def test_the_record_is_strict_json(found):
    text = json.dumps(found.to_json(tuple(CLASSES)), allow_nan=False)
    assert json.loads(text)["compared"] == list(found.compared)


def test_images_that_share_patients_have_no_tests_for_independent_ones(found):
    assert found.rate_tests == {}


def test_independent_images_are_tested_by_fisher():
    alone = compare_column(question(MADE, grouped=False, n_bootstrap=0), "sex",
                           MADE.sex.astype(object))  # fmt: skip
    assert set(alone.rate_tests) == {
        "accuracy", "true_positive_rate", "false_positive_rate", "selection_rate",
        "positive_predictive_value",
    }  # fmt: skip
    female, sick = MADE.sex == "female", MADE.cancer
    counts = [
        [(MADE.called & sick & side).sum(), (~MADE.called & sick & side).sum()]
        for side in (female, ~female)
    ]
    record = alone.rate_tests["true_positive_rate"].to_json()
    p_values = [v for k, v in record.items() if isinstance(v, float)]
    assert any(p == pytest.approx(fisher_exact(counts).pvalue) for p in p_values)


def test_subgroups_without_a_common_diagnosis_have_no_gap_with_equal_ones():
    side = np.where(MADE.cancer, "sick", "well").astype(object)
    split = compare_column(question(MADE, n_bootstrap=0), "side", side)
    assert not split.mix.target_c.any()
    assert all(np.isnan(gap.difference.value) for gap in split.standardised.values())
    assert split.tests.standardised == {}
    assert not np.isnan(split.crude["accuracy"].difference.value)


def test_one_patient_per_subgroup_leaves_nothing_to_compare():
    asked = question(MADE, n_bootstrap=0)
    lonely = compare_column(asked, "patient", MADE.patients)
    assert lonely.compared == ()
    assert lonely.rates == {}
    assert all(np.isnan(gap.difference.value) for gap in lonely.crude.values())
