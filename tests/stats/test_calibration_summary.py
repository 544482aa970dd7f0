"""The calibration summary holds the numbers of its parts, with honest intervals."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.stats.brier_parts import brier_parts
from cutis.stats.calibration import brier_score, expected_calibration_error
from cutis.stats.calibration_summary import (
    METRICS,
    calibration_change,
    calibration_summary,
    calibration_values,
)
from cutis.stats.class_calibration import class_calibration_errors
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
    assert found.metrics["ece"].method == "bootstrap-corrected"
    assert found.parts["reliability"].method == "bootstrap-basic"
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


def test_intervals_of_errors_hold_the_truth():
    """Coverage by simulation; for the calibrated model it was .62, .41 and .02 without chance."""
    names = ("ece", "ece_equal_mass", "ece_by_class")
    for sharpness in (1.0, 1.5):
        truth = calibration_values(*_draw(30_000, sharpness, 999))(np.ones((1, 30_000)))
        hits = dict.fromkeys(names, 0)
        for seed in range(25):
            labels, probs = _draw(200, sharpness, seed)
            found = calibration_summary(
                labels, probs, list("abc"), make_clusters(None, 200), Settings(80, seed=seed)
            )
            for name in names:
                estimate = found.metrics[name]
                hits[name] += estimate.low <= truth[name][0] <= estimate.high
                assert estimate.low <= estimate.value <= estimate.high
        assert min(hits.values()) >= 0.84 * 25, (sharpness, hits)


def _draw(n, sharpness, seed):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, 3))
    posterior = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (rng.random((n, 1)) > posterior.cumsum(axis=1)).sum(axis=1)
    powers = np.exp(sharpness * logits)
    return labels, powers / powers.sum(axis=1, keepdims=True)


def test_what_a_calibrated_model_would_show_by_class():
    labels, probs = _draw(300, 1.0, 0)
    alone = make_clusters(None, 300)
    found = calibration_summary(labels, probs, list("abc"), alone, Settings(50))
    drawn = [class_calibration_errors(_labels_of(probs, seed), probs).mean() for seed in range(60)]
    assert found.by_chance["ece_by_class"] == pytest.approx(np.mean(drawn), rel=0.05)


def _labels_of(probs, seed):
    rng = np.random.default_rng(seed)
    return np.array([rng.choice(probs.shape[1], p=row / row.sum()) for row in probs])
