"""Rates of all subgroups in the same resamples, against scikit-learn and plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from cutis.stats.fairness.partition import make_partition
from cutis.stats.fairness.replicates import group_rates
from cutis.stats.resampling import bootstrap_weights
from tests.stats.fairness.asked import question
from tests.stats.fairness.people import people

MADE = people(120)
SEXES = make_partition(MADE.sex.astype(object))
MIX = np.full(4, 0.25)
ASKED = question(MADE)
FOUND = group_rates(ASKED, SEXES, MIX)


def drawn() -> np.ndarray:
    settings = ASKED.settings
    blocks = bootstrap_weights(ASKED.clusters, settings.n_bootstrap, settings.seed)
    return np.concatenate(list(blocks))


def test_crude_rates_are_those_of_plain_counting():
    for g, name in enumerate(SEXES.names):
        rows = name == MADE.sex
        right = MADE.predicted[rows] == MADE.labels[rows]
        called, sick = MADE.called[rows], MADE.cancer[rows]
        expected = {
            "accuracy": right.mean(),
            "balanced_accuracy": np.mean([right[MADE.labels[rows] == k].mean() for k in range(4)]),
            "overconfidence": MADE.probs[rows].max(axis=1).mean() - right.mean(),
            "true_positive_rate": called[sick].mean(),
            "false_positive_rate": called[~sick].mean(),
            "positive_predictive_value": sick[called].mean(),
            "selection_rate": called.mean(),
            "calibration_in_the_large": MADE.score[rows].mean() - sick.mean(),
            "auroc": roc_auc_score(sick, MADE.score[rows]),
        }
        assert {k: v[g] for k, v in FOUND.crude.items()} == pytest.approx(expected)


def test_replicates_are_the_rates_of_resampled_patients():
    weights = drawn()
    assert FOUND.crude_replicates["accuracy"].shape == (100, 2)
    for r in (0, 7, 99):
        for g, name in enumerate(SEXES.names):
            rows = np.repeat(np.arange(120), weights[r].astype(int) * (name == MADE.sex))
            right = MADE.predicted[rows] == MADE.labels[rows]
            assert FOUND.crude_replicates["accuracy"][r, g] == pytest.approx(right.mean())
            area = roc_auc_score(MADE.cancer[rows], MADE.score[rows])
            assert FOUND.crude_replicates["auroc"][r, g] == pytest.approx(area)


def test_the_images_of_a_patient_are_drawn_together():
    weights = drawn()
    for patient in set(MADE.patients):
        of_patient = weights[:, patient == MADE.patients]
        assert (of_patient == of_patient[:, :1]).all()


def test_equal_diagnoses_make_accuracy_the_mean_recall():
    assert FOUND.standardised["accuracy"] == pytest.approx(FOUND.crude["balanced_accuracy"])
    assert "auroc" not in FOUND.standardised


def test_no_mix_gives_nan_and_no_crash():
    found = group_rates(ASKED, SEXES, np.zeros(4))
    assert np.isnan(found.standardised["accuracy"]).all()
    assert found.crude["accuracy"] == pytest.approx(FOUND.crude["accuracy"])


def test_without_resampling_there_are_no_replicates():
    found = group_rates(question(MADE, n_bootstrap=0), SEXES, MIX)
    assert found.crude_replicates is None
    assert found.standardised_replicates is None


def test_a_subgroup_without_what_is_to_be_found_is_undefined_not_zero():
    side = make_partition(np.where(MADE.cancer, "sick", "well").astype(object))
    found = group_rates(ASKED, side, MIX)
    well = side.names.index("well")
    assert np.isnan(found.crude["true_positive_rate"][well])
    assert np.isnan(found.crude["auroc"]).all()
    assert np.isnan(found.crude["false_positive_rate"][1 - well])
    assert not np.isnan(found.crude["accuracy"]).any()
