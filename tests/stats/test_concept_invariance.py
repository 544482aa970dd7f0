"""What must not change the numbers of concepts and differences, and what mirrors them."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.concepts import evaluate_concepts
from cutis.stats.estimate import Settings
from cutis.stats.two_groups import compare_groups

QUICK = Settings(n_bootstrap=100)
NAMES = ["a", "b"]


@pytest.fixture
def sample():
    rng = np.random.default_rng(0)
    labels = (rng.random((90, 2)) < 0.4).astype(float)
    scores = labels + rng.normal(size=(90, 2))
    groups = np.array([f"p{i // 3}" for i in range(90)])
    return scores, labels, groups


def values(found):
    return [found.concepts[name].auroc.value for name in NAMES]


def test_only_the_order_of_scores_matters(sample):
    scores, labels, groups = sample
    one = evaluate_concepts(scores, labels, NAMES, groups, QUICK)
    other = evaluate_concepts(np.exp(3 * scores), labels, NAMES, groups, QUICK)
    assert one.to_json() == other.to_json()


def test_the_order_of_concepts_does_not_matter(sample):
    scores, labels, groups = sample
    one = evaluate_concepts(scores, labels, NAMES, groups, QUICK)
    other = evaluate_concepts(scores[:, ::-1], labels[:, ::-1], NAMES[::-1], groups, QUICK)
    for name in NAMES:
        assert one.concepts[name] == other.concepts[name]
    assert one.mean_auroc.value == pytest.approx(other.mean_auroc.value)
    assert one.mean_auroc.low == pytest.approx(other.mean_auroc.low)


def test_the_order_of_images_does_not_change_the_values(sample):
    scores, labels, groups = sample
    order = np.random.default_rng(1).permutation(90)
    one = evaluate_concepts(scores, labels, NAMES, groups, QUICK)
    other = evaluate_concepts(scores[order], labels[order], NAMES, groups[order], QUICK)
    assert values(one) == pytest.approx(values(other))
    assert one.n_groups == other.n_groups == 30


def test_the_names_of_patients_do_not_matter(sample):
    scores, labels, groups = sample
    renamed = np.array([f"patient {name[1:]}" for name in groups])
    one = evaluate_concepts(scores, labels, NAMES, groups, QUICK)
    assert evaluate_concepts(scores, labels, NAMES, renamed, QUICK).to_json() == one.to_json()


def test_turning_the_answers_round_mirrors_the_auroc(sample):
    scores, labels, groups = sample
    one = evaluate_concepts(scores, labels, NAMES, groups, QUICK)
    other = evaluate_concepts(scores, 1 - labels, NAMES, groups, QUICK)
    assert values(one) == pytest.approx([1 - value for value in values(other)])


def test_an_image_nobody_judged_changes_nothing_but_its_count(sample):
    scores, labels, _ = sample
    more = np.vstack([scores, [[9.0, 9.0]]]), np.vstack([labels, [[np.nan, np.nan]]])
    one = evaluate_concepts(scores, labels, NAMES, settings=QUICK)
    other = evaluate_concepts(*more, NAMES, settings=QUICK)
    assert values(one) == values(other)
    assert one.mean_auroc == other.mean_auroc
    assert other.concepts["a"].n_missing == 1


def test_no_resampling_gives_values_without_intervals(sample):
    scores, labels, groups = sample
    found = evaluate_concepts(scores, labels, NAMES, groups, Settings(n_bootstrap=0))
    record = found.to_json()["metrics"]["mean_auroc"]
    assert record["value"] is not None
    assert record["low"] is record["high"] is None
    assert "no interval was asked for" in record["note"]


@pytest.mark.parametrize("grouped", [False, True])
def test_differences_scale_and_shift_as_they_should(sample, grouped):
    scores, _, groups = sample
    clusters = groups if grouped else None
    in_a = np.arange(90) < 45
    one = compare_groups(scores, in_a, NAMES, clusters, QUICK, 199)
    other = compare_groups(5 * scores + 7, in_a, NAMES, clusters, QUICK, 199)
    for d, e in zip(one.differences, other.differences, strict=True):
        assert e.difference.value == pytest.approx(5 * d.difference.value)
        assert e.standardised.value == pytest.approx(d.standardised.value)
        assert e.standardised.low == pytest.approx(d.standardised.low)
        assert (e.p, e.superiority) == (pytest.approx(d.p), pytest.approx(d.superiority))


def test_the_same_seed_gives_the_same_numbers(sample):
    scores, _, groups = sample
    in_a = np.arange(90) < 45
    one = compare_groups(scores, in_a, NAMES, groups, QUICK, 199).to_json()
    assert compare_groups(scores, in_a, NAMES, groups, QUICK, 199).to_json() == one
    other = compare_groups(scores, in_a, NAMES, groups, Settings(n_bootstrap=100, seed=1), 199)
    assert other.to_json() != one
