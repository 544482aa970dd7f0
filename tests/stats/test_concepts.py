"""Concept evaluation against scikit-learn, and what is undefined."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from cutis.stats.concepts import evaluate_concepts
from cutis.stats.estimate import Settings

NAMES = ["a", "b", "c"]
QUICK = Settings(n_bootstrap=200)


def sample(n=120, seed=0):
    rng = np.random.default_rng(seed)
    labels = (rng.random((n, 3)) < [0.4, 0.2, 0.6]).astype(float)
    scores = labels * [1.0, 0.5, 0.0] + rng.normal(size=(n, 3))
    return scores, labels


def test_values_are_those_of_scikit_learn():
    scores, labels = sample()
    labels[:20, 1] = np.nan
    found = evaluate_concepts(scores, labels, NAMES, settings=QUICK)
    for i, name in enumerate(NAMES):
        known = ~np.isnan(labels[:, i])
        part = found.concepts[name]
        y, s = labels[known, i], scores[known, i]
        assert part.auroc.value == pytest.approx(roc_auc_score(y, s))
        assert part.average_precision.value == pytest.approx(average_precision_score(y, s))
        assert (part.n, part.n_positive, part.n_missing) == (len(y), y.sum(), 120 - len(y))
        assert part.auroc.low < part.auroc.value < part.auroc.high
    mean = np.mean([found.concepts[name].auroc.value for name in NAMES])
    assert found.mean_auroc.value == pytest.approx(mean)
    above = sum(found.concepts[name].auroc.value > 0.7 for name in NAMES)
    assert found.above.value == above


def test_the_interval_of_the_mean_resamples_all_concepts_together():
    scores, labels = sample(200)
    one = evaluate_concepts(scores[:, :1], labels[:, :1], ["a"], settings=QUICK)
    copies = evaluate_concepts(
        np.repeat(scores[:, :1], 3, axis=1), np.repeat(labels[:, :1], 3, axis=1), NAMES,
        settings=QUICK,
    )  # fmt: skip
    # three copies of one concept know no more than one
    assert copies.mean_auroc.low == pytest.approx(one.mean_auroc.low)
    assert copies.mean_auroc.high == pytest.approx(one.mean_auroc.high)


def test_groups_widen_the_interval():
    scores, labels = sample(60)
    tripled = np.repeat(scores, 3, axis=0), np.repeat(labels, 3, axis=0)
    groups = np.repeat(np.arange(60), 3)
    grouped = evaluate_concepts(*tripled, NAMES, groups, QUICK)
    alone = evaluate_concepts(*tripled, NAMES, None, QUICK)
    assert grouped.n_groups == 60
    width = grouped.mean_auroc.high - grouped.mean_auroc.low
    assert width > 1.3 * (alone.mean_auroc.high - alone.mean_auroc.low)


def test_constant_answers_are_undefined_and_out_of_the_mean():
    scores, labels = sample()
    labels[:, 0], labels[:, 2] = 0, 1
    found = evaluate_concepts(scores, labels, NAMES, settings=QUICK)
    record = found.to_json()
    assert record["per_concept"]["a"]["auroc"]["value"] is None
    assert record["per_concept"]["a"]["auroc"]["note"].startswith("no image shows it")
    assert record["per_concept"]["c"]["auroc"]["note"].startswith("every image shows it")
    assert record["counted"] == ["b"]
    assert record["metrics"]["mean_auroc"]["value"] == found.concepts["b"].auroc.value
    assert "averaged over 1 of 3 concepts" in record["metrics"]["mean_auroc"]["note"]
    assert "a, c" in record["notes"][0]


def test_nothing_counts():
    found = evaluate_concepts(np.ones((4, 1)), np.zeros((4, 1)), ["a"], settings=QUICK)
    record = found.to_json()["metrics"]
    assert record["mean_auroc"]["value"] is None
    assert record["concepts_above_0.7"]["value"] is None
    assert "no concept has enough images" in record["mean_auroc"]["note"]


def test_constant_scores_are_worth_one_half():
    labels = np.array([[1.0], [0.0], [1.0], [0.0]])
    found = evaluate_concepts(np.full((4, 1), 0.3), labels, ["a"], settings=QUICK)
    assert found.concepts["a"].auroc.value == 0.5
    assert np.isnan(found.concepts["a"].auroc.low)


def test_rare_concepts_are_marked_and_may_be_left_out():
    scores, labels = sample()
    labels[:, 1] = 0
    labels[:4, 1] = 1
    found = evaluate_concepts(scores, labels, NAMES, settings=QUICK, min_positives=5)
    assert found.counted == ("a", "c")
    assert "only 4 images show it" in found.concepts["b"].auroc.note
    labels[:, 1] = 1 - labels[:, 1]
    found = evaluate_concepts(scores, labels, NAMES, settings=QUICK, min_positives=5)
    assert "only 4 images do not show it" in found.concepts["b"].auroc.note


def test_images_without_any_answer_do_not_count():
    scores, labels = sample()
    labels[:7] = np.nan
    found = evaluate_concepts(scores, labels, NAMES, settings=QUICK)
    assert found.n == 113
    assert "7 images have no answer" in found.notes[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": ["a"]}, "there are 1 names"),
        ({"names": ["a", "a", "b"]}, "named twice"),
        ({"scores_nk": np.full((120, 3), np.nan)}, "not finite"),
        ({"labels_nk": np.full((120, 3), 2.0)}, "neither 0, nor 1"),
        ({"labels_nk": np.full((120, 3), np.nan)}, "No image has an answer"),
    ],
)
def test_mistakes_are_named(change, message):
    scores, labels = sample()
    given = {"scores_nk": scores, "labels_nk": labels, "names": NAMES} | change
    with pytest.raises(ValueError, match=message):
        evaluate_concepts(**given)
