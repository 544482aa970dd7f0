"""The reading of the reliability diagram."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cutis.report.charts.reliability import Bin
from cutis.report.sections.calibration import calibration_section, mean_gap, reliability_bins
from cutis.report.source import RunData


def made(*bins, ece=0.1):
    items = [
        {"low": b.low, "high": b.high, "n": b.n, "confidence": b.confidence, "accuracy": b.accuracy}
        for b in bins
    ]
    metrics = {"calibration": {"bins": items}, "metrics": {"ece": {"value": ece}}}
    return RunData(record={}, metrics=metrics)


@pytest.mark.parametrize(
    ("accuracy", "word"),
    [(0.5, "over-confident"), (0.89, "neither too much nor too little"), (1.0, "under-confident")],
)
def test_the_direction_of_the_error_is_named(accuracy, word):
    section = calibration_section(made(Bin(0.8, 1.0, 100, 0.9, accuracy)))
    assert word in section["reading"]


def test_confident_answers_are_counted():
    section = calibration_section(
        made(
            Bin(0.4, 0.6, 50, 0.5, 0.5), Bin(0.8, 0.9, 30, 0.85, 0.8), Bin(0.9, 1.0, 10, 0.95, 0.6)
        )
    )
    assert "Of the 40 answers" in section["reading"]
    assert "30 (75%) were right" in section["reading"]


def test_the_gap_is_that_of_the_predictions(run):
    used = run.labelled
    probs, labels = run.predictions.probs_nc[used], run.predictions.labels_n[used]
    expected = probs.max(axis=1).mean() - (probs.argmax(axis=1) == labels).mean()
    assert mean_gap(reliability_bins(run)) == pytest.approx(expected, abs=1e-9)
    assert sum(item.n for item in reliability_bins(run)) == used.sum()


def test_whiskers_need_both_bounds(run):
    assert calibration_section(run)["has_margins"]
    assert not calibration_section(made(Bin(0.8, 1.0, 100, 0.9, 0.5)))["has_margins"]


def test_empty_bins_and_no_bins_give_none(run):
    assert calibration_section(made(Bin(0, 1, 0, None, None))) is None
    assert calibration_section(replace(run, metrics=None)) is None
    assert np.isclose(mean_gap([]), 0)
