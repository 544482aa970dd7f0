"""Methods of probing: what each tries, and what holds of all of them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from cutis.tasks.probe.families import (
    ClassMeans,
    ExampleCache,
    Neighbours,
    PanDerm,
    Standard,
)
from cutis.tasks.probe.fitted import unit_rows
from cutis.tasks.probe.panderm import fit_panderm

TEXTS = np.eye(4, 6, dtype=np.float32) + 0.2
FAMILIES = {
    "standard": Standard(4, (0.01, 0.1, 1.0)),
    "balanced": Standard(4, (0.1, 1.0), "balanced"),
    "panderm": PanDerm(4, seed=0),
    "weighted": Neighbours(4, (1, 3, 50), "weighted"),
    "plain": Neighbours(4, (1, 3, 50), "plain"),
    "means": ClassMeans(4),
    "cache": ExampleCache(
        TEXTS, 10.0, (0.0, 2.0), (1.0, 5.5, 20.0), {"alpha": 1.0, "beta": 5.5}
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def few_steps(monkeypatch) -> None:
    """Ten steps of the published optimiser: where it ends has tests of its own."""
    short = partial(fit_panderm, max_iterations=10)
    monkeypatch.setattr("cutis.tasks.probe.families.fit_panderm", short)


def cloud(seed: int = 0, n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Noisy axes of classes 0, 1 and 3; nothing of class 2."""
    rng = np.random.default_rng(seed)
    y = np.array([0, 1, 3])[np.arange(n) % 3]
    x = (np.eye(4, 6)[y] + rng.normal(0, 0.5, (n, 6))).astype(np.float32)
    return x, y


@pytest.mark.parametrize("name", FAMILIES)
def test_every_setting_is_tried_in_order_and_answers_as_a_fit_of_its_own(name):
    family = FAMILIES[name]
    x, y = cloud()
    queries, _ = cloud(1, 9)
    tried = list(family.tried(x, y, queries))
    assert [candidate.setting for candidate in tried] == list(family.settings)
    for candidate in tried:
        assert candidate.probs_vc.shape == (9, 4)
        assert candidate.probs_vc.sum(axis=1) == pytest.approx(1)
        assert candidate.probe.probabilities(queries) == pytest.approx(candidate.probs_vc, abs=1e-6)
        alone = family.fit(x, y, candidate.setting).probabilities(queries)
        assert alone == pytest.approx(candidate.probs_vc, abs=5e-3)


@pytest.mark.parametrize("name", [name for name in FAMILIES if name != "cache"])
def test_a_class_without_images_is_never_answered(name):
    x, y = cloud()
    probs = FAMILIES[name].fit(x, y, FAMILIES[name].fallback).probabilities(x)
    assert (probs[:, 2] == 0).all()


def test_prompts_answer_for_a_class_without_images():
    x, y = cloud()
    probs = FAMILIES["cache"].fit(x, y, {"alpha": 1.0, "beta": 5.5}).probabilities(TEXTS[2:3])
    assert probs[0].argmax() == 2


@pytest.mark.parametrize("name", ["standard", "weighted", "plain", "means", "cache"])
@settings(max_examples=6, deadline=None)
@given(order=st.permutations(range(24)))
def test_the_order_of_training_rows_does_not_matter(name, order):
    family = FAMILIES[name]
    x, y = cloud(2, 24)
    queries, _ = cloud(3, 7)
    setting = family.settings[-1]
    one = family.fit(x, y, setting).probabilities(queries)
    other = family.fit(x[order], y[order], setting).probabilities(queries)
    assert other == pytest.approx(one, abs=2e-3 if name == "standard" else 1e-5)


@pytest.mark.parametrize("name", ["weighted", "plain", "means", "cache"])
@settings(max_examples=6, deadline=None)
@given(factor=st.floats(0.01, 100))
def test_the_length_of_features_does_not_matter(name, factor):
    family = FAMILIES[name]
    x, y = cloud(2, 24)
    queries, _ = cloud(3, 7)
    one = family.fit(x, y, family.settings[0]).probabilities(queries)
    scaled = family.fit(x * np.float32(factor), y, family.settings[0])
    assert scaled.probabilities(queries * np.float32(3)) == pytest.approx(one, abs=1e-4)


@pytest.mark.parametrize("name", ["means", "plain", "weighted"])
def test_relabelled_classes_permute_the_answers(name):
    x, y = cloud()
    queries, _ = cloud(1, 9)
    moved = np.array([3, 0, 2, 1])
    family = FAMILIES[name]
    one = family.fit(x, y, family.fallback).probabilities(queries)
    other = family.fit(x, moved[y], family.fallback).probabilities(queries)
    assert other[:, moved] == pytest.approx(one, abs=1e-7)


def test_copies_of_every_image_change_no_mean():
    x, y = cloud()
    queries, _ = cloud(1, 9)
    one = ClassMeans(4).fit(x, y, {}).probabilities(queries)
    twice = ClassMeans(4).fit(np.repeat(x, 3, axis=0), np.repeat(y, 3), {})
    assert twice.probabilities(queries) == pytest.approx(one, abs=1e-6)


@pytest.mark.parametrize("k", [1, 3, 40])
def test_plain_votes_and_all_of_them_are_those_of_scikit_learn(k):
    x, y = cloud()
    queries, _ = cloud(1, 15)
    ours = Neighbours(4, (k,), "plain").fit(x, y, {"k": k}).probabilities(queries)
    oracle = KNeighborsClassifier(k).fit(unit_rows(x), y).predict_proba(unit_rows(queries))
    assert ours[:, [0, 1, 3]] == pytest.approx(oracle, abs=1e-12)


def test_more_neighbours_than_images_are_all_images():
    x, y = cloud()
    queries, _ = cloud(1, 5)
    *_, most = Neighbours(4, (1, 3, 50), "plain").tried(x, y, queries)
    shares = np.bincount(y, minlength=4) / len(y)
    assert most.probs_vc == pytest.approx(np.tile(shares, (5, 1)))


def test_weights_of_classes_are_those_of_scikit_learn():
    x, y = cloud(n=31)
    ours = FAMILIES["balanced"].fit(x, y, {"c": 1.0}).probabilities(x)
    scaled = StandardScaler().fit_transform(x.astype(np.float64))
    oracle = LogisticRegression(C=1.0, class_weight="balanced", tol=1e-8, max_iter=5000)
    expected = oracle.fit(scaled, y).predict_proba(scaled)
    assert ours[:, [0, 1, 3]] == pytest.approx(expected, abs=5e-3)


def test_what_is_taken_when_there_is_nothing_to_choose_by():
    assert FAMILIES["standard"].fallback == {"c": 0.1}
    assert FAMILIES["balanced"].fallback == {"c": 0.1}
    assert FAMILIES["plain"].fallback == {"k": 1}
    assert FAMILIES["panderm"].fallback == FAMILIES["means"].fallback == {}
    assert [name for name, f in FAMILIES.items() if f.needs_validation] == ["cache"]
    assert {name for name, f in FAMILIES.items() if f.stops_early} == {"standard", "balanced"}


def test_strengths_are_judged_as_the_fit_weighs_classes():
    y = np.array([0, 0, 0, 1])
    probs = np.array([[0.9, 0.1, 0, 0]] * 4)
    plain = FAMILIES["standard"].score(y, probs, np.array([0, 1]))[0]
    even = FAMILIES["balanced"].score(y, probs, np.array([0, 1]))[0]
    assert plain == pytest.approx((3 * np.log(0.9) + np.log(0.1)) / 4)
    assert even == pytest.approx((np.log(0.9) + np.log(0.1)) / 2)
    assert FAMILIES["means"].score(y, probs, np.array([0, 1]))[0] == 0.5
    assert FAMILIES["panderm"].score(y, probs, np.array([0, 1]))[0] == pytest.approx(plain)


def test_a_class_with_prompts_only_counts_when_the_cache_is_chosen():
    y, probs = np.array([0, 2]), np.array([[0.9, 0, 0.1, 0], [0.8, 0, 0.2, 0]])
    seen = np.array([0, 1, 3])
    assert FAMILIES["means"].score(y, probs, seen)[0] == 1.0
    assert FAMILIES["cache"].score(y, probs, seen)[0] == 0.5


def test_every_alpha_meets_every_beta():
    pairs = [(s["alpha"], s["beta"]) for s in FAMILIES["cache"].settings]
    assert pairs == [(a, b) for a in (0.0, 2.0) for b in (1.0, 5.5, 20.0)]


def test_the_seed_of_the_published_probe_is_its_only_chance():
    x, y = cloud()
    one, again, other = (PanDerm(4, seed).fit(x, y, {}).weight_sd for seed in (0, 0, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
