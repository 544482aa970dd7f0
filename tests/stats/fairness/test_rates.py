"""Rates of subgroups against fairlearn and scikit-learn, crude and standardised."""

from __future__ import annotations

import numpy as np
import pytest
from fairlearn.metrics import (
    MetricFrame,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import accuracy_score, precision_score, roc_auc_score

from cutis.stats.fairness.decision import make_decision
from cutis.stats.fairness.partition import make_partition
from cutis.stats.fairness.rates import RATES, UNDIRECTED, auroc_by_group, rates
from cutis.stats.fairness.sums import make_facts, standardise, sum_by_codes, sum_by_group
from tests.stats.fairness.people import CANCERS, CLASSES, people


def prepared(made, values):
    decision = make_decision(made.labels, made.probs, CLASSES, CANCERS)
    return make_facts(made.labels, made.probs, decision), make_partition(values), decision


def test_rates_equal_fairlearn():
    made = people()
    facts, partition, decision = prepared(made, made.tone)
    found = rates(sum_by_group(facts, partition), decision.positive_c)
    frame = MetricFrame(
        metrics={
            "true_positive_rate": true_positive_rate,
            "false_positive_rate": false_positive_rate,
            "selection_rate": selection_rate,
            "positive_predictive_value": precision_score,
        },
        y_true=made.cancer,
        y_pred=made.called,
        sensitive_features=made.tone,
    ).by_group
    for name in frame.columns:
        assert found[name][0] == pytest.approx(frame[name].loc[list(partition.names)].to_numpy())
    for g, tone in enumerate(partition.names):
        rows = made.tone == tone
        assert found["accuracy"][0, g] == accuracy_score(made.labels[rows], made.predicted[rows])
        bias = made.score[rows].mean() - made.cancer[rows].mean()
        assert found["calibration_in_the_large"][0, g] == pytest.approx(bias)
        over = made.probs[rows].max(axis=1).mean() - found["accuracy"][0, g]
        assert found["overconfidence"][0, g] == pytest.approx(over)


def test_weights_are_the_same_as_writing_rows_again():
    made = people(120)
    facts, partition, decision = prepared(made, made.sex)
    weights = np.random.default_rng(0).poisson(1.0, (4, 120)).astype(float)
    found = rates(sum_by_group(facts, partition, weights), decision.positive_c)
    areas = auroc_by_group(made.cancer, made.score, partition.codes_n, weights, 2)
    for r, weights_n in enumerate(weights):
        rows = np.repeat(np.arange(120), weights_n.astype(int))
        for g, sex in enumerate(partition.names):
            inside = rows[made.sex[rows] == sex]
            positives = inside[made.cancer[inside]]
            assert found["true_positive_rate"][r, g] == pytest.approx(made.called[positives].mean())
            area = roc_auc_score(made.cancer[inside], made.score[inside])
            assert areas[r, g] == pytest.approx(area)


def test_sums_of_other_divisions_are_those_of_partitions():
    made = people(90)
    facts, partition, _ = prepared(made, made.tone)
    codes = np.stack([partition.codes_n, partition.codes_n[::-1]])
    one = sum_by_codes(facts, codes, 3)
    for p in range(2):
        other = sum_by_group(facts, partition._replace(codes_n=codes[p]))
        for a, b in zip(one, other, strict=True):
            assert a[p] == pytest.approx(b[0])


def test_a_subgroup_without_positives_has_no_sensitivity():
    made = people(100)
    values = np.where(made.cancer, "sick", "well")
    facts, partition, decision = prepared(made, values)
    found = rates(sum_by_group(facts, partition), decision.positive_c)
    sick, well = 0, 1
    assert np.isnan(found["true_positive_rate"][0, well])
    assert np.isnan(found["false_positive_rate"][0, sick])
    assert np.isnan(auroc_by_group(made.cancer, made.score, partition.codes_n,
                                   np.ones((1, 100)), 2)).all()  # fmt: skip


def test_standardising_takes_the_mix_of_diagnoses_away():
    # Melanoma is recognised in 9 of 10, nevi in 5 of 10, of both sexes; men have more melanoma.
    labels = np.repeat([0, 1, 0, 1], [80, 20, 20, 80])
    sex = np.repeat(["f", "m"], 100)
    right = np.concatenate([np.arange(80) % 10 < 5, np.arange(20) % 10 < 9] * 1 +
                           [np.arange(20) % 10 < 5, np.arange(80) % 10 < 9])  # fmt: skip
    predicted = np.where(right, labels, 1 - labels)
    facts = make_facts(labels, np.eye(2)[predicted], None)
    sums = sum_by_group(facts, make_partition(sex))
    assert rates(sums, None)["accuracy"][0] == pytest.approx([0.58, 0.82])
    even = rates(standardise(sums, np.array([0.5, 0.5])), None)
    assert even["accuracy"][0] == pytest.approx([0.7, 0.7])
    # a uniform mix makes accuracy the balanced accuracy
    assert even["balanced_accuracy"][0] == pytest.approx([0.7, 0.7])


def test_standardised_accuracy_equals_the_weighted_mean_of_sensitivities():
    made = people(300, seed=3)
    facts, partition, _ = prepared(made, made.sex)
    target = np.array([0.4, 0.3, 0.3, 0.0])
    found = rates(standardise(sum_by_group(facts, partition), target), None)["accuracy"][0]
    for g, sex in enumerate(partition.names):
        of_class = [
            (made.predicted[rows] == k).mean()
            for k in range(3)
            for rows in [(made.sex == sex) & (made.labels == k)]
        ]
        assert found[g] == pytest.approx(np.dot(of_class, target[:3]))


def test_a_class_missing_from_a_subgroup_is_left_out_of_its_mix():
    made = people(60)
    rows = made.labels != 3
    facts = make_facts(made.labels[rows], made.probs[rows], None)
    sums = sum_by_group(facts, make_partition(made.sex[rows]))
    with_it = rates(standardise(sums, np.array([0.3, 0.3, 0.2, 0.2])), None)["accuracy"]
    without = rates(standardise(sums, np.array([0.3, 0.3, 0.2, 0.0])), None)["accuracy"]
    assert with_it == pytest.approx(without)


def test_every_rate_says_what_it_is_taken_of():
    made = people(60)
    facts, partition, decision = prepared(made, made.sex)
    found = rates(sum_by_group(facts, partition), decision.positive_c)
    assert {*found, "auroc"} == set(RATES)
    assert set(rates(sum_by_group(facts, partition), None)) == set(UNDIRECTED)
