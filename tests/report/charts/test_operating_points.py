"""Operating points lie where their numbers say."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from cutis.report.charts.operating_points import LEFT, SIDE, TOP, Point, operating_points


def test_places_and_label():
    picture = operating_points(
        [(0.0, 0.0), (0.2, 0.9), (1.0, 1.0)],
        Point("model", 0.9, 0.8),
        [Point("R1", 0.6, 0.7), Point("<R2>", 1.0, 1.0)],
        "melanoma",
    )
    root = ElementTree.fromstring(f"<svg>{picture.body}</svg>")
    rings = [e for e in root.iter("circle") if e.find("title") is not None]
    assert float(rings[0].get("cx")) == pytest.approx(LEFT + 0.3 * SIDE)
    assert float(rings[0].get("cy")) == pytest.approx(TOP + 0.4 * SIDE)
    assert (float(rings[1].get("cx")), float(rings[1].get("cy"))) == (LEFT, TOP)
    square = next(e for e in root.iter("rect") if e.get("stroke") == "#ffffff")
    assert float(square.get("x")) + 5 == pytest.approx(LEFT + 0.2 * SIDE)
    line = next(root.iter("polyline")).get("points").split()
    assert line[1] == f"{LEFT + 0.2 * SIDE:g},{TOP + 0.1 * SIDE:g}"
    assert "model sensitivity 0.900, specificity 0.800" in picture.label
    assert "<R2>" not in picture.body
