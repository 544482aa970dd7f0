"""Fairness criteria equal those of fairlearn."""

from __future__ import annotations

import numpy as np
import pytest
from fairlearn import metrics as fairlearn
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.stats.fairness.criteria import CRITERIA, differences, ratios
from cutis.stats.fairness.decision import make_decision
from cutis.stats.fairness.partition import make_partition
from cutis.stats.fairness.rates import rates
from cutis.stats.fairness.sums import make_facts, sum_by_group
from tests.stats.fairness.people import CANCERS, CLASSES, people


@pytest.mark.parametrize("seed", range(4))
def test_differences_and_ratios_equal_fairlearn(seed):
    made = people(300, seed)
    decision = make_decision(made.labels, made.probs, CLASSES, CANCERS)
    facts = make_facts(made.labels, made.probs, decision)
    found = rates(sum_by_group(facts, make_partition(made.tone)), decision.positive_c)
    data = {"y_true": made.cancer, "y_pred": made.called, "sensitive_features": made.tone}
    for name in ("demographic_parity", "equal_opportunity", "equalized_odds"):
        difference = getattr(fairlearn, f"{name}_difference")(**data)
        ratio = getattr(fairlearn, f"{name}_ratio")(**data)
        assert differences(found, name)[0] == pytest.approx(difference, abs=1e-12)
        assert ratios(found, name)[0] == pytest.approx(ratio, abs=1e-12)


def test_predictive_parity_is_the_range_of_predictive_values():
    found = {"positive_predictive_value": np.array([[0.5, 0.8, np.nan]])}
    assert differences(found, "predictive_parity")[0] == pytest.approx(0.3)
    assert ratios(found, "predictive_parity")[0] == pytest.approx(0.625)


def test_one_subgroup_gives_nothing():
    found = {"selection_rate": np.array([[0.5, np.nan]])}
    assert np.isnan(differences(found, "demographic_parity"))
    assert np.isnan(ratios(found, "demographic_parity"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.lists(st.floats(0, 1), min_size=6))
def test_the_order_of_subgroups_does_not_matter(tpr, fpr):
    found = {
        "true_positive_rate": np.array([tpr]),
        "false_positive_rate": np.array([fpr[: len(tpr)]]),
    }
    turned = {name: values[:, ::-1] for name, values in found.items()}
    for measure in (differences, ratios):
        np.testing.assert_array_equal(
            measure(found, "equalized_odds"), measure(turned, "equalized_odds")
        )


def test_every_criterion_says_what_it_asks_for():
    assert all(item.rates and item.meaning for item in CRITERIA.values())
