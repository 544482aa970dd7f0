"""The risk-coverage picture shows the summary's numbers."""

from __future__ import annotations

from xml.etree import ElementTree

from cutis.report.charts.selective import risk_coverage_picture
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.selective_summary import selective_summary
from tests.stats.samples import make

MADE = make(n=120, c=3)


def summary(n_bootstrap=100):
    return selective_summary(
        MADE.labels, MADE.probs, MADE.classes, make_clusters(MADE.groups, 120),
        Settings(n_bootstrap),
    ).to_json()  # fmt: skip


def test_label_and_lines():
    picture = risk_coverage_picture(summary())
    root = ElementTree.fromstring(f"<svg>{picture.body}</svg>")
    wrong = 100 * (MADE.predicted != MADE.labels).mean()
    assert f"Answering all images, {wrong:.0f}% are wrong" in picture.label
    assert len(root.findall("polyline")) == 2
    assert len(root.findall("polygon")) == 1


def test_without_intervals_there_is_no_band():
    picture = risk_coverage_picture(summary(0))
    assert "<polygon" not in picture.body
    assert "nan" not in picture.body
