"""Which classes get a curve, and what is written over it."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from cutis.predictions import make_predictions
from cutis.report.charts.curve import LEFT, SIDE, TOP
from cutis.report.sections.curves import MOST, curves_section, drawn_classes, pr_panels, roc_panels
from cutis.report.source import RunData
from cutis.report.wording import decimal


def made(labels, c, metrics=True):
    probs = np.random.default_rng(0).dirichlet(np.ones(c), len(labels))
    predictions = make_predictions(
        ids=[str(i) for i in range(len(labels))], images=[""] * len(labels), probs_nc=probs,
        classes=[f"c{i}" for i in range(c)], labels_n=np.array(labels),
    )  # fmt: skip
    return RunData(record={}, metrics={} if metrics else None, predictions=predictions)


@pytest.mark.parametrize(
    ("labels", "c", "drawn"),
    [
        ([0, 1, 1, 2], 3, [0, 1, 2]),
        ([0, 1, 1], 3, [0, 1]),
        ([0, 1, -1], 2, [1]),
        ([1, 1, -1], 3, []),
        ([-1, -1], 3, []),
    ],
)
def test_a_curve_needs_images_with_and_without_the_class(labels, c, drawn):
    assert drawn_classes(made(labels, c)) == drawn


def test_of_many_classes_the_largest_are_drawn_in_order():
    labels = [c for c in range(20) for _ in range(c + 1)]
    drawn = drawn_classes(made(labels, 20))
    assert drawn == list(range(20 - MOST, 20))
    section = curves_section(made(labels, 20))
    assert len(section["left_out"]) == 20 - MOST


def test_areas_and_intervals_are_those_of_the_metrics(run):
    for name, panel in zip(run.classes, roc_panels(run), strict=True):
        area = run.metrics["per_class"][name]["auroc"]
        assert f"AUROC {decimal(area['value'], 2)}" in panel.label
        assert decimal(area["low"], 2) in panel.label
    for name, panel in zip(run.classes, pr_panels(run), strict=True):
        area = run.metrics["per_class"][name]["average_precision"]
        assert f"AP {decimal(area['value'], 2)}" in panel.label
        assert f"{run.metrics['per_class'][name]['n']} images" in panel.label


def test_the_stairs_enclose_the_average_precision(run):
    used = run.labelled
    for c, (name, panel) in enumerate(zip(run.classes, pr_panels(run), strict=True)):
        line = ElementTree.fromstring(f"<svg>{panel.body}</svg>").find("polyline")
        points = [[float(v) for v in p.split(",")] for p in line.attrib["points"].split()]
        x, y = np.array(points).T
        recall, precision = (x - LEFT) / SIDE, 1 - (y - TOP) / SIDE
        area = float(np.sum(np.diff(recall) * precision[1:]))
        expected = average_precision_score(
            run.predictions.labels_n[used] == c, run.predictions.probs_nc[used, c]
        )
        assert area == pytest.approx(expected, abs=0.02), name


def test_nothing_is_drawn_without_metrics_or_predictions(run):
    assert curves_section(replace(run, metrics=None)) is None
    assert curves_section(replace(run, predictions=None)) is None
