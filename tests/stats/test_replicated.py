"""The helper that replicates any statistic agrees with the metrics' own path."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters
from cutis.stats.counts import ratio
from cutis.stats.estimate import Basis, Settings
from cutis.stats.evaluation import evaluate
from cutis.stats.replicated import replicate
from tests.stats.samples import make


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_accuracy_has_the_interval_that_evaluate_gives(interval):
    made = make(n=120)
    settings = Settings(200, 0.9, 3, interval, "lesion")
    clusters = make_clusters(made.groups, 120)
    right = (made.predicted == made.labels).astype(float)
    out = replicate(lambda w: {"accuracy": ratio(w @ right, w.sum(axis=1))}, clusters, settings)
    found = out.estimate("accuracy", Basis(120, clusters.n_groups, True), settings)
    expected = evaluate(
        made.labels, made.probs, made.classes, made.groups, n_bootstrap=200, confidence=0.9,
        seed=3, interval=interval, grouping="lesion",
    ).metrics["accuracy"]  # fmt: skip
    assert found == expected


def test_a_column_per_position():
    values = np.arange(6.0).reshape(3, 2)
    out = replicate(lambda w: {"sum": w @ values}, make_clusters(None, 3), Settings(20))
    assert out.point["sum"].tolist() == [6.0, 9.0]
    assert out.replicates["sum"].shape == (20, 2)
    assert out.estimate("sum", Basis(3, 3), Settings(20), 1).value == 9.0


def test_without_resampling_there_is_no_interval():
    settings = Settings(n_bootstrap=0, interval="bca")
    out = replicate(lambda w: {"n": w.sum(axis=1)}, make_clusters(None, 3), settings)
    assert out.replicates is None
    assert out.jackknife is None
    assert out.estimate("n", Basis(3, 3), settings).method == "none"
