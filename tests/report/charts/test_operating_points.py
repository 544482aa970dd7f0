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


def test_a_model_alone_has_no_rings_but_its_legend():
    picture = operating_points([(0.0, 0.0), (1.0, 1.0)], Point("m", 0.5, 0.5), [], "melanoma")
    root = ElementTree.fromstring(f"<svg>{picture.body}</svg>")
    assert [e for e in root.iter("circle") if e.find("title") is not None] == []
    assert "readers" in [t.text for t in root.iter("text")]
    assert picture.label.startswith("melanoma: model sensitivity 0.500")


def test_readers_at_the_same_point_are_all_drawn_and_read_out():
    twins = [Point("R1", 0.5, 0.5), Point("R2", 0.5, 0.5)]
    picture = operating_points([(0.0, 0.0), (1.0, 1.0)], Point("m", 1.0, 0.0), twins, "melanoma")
    root = ElementTree.fromstring(f"<svg>{picture.body}</svg>")
    assert [c.find("title").text for c in root.iter("circle") if len(c)] == ["R1", "R2"]
    assert "R1 0.500, 0.500; R2 0.500, 0.500" in picture.label


def test_everything_lies_on_the_paper():
    corners = [Point(str(i), a, b) for i, (a, b) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)])]
    picture = operating_points([(0.0, 0.0), (1.0, 1.0)], corners[0], corners, "melanoma")
    root = ElementTree.fromstring(f"<svg>{picture.body}</svg>")
    for ring in root.iter("circle"):
        assert 0 < float(ring.get("cx")) < picture.width
        assert 0 < float(ring.get("cy")) < picture.height
