"""Lines and bands are drawn where the numbers are."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.report.charts.bands import (
    LEFT,
    SIDE_X,
    SIDE_Y,
    TOP,
    Axis,
    Line,
    band_chart,
    nice_axis,
)

UNIT = Axis("x", 0.0, 1.0, (0.0, 0.5, 1.0))


def elements(picture, kind):
    return ElementTree.fromstring(f"<svg>{picture.body}</svg>").findall(kind)


def points(element):
    return [tuple(map(float, p.split(","))) for p in element.attrib["points"].split()]


def draw(*lines):
    return band_chart(lines, UNIT, UNIT._replace(name="y"), "a label")


def test_a_line_runs_through_its_points():
    (stroke,) = elements(draw(Line("one", np.array([0.0, 0.5, 1]), np.array([0, 1.0, 0.5]))),
                         "polyline")  # fmt: skip
    assert points(stroke) == [
        (LEFT, TOP + SIDE_Y),
        (LEFT + SIDE_X / 2, TOP),
        (LEFT + SIDE_X, TOP + SIDE_Y / 2),
    ]


def test_a_band_goes_round_its_interval():
    x = np.array([0.0, 1.0])
    line = Line("one", x, x, np.array([0.0, 0.5]), np.array([0.5, 1.0]))
    (band,) = elements(draw(line), "polygon")
    heights = [(TOP + SIDE_Y - y) / SIDE_Y for _, y in points(band)]
    assert heights == pytest.approx([0.5, 1.0, 0.5, 0.0])


def test_undefined_values_break_line_and_band():
    x = np.linspace(0, 1, 5)
    y = np.array([0.1, 0.2, np.nan, 0.4, 0.5])
    picture = draw(Line("one", x, y, y - 0.05, y + 0.05))
    assert len(elements(picture, "polyline")) == 2
    assert len(elements(picture, "polygon")) == 2
    assert "nan" not in picture.body


def test_a_line_that_leaves_the_frame_ends_at_its_edge():
    x = np.linspace(0, 1, 5)
    (stroke,) = elements(draw(Line("one", x, np.array([0.5, 0.2, -0.1, -0.4, -0.9]))), "polyline")
    drawn = points(stroke)
    assert len(drawn) == 3
    assert drawn[-1] == (LEFT + SIDE_X / 2, TOP + SIDE_Y)


def test_every_line_is_named_and_told_without_colour():
    x = np.array([0.0, 1.0])
    picture = draw(Line("first & last", x, x, dash="4 3"), Line("second", x, x))
    names = [t.text for t in elements(picture, "text")]
    assert {"first & last", "second", "x", "y"} <= set(names)
    dashes = [e.attrib.get("stroke-dasharray") for e in elements(picture, "polyline")]
    assert dashes == ["4 3", None]
    assert picture.label == "a label"


@given(st.floats(-3, 3), st.floats(1e-4, 5))
def test_an_axis_holds_both_ends_with_few_round_marks(low, span):
    axis = nice_axis("a", low, low + span)
    assert axis.low <= low + 1e-9
    assert axis.high >= low + span - 1e-6 * span
    assert 2 <= len(axis.marks) <= 9
    assert all(len(f"{mark:g}") <= 8 for mark in axis.marks)
    steps = np.diff(axis.marks)
    assert steps == pytest.approx(np.full(steps.size, steps[0]))
