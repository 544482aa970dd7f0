"""The small interval bars of the tables."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.report.charts.interval import MARGIN, interval_axis, interval_bar

unit = st.floats(0, 1)


@given(unit, unit, unit)
def test_the_dot_lies_between_the_ends_of_its_bar(a, b, c):
    low, value, high = sorted((a, b, c))
    parts = ElementTree.fromstring(f"<svg>{interval_bar(value, low, high).body}</svg>")
    bar = next(e for e in parts.findall("line") if e.attrib.get("stroke-width") == "3")
    dot = float(parts.find("circle").attrib["cx"])
    assert float(bar.attrib["x1"]) - 0.01 <= dot <= float(bar.attrib["x2"]) + 0.01


def test_without_an_interval_only_the_dot_is_drawn():
    picture = interval_bar(0.5, None, None)
    assert 'stroke-width="3"' not in picture.body
    assert picture.label == "0.50"


def test_the_reference_is_marked_and_named():
    picture = interval_bar(0.5, 0.4, 0.6, reference=0.2, reference_name="all images")
    assert "<polygon" in picture.body
    assert picture.label == "0.50, interval 0.40 to 0.60, all images 0.20"


@pytest.mark.parametrize("value", [-3.0, 7.0])
def test_what_lies_outside_is_drawn_at_the_edge(value):
    x = float(re.search(r'cx="([\d.]+)"', interval_bar(value, None, None, width=100).body)[1])
    assert x == (MARGIN if value < 0 else 100 - MARGIN)


def test_the_axis_matches_the_bars():
    middle = re.search(r'x="([\d.]+)"[^>]*>0.5<', interval_axis(100).body)
    assert float(middle[1]) == 50
