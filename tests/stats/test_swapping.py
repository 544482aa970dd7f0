"""Swapping against all swaps written out, against scipy, and under the null."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import permutation_test
from sklearn import metrics as reference

from cutis.stats.clusters import make_clusters
from cutis.stats.mcnemar import mcnemar
from cutis.stats.swapping import bootstrap_p, swap_test
from tests.stats.samples import make


def two(n=80, c=3, seed=0, group_size=2, better=0.6):
    made = make(n=n, c=c, seed=seed, group_size=group_size)
    rng = np.random.default_rng(seed + 100)
    logits = np.log(made.probs) + rng.normal(size=made.probs.shape)
    logits[np.arange(n), made.labels] += better
    powers = np.exp(logits)
    return made.labels, powers / powers.sum(axis=1, keepdims=True), made.probs, made.groups


METRICS = {
    "accuracy": lambda y, p: reference.accuracy_score(y, p.argmax(axis=1)),
    "balanced_accuracy": lambda y, p: reference.balanced_accuracy_score(y, p.argmax(axis=1)),
    "weighted_f1": lambda y, p: reference.f1_score(y, p.argmax(axis=1), average="weighted"),
    "macro_f1": lambda y, p: reference.f1_score(
        y, p.argmax(axis=1), average="macro", labels=np.unique(y)
    ),
    "kappa": lambda y, p: reference.cohen_kappa_score(y, p.argmax(axis=1)),
    "brier": lambda y, p: ((p - np.eye(p.shape[1])[y]) ** 2).sum(axis=1).mean(),
}


def test_agrees_with_all_swaps_of_whole_groups():
    labels, first, second, _ = two(n=24, better=1.5)
    groups = np.arange(24) % 6
    found = swap_test(labels, first, second, make_clusters(groups, 24), 3000, seed=1)
    for name, metric in METRICS.items():
        seen = abs(metric(labels, first) - metric(labels, second))
        at_least = 0
        for flips in itertools.product([False, True], repeat=6):
            swapped = np.array(flips)[groups][:, None]
            a, b = np.where(swapped, second, first), np.where(swapped, first, second)
            at_least += abs(metric(labels, a) - metric(labels, b)) >= seen - 1e-12
        assert found[name] == pytest.approx(at_least / 64, abs=0.035), name


def test_accuracy_agrees_with_scipys_paired_permutation():
    labels, first, second, _ = two(n=70)
    right = [(p.argmax(axis=1) == labels).astype(float) for p in (first, second)]
    expected = permutation_test(
        right, lambda a, b: np.mean(a) - np.mean(b), permutation_type="samples",
        n_resamples=4000, rng=np.random.default_rng(0),
    ).pvalue  # fmt: skip
    found = swap_test(labels, first, second, make_clusters(None, 70), 4000)["accuracy"]
    assert found == pytest.approx(expected, abs=0.03)
    assert found == pytest.approx(mcnemar(*(r == 1 for r in right)).p_exact, abs=0.03)


def test_under_the_null_p_values_are_even_with_groups_and_small_without():
    """Twenty lesions of six images on which both models stumble together."""
    small = {"groups": 0, "images": 0}
    for seed in range(120):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(20), 6)
        labels = rng.integers(0, 2, 120)
        probs = []
        for _ in range(2):
            wrong = (rng.random(20) < 0.4)[groups]
            probs.append(np.eye(2)[np.where(wrong, 1 - labels, labels)] * 0.8 + 0.1)
        for unit, given in (("groups", groups), ("images", None)):
            p = swap_test(labels, *probs, make_clusters(given, 120), 150, seed)["accuracy"]
            small[unit] += p <= 0.05
    assert small["groups"] <= 12
    assert small["images"] >= 30


def test_order_does_not_matter_and_the_same_seed_says_the_same():
    labels, first, second, groups = two()
    clusters = make_clusters(groups, labels.size)
    forth = swap_test(labels, first, second, clusters, 200, seed=5)
    assert forth == swap_test(labels, second, first, clusters, 200, seed=5)
    assert forth == swap_test(labels, first, second, clusters, 200, seed=5)


def test_the_same_model_twice_is_never_told_apart():
    labels, first, _, _ = two(c=4)
    found = swap_test(labels, first, first, make_clusters(None, labels.size), 50)
    assert set(found.values()) == {1.0}
    assert "top3_accuracy" in found
    assert "auroc" not in found


def test_the_smallest_p_is_one_in_all_permutations():
    labels = np.arange(60) % 2
    right = np.eye(2)[labels]
    p = swap_test(labels, right, 1 - right, make_clusters(None, 60), 99)
    assert p["accuracy"] == pytest.approx(0.01)


def test_impossible_input_is_refused():
    labels, first, _, _ = two()
    clusters = make_clusters(None, labels.size)
    with pytest.raises(ValueError, match="at least 1"):
        swap_test(labels, first, first, clusters, 0)
    with pytest.raises(ValueError, match="same images and classes"):
        swap_test(labels, first, first[:5], clusters)


def test_a_bootstrap_p_is_small_just_when_the_interval_excludes_zero():
    rng = np.random.default_rng(0)
    for shift in (0.0, 1.0, 1.9, 2.1, 4.0, -2.3):
        drawn = rng.normal(shift, 1.0, 4000)
        low, high = np.quantile(drawn, [0.025, 0.975])
        assert (bootstrap_p(drawn) < 0.05) == (low > 0 or high < 0)


def test_bootstrap_p_of_nothing_and_of_no_difference():
    assert np.isnan(bootstrap_p(np.array([np.nan])))
    assert bootstrap_p(np.zeros(100)) == 1.0
    assert bootstrap_p(np.ones(99)) == pytest.approx(0.02)
