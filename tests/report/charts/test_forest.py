"""Subgroups on one axis: places, marks, and what is said of them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from cutis.report.charts.forest import LEFT, RIGHT, WIDTH, Row, forest
from cutis.report.palette import BLUE, MUTED, VERMILION

ROWS = [
    Row("I", 0.5, 0.4, 0.6, 120),
    Row("V", 0.25, 0.0, 0.5, 1200, "worst in 93%"),
    Row("VI", None, None, None, 3, compared=False),
    Row("not recorded", 0.75, 0.7, 0.8, 277, compared=False),
]


def circles(picture):
    root = ET.fromstring(f"<g>{picture.body}</g>")
    return [c.attrib for c in root.iter("circle")]


def test_values_stand_where_the_axis_says():
    made = circles(forest(ROWS, "Accuracy"))
    span = WIDTH - RIGHT - LEFT
    assert [round((float(c["cx"]) - LEFT) / span, 3) for c in made] == [0.5, 0.75]


def test_the_worst_is_a_square_and_the_others_are_not_alike():
    picture = forest(ROWS, "Accuracy")
    root = ET.fromstring(f"<g>{picture.body}</g>")
    (square,) = [r.attrib for r in root.iter("rect")]
    assert square["fill"] == VERMILION
    compared, apart = circles(picture)
    assert (compared["fill"], apart["fill"], apart["stroke"]) == (BLUE, "#ffffff", MUTED)


def test_words_say_the_same_as_the_drawing():
    picture = forest(ROWS, "Accuracy", overall=0.4)
    assert picture.label == (
        "Accuracy by subgroup: I 0.50 (0.40 to 0.60); V 0.25 (0.00 to 0.50), worst in 93%; "
        "VI too few to measure (3 images); not recorded 0.75 (0.70 to 0.80)"
    )
    assert "1,200" in picture.body
    assert "too few to measure" in picture.body
    assert "all images" in picture.body


def test_signed_errors_get_an_axis_around_zero():
    picture = forest(
        [Row("a", -0.1, -0.2, 0.0, 9), Row("b", 0.05, None, None, 9)], "Overconfidence"
    )
    assert float(circles(picture)[1]["cx"]) > LEFT + (WIDTH - RIGHT - LEFT) / 2
    assert re.findall(r">(−?0\.\d\d)<", picture.body) == ["−0.20", "−0.10", "0.00", "0.10", "0.20"]


def test_names_are_escaped():
    assert "&lt;b&gt;" in forest([Row("<b>", 0.5, None, None, 3)], "Accuracy").body


def test_nothing_measured_is_an_axis_of_shares_without_marks():
    picture = forest([Row("VI", None, None, None, 3)], "Accuracy")
    assert circles(picture) == []
    assert re.findall(r">(−?\d\.\d\d)<", picture.body) == ["0.00", "0.25", "0.50", "0.75", "1.00"]
    assert "too few to measure" in picture.body
    assert ">0<" not in picture.body


def test_the_line_of_all_images_stands_at_its_value():
    body = forest(ROWS, "Accuracy", overall=0.4).body
    (x,) = re.findall(r'<line x1="([\d.]+)"[^>]*stroke-dasharray="3 3"', body)
    assert float(x) == pytest.approx(LEFT + 0.4 * (WIDTH - RIGHT - LEFT), abs=0.01)
    assert "stroke-dasharray" not in forest(ROWS, "Accuracy").body


def test_an_overall_error_outside_widens_the_axis():
    picture = forest([Row("a", 0.01, None, None, 9)], "Overconfidence", overall=-0.3)
    assert "−0.30" in picture.body
    assert 'x1="nan"' not in picture.body


def test_small_errors_do_not_fill_the_paper():
    # an axis of at least 0.05 to either side, or a difference of nothing would look large
    picture = forest([Row("a", -0.001, None, None, 9)], "Overconfidence")
    assert "−0.05" in picture.body
    assert "0.05" in picture.body


def test_long_subgroups_keep_their_beginning():
    name = "upper_extremity_including_the_hand"
    picture = forest([Row(name, 0.5, None, None, 3)], "Accuracy")
    assert ">upper_extremity_including_" in picture.body
    assert name in picture.label
