"""Every metric of the statistics room has words."""

from __future__ import annotations

import json

import pytest

from cutis.report.metric_words import METRICS, words_for


def test_every_metric_of_a_run_is_explained(finished):
    metrics = json.loads((finished / "metrics.json").read_text())["metrics"]
    assert set(metrics) <= set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_readings_are_sentences(name):
    for value in (0.0, 0.004, 0.5, 1.0):
        reading = words_for(name).reading(value)
        assert reading[0].isupper()
        assert reading.endswith(".")


def test_an_unknown_metric_keeps_its_name():
    assert words_for("net_benefit").title == "net benefit"
