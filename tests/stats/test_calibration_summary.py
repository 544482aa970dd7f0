"""The calibration summary holds the numbers of its parts, with honest intervals."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.stats.brier_parts import brier_parts
from cutis.stats.calibration import brier_score, expected_calibration_error
from cutis.stats.calibration_summary import METRICS, calibration_change, calibration_summary
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.evaluation import evaluate
from cutis.stats.recalibrate import fit_temperature
from tests.stats.samples import make

MADE = make(n=240, c=3)
SETTINGS = Settings(120, seed=2, grouping="lesion")
CLUSTERS = make_clusters(MADE.groups, 240)


def summary(probs=MADE.probs, settings=SETTINGS):
    return calibration_summary(MADE.labels, probs, MADE.classes, CLUSTERS, settings)


def test_shared_metrics_equal_those_of_evaluate():
    expected = evaluate(
        MADE.labels, MADE.probs, MADE.classes, MADE.groups, n_bootstrap=120, seed=2,
        grouping="lesion",
    )  # fmt: skip
    found = summary()
    for name in ("accuracy", "ece", "brier"):
        assert found.metrics[name] == expected.metrics[name]
    assert str(found.bins) == str(expected.bins)  # NaN in empty bins
    assert found.by_chance["ece"] == expected.ece_by_chance


def test_numbers_are_those_of_the_parts():
    found = summary()
    parts = brier_parts(MADE.labels, MADE.probs)
    assert {n: e.value for n, e in found.parts.items()} == {
        n: pytest.approx(v[0]) for n, v in parts._asdict().items()
    }
    assert found.metrics["ece_equal_mass"].value == pytest.approx(
        expected_calibration_error(MADE.labels, MADE.probs, binning="mass")[0]
    )
    mean = np.mean([e.value for e in found.per_class.values()])
    assert found.metrics["ece_by_class"].value == pytest.approx(mean)
    assert found.metrics["mean_confidence"].value == pytest.approx(MADE.probs.max(axis=1).mean())
    assert found.metrics["ece"].method == "bootstrap-basic"
    assert found.metrics["nll"].method == "bootstrap-percentile"
    assert {e.grouping for e in found.metrics.values()} == {"lesion"}


def test_equal_mass_bins_hold_equal_numbers():
    sizes = [item.n for item in summary().bins_equal_mass]
    assert max(sizes) - min(sizes) <= 1
    assert sum(sizes) == 240


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_the_change_is_paired(interval):
    settings = Settings(150, seed=2, interval=interval)
    scaled = fit_temperature(MADE.labels, MADE.probs).apply(MADE.probs)
    before, after = summary(settings=settings), summary(scaled, settings)
    change = calibration_change(before, after, CLUSTERS, settings)
    assert tuple(change) == METRICS
    old, new = (brier_score(MADE.labels, p)[0] for p in (MADE.probs, scaled))
    assert change["brier"].value == pytest.approx(new - old)
    # a temperature never changes an answer, so that the accuracy cannot move
    assert change["accuracy"].value == 0
    assert "same in every replicate" in change["accuracy"].note
    width = change["brier"].high - change["brier"].low
    assert 0 < width < before.metrics["brier"].high - before.metrics["brier"].low


def test_the_record_is_strict():
    record = summary(settings=Settings(0)).to_json()
    json.dumps(record, allow_nan=False)
    assert set(record) == {
        "metrics", "brier_parts", "per_class", "bins", "bins_equal_mass", "by_chance",
    }  # fmt: skip
    assert record["metrics"]["nll"]["note"] == "no interval was asked for"
