"""Comparison: common replicates, the test of each metric, correction, verdicts, bad input."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters
from cutis.stats.comparison import best_of, compare
from cutis.stats.estimate import Settings
from cutis.stats.evaluation import evaluate
from cutis.stats.measures import make_sample, measure_all
from cutis.stats.multiplicity import benjamini_hochberg, holm
from cutis.stats.resampling import bootstrap_weights
from cutis.stats.swapping import swap_test
from tests.stats.samples import make

SKILLS = {"weak": 0.0, "fair": 1.0, "good": 2.5}


def models(c=3, n=160, seed=1):
    made = {name: make(n=n, c=c, seed=seed, skill=skill) for name, skill in SKILLS.items()}
    first = made["weak"]
    return first.labels, {name: m.probs for name, m in made.items()}, first.groups, first.classes


@pytest.fixture(scope="module")
def compared():
    labels, probs, groups, classes = models()
    settings = Settings(n_bootstrap=200, seed=4, grouping="lesion")
    clusters = make_clusters(groups, labels.size)
    out = compare(labels, probs, classes, clusters, settings, anchor="fair", n_permutations=150)
    return out, labels, probs, clusters, groups, classes


def test_metrics_are_those_of_an_evaluation(compared):
    out, labels, probs, _, groups, classes = compared
    alone = evaluate(
        labels, probs["good"], classes, groups, n_bootstrap=200, seed=4, grouping="lesion"
    )
    for name, estimate in alone.metrics.items():
        found = out.metrics["good"][name]
        assert (found.value, found.low, found.high, found.method) == pytest.approx(
            (estimate.value, estimate.low, estimate.high, estimate.method)
        )


def test_a_difference_is_taken_within_each_replicate(compared):
    out, labels, probs, clusters, _, _ = compared
    drawn = {
        name: measure_all(make_sample(labels, p), bootstrap_weights(clusters, 200, 4)).metrics
        for name, p in probs.items()
    }
    for metric in ("auroc", "macro_f1", "ece"):
        gaps = drawn["good"][metric] - drawn["fair"][metric]
        estimate = out.differences["good"][metric].estimate
        assert (estimate.low, estimate.high) == pytest.approx(
            tuple(np.quantile(gaps, [0.025, 0.975]))
        )
        assert (estimate.n, estimate.grouping) == (160, "lesion")


def test_each_metric_has_its_test_and_its_correction(compared):
    out, labels, probs, clusters, _, _ = compared
    swaps = {n: swap_test(labels, probs[n], probs["fair"], clusters, 150, 4) for n in
             ("weak", "good")}  # fmt: skip
    for metric, test in (("accuracy", "swap"), ("auroc", "bootstrap"), ("ece", "bootstrap")):
        found = [out.differences[name][metric] for name in ("weak", "good")]
        assert {d.test for d in found} == {test}
        raw = np.array([d.p for d in found])
        if test == "swap":
            np.testing.assert_allclose(raw, [swaps[n][metric] for n in ("weak", "good")])
        np.testing.assert_allclose([d.p_holm for d in found], holm(raw))
        np.testing.assert_allclose([d.p_bh for d in found], benjamini_hochberg(raw))


def test_clear_differences_are_shown_in_their_direction(compared):
    out = compared[0]
    assert out.differences["good"]["balanced_accuracy"].verdict == "better"
    assert out.differences["weak"]["balanced_accuracy"].verdict == "worse"
    assert out.differences["good"]["brier"].estimate.value < 0
    assert out.differences["good"]["brier"].verdict == "better"


def test_images_in_groups_have_no_mcnemar_but_lone_images_do(compared):
    assert compared[0].mcnemar is None
    labels, probs, _, classes = models()
    clusters = make_clusters(None, labels.size)
    out = compare(labels, probs, classes, clusters, Settings(50), n_permutations=20)
    assert set(out.mcnemar) == {"weak", "fair"}


def test_the_area_of_two_classes_is_tested_by_delong():
    labels, probs, groups, classes = models(c=2)
    for given, test in ((groups, "delong-clustered"), (None, "delong")):
        clusters = make_clusters(given, labels.size)
        out = compare(labels, probs, classes, clusters, Settings(60), anchor="weak",
                      n_permutations=20)  # fmt: skip
        found = out.differences["good"]["auroc"]
        assert found.test == test
        assert found.p == out.areas[classes[1]].differences["good"].p
        assert found.estimate.value == pytest.approx(
            out.areas[classes[1]].differences["good"].difference
        )


def test_the_best_on_the_headline_is_the_anchor_unless_one_is_named():
    labels, probs, _, classes = models()
    clusters = make_clusters(None, labels.size)
    short = Settings(n_bootstrap=20)
    for headline in ("accuracy", "brier"):
        out = compare(labels, probs, classes, clusters, short, headline=headline, n_permutations=5)
        assert out.anchor == "good"
    with pytest.raises(ValueError, match="anchor 'other' is not among the models weak, fair"):
        compare(labels, probs, classes, clusters, short, anchor="other")


def test_identical_models_are_never_called_different_nor_equal():
    labels, probs, _, classes = models()
    twins = {"a": probs["fair"], "b": probs["fair"].copy()}
    clusters = make_clusters(None, labels.size)
    out = compare(labels, twins, classes, clusters, Settings(50), n_permutations=20)
    for difference in out.differences["b"].values():
        assert difference.verdict == "not shown"
        assert difference.p == 1.0
        assert "same in every replicate" in difference.estimate.note


def test_false_alarms_are_rare_among_models_that_are_alike():
    """Five models of one skill: at most a few of 25 comparisons may find any difference."""
    alarms = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 2, 60)
        probs = {}
        for name in "abcde":
            right = rng.random(60) < 0.75
            p = np.where(right, labels, 1 - labels) * 0.6 + 0.2
            probs[name] = np.stack([1 - p, p], axis=1)
        out = compare(labels, probs, ["n", "m"], make_clusters(None, 60), Settings(100, seed=seed),
                      anchor="a", n_permutations=100, headline="accuracy")  # fmt: skip
        alarms += any(d["accuracy"].verdict != "not shown" for d in out.differences.values())
    assert alarms <= 4


def test_a_chosen_anchor_is_corrected_for_all_pairs():
    """Six equal models: the best by luck is hardly ever shown to be better than another."""
    alarms = by_old_rule = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 2, 60)
        probs = {}
        for name in "abcdef":
            p = np.where(rng.random(60) < 0.75, labels, 1 - labels) * 0.6 + 0.2
            probs[name] = np.stack([1 - p, p], axis=1)
        clusters, settings = make_clusters(None, 60), Settings(60, seed=seed)
        out = compare(labels, probs, ["n", "m"], clusters, settings, n_permutations=500,
                      headline="accuracy")  # fmt: skip
        found = [of["accuracy"] for of in out.differences.values()]
        raw = np.array([d.p for d in found])
        assert out.n_comparisons == 15
        # The other pairs count as no smaller than these: 15 times the smallest, 14 the next.
        at = np.sort(raw)
        assert min(d.p_holm for d in found) == pytest.approx(min(1, 15 * at[0]))
        alarms += any(d.verdict != "not shown" for d in found)
        by_old_rule += (holm(raw) <= 0.05).any()
    assert alarms <= 1
    assert by_old_rule >= alarms


def test_a_named_anchor_is_corrected_for_the_others_only(compared):
    assert compared[0].n_comparisons == 2
    assert compared[0].to_json()["n_comparisons"] == 2


def test_bca_intervals_of_differences(compared):
    _, labels, probs, clusters, _, classes = compared
    settings = Settings(n_bootstrap=100, interval="bca")
    out = compare(labels, probs, classes, clusters, settings, n_permutations=10)
    assert out.differences["weak"]["macro_f1"].estimate.method == "bootstrap-bca"


def test_the_record_is_strict_json(compared):
    text = json.dumps(compared[0].to_json(), allow_nan=False)
    record = json.loads(text)
    assert record["anchor"] == "fair"
    assert set(record["differences"]) == {"weak", "good"}
    assert record["differences"]["good"]["auroc"]["verdict"] == "better"
    assert record["per_class_auroc"].keys() == {"class 0", "class 1", "class 2"}


def test_names_with_slashes_keep_apart():
    labels, probs, _, classes = models()
    named = {"x/a": probs["weak"], "a": probs["good"]}
    out = compare(labels, named, classes, make_clusters(None, labels.size), Settings(20),
                  n_permutations=5)  # fmt: skip
    assert set(out.metrics["a"]) == set(out.metrics["x/a"])
    assert out.metrics["a"]["accuracy"].value > out.metrics["x/a"]["accuracy"].value


def test_what_cannot_be_compared_is_refused():
    labels, probs, _, classes = models()
    clusters = make_clusters(None, labels.size)
    with pytest.raises(ValueError, match="at least 2"):
        compare(labels, {"one": probs["good"]}, classes, clusters, Settings(20))
    with pytest.raises(ValueError, match="no metric 'f2'"):
        compare(labels, probs, classes, clusters, Settings(20), headline="f2")
    with pytest.raises(ValueError, match="No model has a value"):
        best_of({}, "accuracy")
