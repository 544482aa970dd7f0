"""The picture of differences: places, marks, and words for who cannot see it."""

from __future__ import annotations

import re

import pytest

from cutis.report.charts.differences import LEFT, RIGHT, WIDTH, Row, differences_chart

ROWS = [
    Row("better", 0.1, 0.05, 0.15, True),
    Row("unclear", -0.02, -0.08, 0.04, False),
    Row("undefined", None, None, None, False),
    Row("no interval", 0.03, None, None, False),
]


def chart(rows=ROWS):
    return differences_chart(rows, "Accuracy: difference from A", ("A better", "model better"))


def test_values_lie_where_the_axis_says():
    body = chart().body
    middle = (LEFT + WIDTH - RIGHT) / 2
    (square,) = re.findall(r'<rect x="([\d.]+)"[^>]*width="10"', body)
    circles = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', body)]
    assert float(square) + 5 > middle
    assert circles[0] < middle < circles[1]
    per_unit = (circles[1] - middle) / 0.03
    assert (float(square) + 5 - middle) / 0.1 == pytest.approx(per_unit, rel=0.01)


def test_the_axis_has_round_numbers_and_holds_all_ends():
    body = chart().body
    assert ">0.1<" in body
    assert ">−0.2<" in body
    xs = [float(x) for x in re.findall(r'x[12]="([\d.]+)"', body)]
    assert min(xs) >= LEFT
    assert max(xs) <= WIDTH - RIGHT + 1e-6


def test_words_for_who_cannot_see():
    label = chart().label
    assert "better 0.100 (0.050 to 0.150)" in label
    assert "undefined undefined" in label
    assert "no interval 0.030" in label
    assert "undefined" in chart().body


def test_no_difference_at_all_is_drawn():
    assert ">0.01<" in chart([Row("same", 0.0, None, None, False)]).body
