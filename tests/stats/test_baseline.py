"""The majority baseline against scikit-learn's dummy classifier."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import balanced_accuracy_score

from cutis.stats.baseline import majority_baseline
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from tests.stats.samples import SITUATIONS, situation


@pytest.mark.parametrize("name", SITUATIONS)
def test_it_equals_the_dummy_classifier(name):
    made = situation(name)
    clusters = make_clusters(made.groups, made.labels.size)
    baseline = majority_baseline(made.labels, clusters, Settings(n_bootstrap=100))
    dummy = DummyClassifier(strategy="most_frequent").fit(made.probs, made.labels)
    answered = dummy.predict(made.probs)
    assert baseline.majority_class == answered[0]
    accuracy = baseline.metrics["accuracy"]
    assert accuracy.value == pytest.approx((answered == made.labels).mean())
    assert accuracy.low < accuracy.value < accuracy.high
    expected = balanced_accuracy_score(made.labels, answered)
    assert baseline.metrics["balanced_accuracy"].value == pytest.approx(expected)


def test_balanced_accuracy_counts_only_classes_with_images():
    labels = np.array([0, 0, 2, 2, 2])
    baseline = majority_baseline(labels, make_clusters(None, 5), Settings(n_bootstrap=0))
    record = baseline.to_json(("a", "b", "c"))
    assert record["majority_class"] == "c"
    assert record["metrics"]["balanced_accuracy"]["value"] == 0.5
    assert record["metrics"]["balanced_accuracy"]["low"] is None
    assert record["metrics"]["accuracy"]["value"] == 0.6
