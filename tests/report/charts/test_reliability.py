"""Dots and bars of the reliability diagram lie where the bins say."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from cutis.report.charts.reliability import LEFT, SIDE, TOP, Bin, reliability_diagram

BINS = [
    Bin(0.0, 0.5, 0, None, None),
    Bin(0.5, 0.75, 10, 0.6, 0.4, (0.2, 0.7)),
    Bin(0.75, 1.0, 40, 0.9, 1.0, None),
]


def elements(kind: str):
    body = reliability_diagram(BINS, "label").body
    return ElementTree.fromstring(f"<svg>{body}</svg>").findall(kind)


def test_dots_lie_at_confidence_and_accuracy():
    dots = [(float(d.attrib["cx"]), float(d.attrib["cy"])) for d in elements("circle")]
    shares = [((x - LEFT) / SIDE, 1 - (y - TOP) / SIDE) for x, y in dots]
    assert shares == [pytest.approx((0.6, 0.4), abs=1e-3), pytest.approx((0.9, 1.0), abs=1e-3)]


def test_only_known_margins_have_whiskers():
    whiskers = [e for e in elements("line") if e.attrib.get("stroke-width") == "1.4"]
    assert len(whiskers) == 1
    ends = [1 - (float(whiskers[0].attrib[k]) - TOP) / SIDE for k in ("y1", "y2")]
    assert ends == pytest.approx([0.2, 0.7], abs=1e-3)


def test_bars_are_as_high_as_their_counts():
    bars = [e for e in elements("rect") if e.attrib["fill"] != "none"]
    heights = [float(b.attrib["height"]) for b in bars]
    assert heights[0] == 0
    assert heights[1] / heights[2] == pytest.approx(10 / 40, abs=1e-3)


def test_no_images_at_all_draw_an_empty_frame():
    picture = reliability_diagram([Bin(0, 1, 0, None, None)], "nothing")
    assert "circle" not in picture.body
    assert picture.label == "nothing"
