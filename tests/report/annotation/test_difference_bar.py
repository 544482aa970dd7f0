"""Signed differences as drawings."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cutis.report.annotation.difference_bar import difference_axis, difference_bar
from cutis.report.palette import BLUE, VERMILION


def dot(picture):
    return float(re.search(r'<circle cx="([\d.]+)"', picture.body).group(1))


def test_zero_is_in_the_middle_and_the_ends_hold_what_lies_beyond():
    assert dot(difference_bar(0.0, None, None, 2.0)) == 100
    assert dot(difference_bar(2.0, None, None, 2.0)) == dot(difference_bar(9.0, None, None, 2.0))
    assert dot(difference_bar(-1.0, None, None, 2.0)) == 200 - dot(
        difference_bar(1.0, None, None, 2.0)
    )


def test_sign_and_clearness_are_told_apart_by_more_than_colour():
    clear, unclear = difference_bar(1.0, 0.5, 1.5, 2.0), difference_bar(1.0, -0.5, 2.5, 2.0)
    assert f'fill="{VERMILION}"' in clear.body
    assert 'fill="#ffffff"' in unclear.body
    assert f'fill="{BLUE}"' in difference_bar(-1.0, -1.5, -0.5, 2.0).body
    assert clear.label == "+1.00, interval +0.50 to +1.50"
    assert difference_bar(-0.5, None, None, 1.0).label == "-0.50"


def test_the_axis_names_its_ends():
    assert re.findall(r">([^<>]+)</text>", difference_axis(3.0).body) == ["-3", "0", "+3"]


@given(st.floats(-9, 9), st.floats(0, 5), st.floats(0, 5), st.sampled_from([1.0, 2.0, 4.0]))
def test_nothing_is_drawn_outside_and_full_dots_exclude_zero(value, below, above, limit):
    low, high = value - below, value + above
    picture = difference_bar(value, low, high, limit)
    ends = [float(x) for x in re.findall(r'(?:x1|x2|cx)="([\d.-]+)"', picture.body)]
    assert len(ends) == 7
    assert all(8 <= x <= 192 for x in ends)
    assert ('fill="#ffffff"' in picture.body) is (low <= 0 <= high)
