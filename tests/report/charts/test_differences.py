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


@pytest.mark.parametrize("furthest", [0.0, 0.004, 0.3, 0.99, 1.7, 12.0])
def test_everything_lies_between_the_names_and_the_edge(furthest):
    rows = [Row("a", furthest / 2, -furthest, furthest, True), Row("b", 0.0, None, None, False)]
    xs = [float(x) for x in re.findall(r' x[12]="(-?[\d.]+)"', chart(rows).body)]
    assert min(xs) >= LEFT - 1e-6
    assert max(xs) <= WIDTH - RIGHT + 1e-6


def test_a_shown_difference_has_the_colour_of_its_side_and_others_none():
    from cutis.report.palette import BLUE, MUTED, VERMILION

    rows = [Row("up", 0.1, None, None, True), Row("down", -0.1, None, None, True),
            Row("open", 0.1, None, None, False)]  # fmt: skip
    body = chart(rows).body
    fills = re.findall(r'<rect [^>]*fill="(#\w+)"', body)
    assert fills == [BLUE, VERMILION]
    assert re.findall(r'<circle [^>]*fill="#ffffff" stroke="(#\w+)"', body) == [MUTED]


def test_an_undefined_row_has_neither_mark_nor_whisker():
    body = chart([Row("none", None, 0.1, 0.2, True)]).body
    assert ">undefined<" in body
    assert "<circle" not in body
    assert "<rect" not in body
    assert 'stroke-width="2.5"' not in body


def test_long_names_keep_their_beginning_and_are_read_out_whole():
    name = "panderm_large_patch16_224_finetuned_by_somebody"
    picture = chart([Row(name, 0.1, None, None, True)])
    assert ">panderm_large_patch16_224_f" in picture.body
    assert name not in picture.body
    assert name in picture.label


def test_names_and_axis_are_escaped():
    picture = differences_chart([Row("<b>", 0.1, None, None, True)], "<i>", ("<u>", "&"))
    for markup in ("<b>", "<i>", "<u>"):
        assert markup not in picture.body
    assert "&amp;" in picture.body


def test_the_picture_is_as_high_as_its_rows():
    heights = [chart(ROWS[:1] * n).height for n in (1, 2, 10)]
    assert heights[1] - heights[0] == pytest.approx((heights[2] - heights[1]) / 8)
