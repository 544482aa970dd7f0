"""All metrics at once: against scikit-learn in a naive loop, and against recorded replicates."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as reference

from cutis.stats.clusters import make_clusters
from cutis.stats.measures import make_sample, measure, measure_all
from cutis.stats.resampling import bootstrap_weights, multiplicities
from tests.stats.samples import SITUATIONS, make, repeated, situation


def naive(labels, probs):
    """Compute the headline metrics of one resample the slow way."""
    predicted, c = probs.argmax(axis=1), probs.shape[1]
    one_hot = np.eye(c)[labels]
    present = np.unique(labels)
    areas = [reference.roc_auc_score(one_hot[:, k], probs[:, k]) for k in present]
    means = [reference.average_precision_score(one_hot[:, k], probs[:, k]) for k in present]
    return {
        "accuracy": reference.accuracy_score(labels, predicted),
        "balanced_accuracy": reference.balanced_accuracy_score(labels, predicted),
        "weighted_f1": reference.f1_score(labels, predicted, average="weighted"),
        "macro_f1": reference.f1_score(labels, predicted, average="macro", labels=present),
        "kappa": reference.cohen_kappa_score(labels, predicted),
        "auroc": areas[-1] if c == 2 else np.mean(areas),
        "average_precision": means[-1] if c == 2 else np.mean(means),
    }


@pytest.mark.parametrize("name", ["binary", "rare class", "many ties"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_grouped_bootstrap_equals_a_loop_over_resampled_lesions(name):
    made = situation(name)
    clusters = make_clusters(made.groups, made.labels.size)
    weights = next(bootstrap_weights(clusters, 6, seed=0))
    found = measure(make_sample(made.labels, made.probs), weights).metrics
    for r, weights_n in enumerate(weights):
        drawn = repeated(made, weights_n)
        for metric, expected in naive(drawn.labels, drawn.probs).items():
            assert found[metric][r] == pytest.approx(expected, abs=1e-12), metric


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_plain_estimate_is_one_replicate_of_ones(name):
    made = situation(name)
    sample = make_sample(made.labels, made.probs)
    plain, ones = measure(sample), measure(sample, np.ones((1, made.labels.size)))
    for metric, value in plain.metrics.items():
        np.testing.assert_array_equal(value, ones.metrics[metric])
        assert value.shape == (1,)
    for metric, value in plain.per_class.items():
        np.testing.assert_array_equal(value, ones.per_class[metric])


def test_counting_an_image_twice_equals_having_it_twice():
    made = make(n=80)
    weights = np.random.default_rng(0).poisson(1.2, 80).astype(float)
    twice = repeated(made, weights)
    weighted = measure(make_sample(made.labels, made.probs), weights[None, :])
    written_out = measure(make_sample(twice.labels, twice.probs))
    for metric, value in weighted.metrics.items():
        np.testing.assert_allclose(value, written_out.metrics[metric], atol=1e-12)
    for metric, value in weighted.per_class.items():
        np.testing.assert_allclose(value, written_out.per_class[metric], atol=1e-12)


def test_top_k_appears_only_where_it_says_something():
    names = {c: set(measure(make_sample(*make(c=c)[:2])).metrics) for c in (3, 4, 5, 6)}
    assert not any(name.startswith("top") for name in names[3])
    assert names[4] - names[3] == {"top3_accuracy"}
    assert names[5] == names[4]
    assert names[6] - names[5] == {"top5_accuracy"}


def test_two_classes_are_scored_on_the_second():
    made = make(c=2)
    metrics = measure(make_sample(made.labels, made.probs)).metrics
    assert metrics["auroc"][0] == reference.roc_auc_score(made.labels, made.probs[:, 1])
    expected = reference.average_precision_score(made.labels, made.probs[:, 1])
    assert metrics["average_precision"][0] == pytest.approx(expected, abs=1e-12)


def test_a_class_missing_from_a_replicate_leaves_only_that_average():
    made = make(n=60, c=3)
    weights = np.where(made.labels == 2, 0.0, 1.0)[None, :]
    rest = repeated(made, weights[0])
    result = measure(make_sample(made.labels, made.probs), weights)
    recalls = reference.recall_score(
        rest.labels, rest.predicted, labels=[0, 1], average=None, zero_division=0
    )
    assert result.metrics["balanced_accuracy"][0] == pytest.approx(recalls.mean())
    areas = [reference.roc_auc_score(rest.labels == k, rest.probs[:, k]) for k in (0, 1)]
    assert result.metrics["auroc"][0] == pytest.approx(np.mean(areas))
    assert np.isnan(result.per_class["sensitivity"][0, 2])
    assert np.isnan(result.per_class["auroc"][0, 2])


def test_blocks_join_to_the_whole():
    made = make(n=70)
    sample = make_sample(made.labels, made.probs)
    weights = np.random.default_rng(0).poisson(1.0, (11, 70)).astype(float)
    whole, parts = measure(sample, weights), measure_all(sample, [weights[:4], weights[4:]])
    for metric, value in whole.metrics.items():
        np.testing.assert_allclose(parts.metrics[metric], value, atol=1e-12)
    assert parts.per_class["auroc"].shape == (11, 4)
    assert measure_all(sample, []) is None


RECORDED = [
    ("zs_PAD_DermFM-Zero_seed42", "zero_shot/PAD/DermFM-Zero.csv", 42),
    ("lp_PAD_PanDerm_seed7739", "linear_probe/PAD_100pct/PanDerm_PAD/pad-lp-ws0.csv", 7739),
]


@pytest.mark.shared
@pytest.mark.parametrize(("key", "table", "seed"), RECORDED)
def test_recorded_replicates_come_out_again(key: str, table: str, seed: int, shared: Path):
    folder = shared / "parity" / "stats"
    with (folder / "inputs" / table).open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    labels = np.array([int(row["true_label"]) for row in rows])
    probs = np.array([[float(row[f"probability_class_{k}"]) for k in range(6)] for row in rows])
    legacy = np.random.RandomState(seed)
    drawn = np.stack([legacy.choice(labels.size, labels.size) for _ in range(1000)])
    found = measure(make_sample(labels, probs), multiplicities(drawn, labels.size))
    recorded = np.load(folder / "bootstrap_values.npz")
    for metric in ("accuracy", "balanced_accuracy", "macro_f1", "weighted_f1", "auroc"):
        np.testing.assert_allclose(found.metrics[metric], recorded[f"{key}/{metric}"], atol=1e-12)
    for metric in ("sensitivity", "specificity"):
        mean = found.per_class[metric].mean(axis=1)
        np.testing.assert_allclose(mean, recorded[f"{key}/{metric}"], atol=1e-12)
