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


def heights(element) -> list[float]:
    return [(TOP + SIDE_Y - y) / SIDE_Y for _, y in points(element)]


def test_a_band_is_cut_at_the_frame_and_the_line_is_not_moved():
    x = np.array([0.0, 1.0])
    picture = draw(Line("one", x, np.array([0.5, 0.5]), np.array([-3.0, 0.4]), np.array([0.6, 9])))
    (band,) = elements(picture, "polygon")
    assert heights(band) == pytest.approx([0.6, 1.0, 0.4, 0.0])
    (stroke,) = elements(picture, "polyline")
    assert heights(stroke) == pytest.approx([0.5, 0.5])


def test_missing_as_none_is_like_nan():
    y = np.array([0.1, None, 0.3, 0.4], dtype=object)
    picture = draw(Line("one", np.linspace(0, 1, 4), y.astype(float)))
    assert [len(points(e)) for e in elements(picture, "polyline")] == [1, 2]


def test_nothing_known_is_an_empty_frame_with_its_legend():
    nothing = np.full(3, np.nan)
    picture = draw(Line("gone", np.linspace(0, 1, 3), nothing, nothing, nothing))
    assert elements(picture, "polyline") == elements(picture, "polygon") == []
    assert "gone" in [t.text for t in elements(picture, "text")]


def test_the_picture_grows_with_its_legend_only():
    line = Line("one", np.array([0.0, 1]), np.array([0.0, 1]))
    sizes = [(p.width, p.height) for p in (draw(line), draw(line, line, line))]
    assert sizes[0][0] == sizes[1][0]
    assert sizes[1][1] - sizes[0][1] == 38
    lowest = max(float(t.attrib["y"]) for t in elements(draw(line, line, line), "text"))
    assert lowest < sizes[1][1]


def test_negative_marks_have_a_true_minus_and_stand_in_order():
    axis = nice_axis("gain", -0.3, 0.2, (0.0,))
    picture = band_chart([Line("a", np.array([0.0]), np.array([0.0]))], UNIT, axis, "l")
    words = [t.text for t in elements(picture, "text")]
    assert "−0.2" in words
    assert not any(word.startswith("-") for word in words)
    at = {t.text: float(t.attrib["y"]) for t in elements(picture, "text") if t.text != "0"}
    assert at["−0.3"] > at["−0.2"] > at["0.1"] > at["0.2"]


@pytest.mark.parametrize("value", [0.0, 0.5, -2.0, 1e4])
def test_an_axis_for_a_single_value_has_a_length(value):
    axis = nice_axis("a", value, value)
    assert axis.low <= value <= axis.high
    assert axis.high > axis.low


def test_what_must_be_included_is():
    axis = nice_axis("a", 0.4, 0.6, (0.0, 1.0))
    assert (axis.low, axis.high) == (0.0, 1.0)
