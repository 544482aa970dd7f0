"""Slope charts: places, directions, names that do not lie on each other."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from cutis.report.charts.slopes import BOTTOM, MOST_NAMES, TOP, Slope, slope_chart, spaced


def lines_of(picture):
    return ElementTree.fromstring(f"<svg>{picture.body}</svg>")


def test_up_is_solid_and_down_is_dashed():
    slopes = [Slope("A", 0.5, 0.7), Slope("B", 0.8, 0.6), Slope("C", 0.7, 0.7)]
    root = lines_of(slope_chart(slopes, ("unaided", "aided"), "Right answers", 0.75))
    drawn = [e for e in root.iter("line") if e.get("stroke-width") == "1.6"]
    assert [e.get("stroke-dasharray") for e in drawn] == [None, "5 3", None]
    assert float(drawn[0].get("y1")) > float(drawn[0].get("y2"))
    assert len({e.get("stroke") for e in drawn}) == 3
    words = [e.text for e in root.iter("text")]
    assert {"A", "B", "C", "model", "unaided", "aided", "Right answers"} <= set(words)


def test_the_mean_is_the_mean_and_the_ticks_are_round():
    slopes = [Slope("A", 0.50, 0.70), Slope("B", 0.70, 0.90)]
    root = lines_of(slope_chart(slopes, ("a", "b"), "x"))
    bold = next(e for e in root.iter("line") if e.get("stroke-width") == "4")
    ends = {c.get("cy") for c in root.iter("circle")}
    ticks = [float(e.text) for e in root.iter("text") if re.fullmatch(r"\d\.\d\d", e.text)]
    assert ticks == [0.5, 0.6, 0.7, 0.8, 0.9]
    assert float(bold.get("y1")) == pytest.approx((BOTTOM + (TOP + BOTTOM) / 2) / 2, abs=0.1)
    assert len(ends) == 3


def test_many_readers_have_no_names_and_none_at_all_is_no_error():
    slopes = [Slope(f"R{i}", 0.5, 0.5 + i / 100) for i in range(MOST_NAMES + 1)]
    assert ">R3<" not in slope_chart(slopes, ("a", "b"), "x").body
    assert "polyline" not in slope_chart([], ("a", "b"), "x").body


def test_numbers_beyond_shares_have_an_axis_of_their_own():
    root = lines_of(slope_chart([Slope("A", 2.1, 4.4)], ("a", "b"), "Grade"))
    ticks = [float(e.text) for e in root.iter("text") if re.fullmatch(r"\d\.\d\d", e.text)]
    assert min(ticks) <= 2.1
    assert max(ticks) >= 4.4


def test_names_are_moved_apart_in_their_order():
    placed = spaced([50.0, 50.0, 52.0, 90.0], 10, 0, 95)
    assert sorted(placed) == placed
    assert min(b - a for a, b in pairwise(placed)) >= 10
    assert max(placed) <= 95


def test_names_are_escaped():
    assert "<b>" not in slope_chart([Slope("<b>", 0.1, 0.2)], ("a", "b"), "x").body


@pytest.mark.parametrize("values", [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.501, 0.502), (-0.4, 3)])
def test_every_end_lies_on_the_paper(values):
    root = lines_of(slope_chart([Slope("A", *values)], ("a", "b"), "x", values[0]))
    for end in root.iter("circle"):
        assert TOP - 1e-6 <= float(end.get("cy")) <= BOTTOM + 1e-6


def test_shares_have_no_marks_beyond_zero_and_one():
    for values in ((0.0, 0.02), (0.99, 1.0)):
        root = lines_of(slope_chart([Slope("A", *values)], ("a", "b"), "x"))
        ticks = [float(e.text) for e in root.iter("text") if re.fullmatch(r"\d\.\d\d", e.text)]
        assert 0.0 <= min(ticks) < max(ticks) <= 1.0


def test_the_model_is_a_level_line_at_its_value():
    slopes = [Slope("A", 0.5, 0.7), Slope("B", 0.7, 0.9)]
    root = lines_of(slope_chart(slopes, ("a", "b"), "x", model=0.7))
    (level,) = [e for e in root.iter("line") if e.get("stroke-dasharray") == "2 4"]
    assert level.get("y1") == level.get("y2")
    assert level.get("y1") in {c.get("cy") for c in root.iter("circle")}


def test_every_reader_is_read_out_even_where_names_do_not_fit():
    slopes = [Slope(f"R{i}", 0.5, 0.6) for i in range(MOST_NAMES + 1)]
    label = slope_chart(slopes, ("unaided", "aided"), "Right").label
    assert label.startswith("Right, unaided to aided: R0 0.500 to 0.600; ")
    assert label.count(" to 0.600") == MOST_NAMES + 1
