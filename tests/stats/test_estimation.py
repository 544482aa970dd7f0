"""Estimates of a whole sample: what each rests on, and what their notes say."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.estimation import estimate_sample
from cutis.stats.intervals import bca_interval, percentile_interval
from cutis.stats.measures import make_sample, measure_all
from cutis.stats.resampling import bootstrap_weights, jackknife_weights
from tests.stats.samples import make

SETTINGS = Settings(n_bootstrap=200, grouping="lesion")


def estimate(made, settings=SETTINGS):
    sample = make_sample(made.labels, made.probs)
    clusters = make_clusters(made.groups, made.labels.size)
    return estimate_sample(sample, clusters, made.classes, settings)


def test_intervals_come_from_resampled_groups():
    made = make()
    result = estimate(made)
    clusters = make_clusters(made.groups, made.labels.size)
    sample = make_sample(made.labels, made.probs)
    replicates = measure_all(sample, bootstrap_weights(clusters, 200, 0))
    for name in ("accuracy", "auroc", "kappa", "brier"):
        found = result.metrics[name]
        assert (found.low, found.high) == percentile_interval(replicates.metrics[name])
    found = result.per_class["class 2"].metrics["auroc"]
    assert (found.low, found.high) == percentile_interval(replicates.per_class["auroc"][:, 2])


def test_bca_uses_the_jackknife_over_groups():
    made = make(n=120)
    found = estimate(made, Settings(n_bootstrap=200, interval="bca")).metrics["macro_f1"]
    clusters = make_clusters(made.groups, 120)
    sample = make_sample(made.labels, made.probs)
    replicates = measure_all(sample, bootstrap_weights(clusters, 200, 0)).metrics["macro_f1"]
    left_out = measure_all(sample, jackknife_weights(clusters)).metrics["macro_f1"]
    assert (found.low, found.high) == bca_interval(found.value, replicates, left_out)
    assert found.method == "bootstrap-bca"


def test_each_class_value_says_on_how_many_images_it_rests():
    made = make()
    result = estimate(made).per_class["class 1"]
    n = int((made.labels == 1).sum())
    assert result.n == n
    assert result.n_groups == len(set(made.groups[made.labels == 1].tolist()))
    assert result.metrics["sensitivity"].n == n
    assert result.metrics["specificity"].n == made.labels.size - n
    assert result.metrics["precision"].n == int((made.predicted == 1).sum())
    assert result.metrics["auroc"].n == made.labels.size


def test_perfect_predictions_keep_their_doubt():
    labels = np.repeat([0, 1], [5, 40])
    probs = np.eye(2)[labels] * 0.9 + 0.05
    clusters = make_clusters(None, 45)
    result = estimate_sample(make_sample(labels, probs), clusters, ["a", "b"], SETTINGS)
    found = result.per_class["a"].metrics["sensitivity"]
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 5))
    assert result.metrics["accuracy"].low == pytest.approx(0.025 ** (1 / 45))
    assert np.isnan(result.metrics["auroc"].low)
    assert "same in every replicate" in result.metrics["auroc"].note


def test_a_class_without_images_is_null_with_a_reason_and_named_by_the_averages():
    made = make(c=3)
    probs = np.concatenate([made.probs * 0.999, np.full((300, 1), 0.001)], axis=1)
    result = estimate_sample(
        make_sample(made.labels, probs),
        make_clusters(made.groups, 300),
        ["a", "b", "c", "unseen"],
        SETTINGS,
    )
    found = result.per_class["unseen"]
    assert found.n == 0
    for name in ("sensitivity", "f1", "auroc", "average_precision"):
        assert np.isnan(found.metrics[name].value)
        assert found.metrics[name].note == "no images of this class"
    assert found.metrics["specificity"].value == 1.0
    assert found.metrics["precision"].note == "never predicted as this class"
    assert "without unseen" in result.metrics["macro_f1"].note
    assert "unseen" not in result.metrics["accuracy"].note


def test_rare_classes_are_named_and_their_absences_counted():
    labels = np.concatenate([np.zeros(60, int), np.ones(60, int), np.full(2, 2)])
    made = make(n=122, c=3)
    result = estimate_sample(
        make_sample(labels, made.probs), make_clusters(None, 122), ["a", "b", "rare"], SETTINGS
    )
    weights = np.concatenate(list(bootstrap_weights(make_clusters(None, 122), 200, 0)))
    absent = int((weights[:, labels == 2].sum(axis=1) == 0).sum())
    assert absent > 5
    note = result.metrics["balanced_accuracy"].note
    assert "rare (2)" in note
    assert f"{absent} of 200 replicates lack" in note
    assert f"undefined in {absent} of 200" in result.per_class["rare"].metrics["auroc"].note
    assert result.metrics["accuracy"].note == ""


def test_two_classes_have_no_average_to_annotate():
    labels = np.repeat([0, 1], [60, 4])
    made = make(n=64, c=2)
    result = estimate_sample(
        make_sample(labels, made.probs), make_clusters(None, 64), ["a", "b"], SETTINGS
    )
    assert "averag" not in result.metrics["auroc"].note
    assert "b (4)" in result.metrics["balanced_accuracy"].note


def test_a_long_list_of_rare_classes_is_cut():
    labels = np.repeat(np.arange(8), 5)
    made = make(n=40, c=8)
    result = estimate_sample(
        make_sample(labels, made.probs), make_clusters(None, 40), made.classes, SETTINGS
    )
    assert "and 3 more" in result.metrics["macro_f1"].note


def test_the_calibration_error_is_corrected_for_its_bias():
    rng = np.random.default_rng(0)
    probs = make(n=300, c=4).probs
    labels = (probs.cumsum(axis=1) < rng.random((300, 1))).sum(axis=1)
    clusters = make_clusters(None, 300)
    found = estimate_sample(make_sample(labels, probs), clusters, list("abcd"), SETTINGS)
    ece = found.metrics["ece"]
    assert ece.method == "bootstrap-corrected"
    assert ece.low < 0.03
    assert ece.value > 0.03
