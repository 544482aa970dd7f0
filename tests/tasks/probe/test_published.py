"""The published metrics against scikit-learn, which the published script calls."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from cutis.tasks.probe.published import published_metrics, quadratic_kappa


def draw(n: int, c: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, c, n)
    logits = rng.normal(size=(n, c)).round(1)
    logits[np.arange(n), labels] += 1
    powers = np.exp(logits)
    return labels, powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("c", [2, 3, 7])
def test_as_scikit_learn(c):
    labels, probs = draw(150, c, c)
    found, predicted = published_metrics(labels, probs), probs.argmax(axis=1)
    scores = probs[:, 1] if c == 2 else probs
    auroc = sk.roc_auc_score(labels, scores, **({} if c == 2 else {"multi_class": "ovo"}))
    report = sk.classification_report(labels, predicted, output_dict=True, zero_division=0)
    expected = {
        "lin_acc": sk.accuracy_score(labels, predicted),
        "lin_bacc": sk.balanced_accuracy_score(labels, predicted),
        "lin_kappa": sk.cohen_kappa_score(labels, predicted, weights="quadratic"),
        "lin_weighted_f1": report["weighted avg"]["f1-score"],
        "lin_auroc": auroc,
        "lin_aupr": sk.average_precision_score(labels, scores, average="macro"),
    }
    assert found == pytest.approx(expected, abs=1e-12)


def test_kappa_skips_classes_that_do_not_occur():
    labels, predicted = np.array([0, 0, 3, 3, 5]), np.array([0, 3, 3, 5, 5])
    expected = sk.cohen_kappa_score(labels, predicted, weights="quadratic")
    assert quadratic_kappa(labels, predicted, 7) == pytest.approx(expected, abs=1e-12)
    assert quadratic_kappa(np.zeros(3, int), np.zeros(3, int), 2) is None


def test_a_missing_class_leaves_no_area_and_never_a_zero():
    labels, probs = draw(60, 4, 0)
    keep = labels != 2
    found = published_metrics(labels[keep], probs[keep])
    assert found["lin_auroc"] is None
    assert found["lin_aupr"] is None
    assert found["lin_acc"] > 0
