"""Numbers in cells: dashes for nothing, signs for differences, never a rounded-away p."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.report.readers.mrmc import signless
from cutis.report.readers.words import GENERALISE, mean_cell, number_cell, p_cell, signed_cell
from cutis.stats.readers.obuchowski_rockette import GENERALISE as KINDS


@pytest.mark.parametrize(
    ("p", "text"),
    [(None, "–"), (0.0, "<0.001"), (0.00099, "<0.001"), (0.001, "0.001"), (0.0496, "0.050"),
     (1.0, "1.000")],
)  # fmt: skip
def test_p_values(p, text):
    assert p_cell(p).text == text
    assert p_cell(p).value == p


@pytest.mark.parametrize(
    ("numbers", "text", "interval"),
    [
        ((0.0, -0.1, 0.1), "+0.000", "−0.100 to 0.100"),
        ((0.25, 0.2, 0.3), "+0.250", "0.200 to 0.300"),
        ((-0.25, -0.3, -0.2), "−0.250", "−0.300 to −0.200"),
        ((0.25, None, 0.3), "+0.250", ""),
        ((None, None, None), "–", ""),
    ],
)
def test_differences_have_a_sign_and_an_interval_only_with_both_ends(numbers, text, interval):
    cell = signed_cell(*numbers)
    assert (cell.text, cell.interval, cell.value) == (text, interval, numbers[0])


@pytest.mark.parametrize("record", [None, {}, {"mean": None, "low": None, "high": None}])
def test_a_mean_of_nobody_is_a_dash(record):
    cell = mean_cell(record)
    assert (cell.text, cell.value, cell.interval) == ("–", None, "")


def test_a_mean_has_no_sign_and_stands_out():
    cell = signless(0.5, {"low": 0.4, "high": None})
    assert (cell.text, cell.strong, cell.interval) == ("0.500", True, "")
    assert signless(-0.5, {"low": None, "high": None}).text == "−0.500"


def test_every_kind_of_answer_has_words():
    assert set(GENERALISE) == set(KINDS)
    assert len(set(GENERALISE.values())) == 3


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_what_is_shown_is_the_number_to_its_places(value, places):
    shown = float(number_cell(value, places).text.replace("−", "-"))
    assert math.isclose(shown, value, abs_tol=0.5000001 * 10**-places)
