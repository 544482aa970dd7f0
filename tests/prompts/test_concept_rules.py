"""Cells to answers: 0/1, words, numbers, blanks."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.prompts.concept_rules import LabelRule, folded_name, read_labels

GRADES = LabelRule("network", present=("typical", "atypical"), absent=("absent",))
MAP = LabelRule("globules", above=30, missing=("-9",))
NAN = float("nan")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([1, 0, None], [1, 0, NAN]),
        ([1.0, 0.0, float("nan")], [1, 0, NAN]),
        (["1", "0", ""], [1, 0, NAN]),
        (["1.0", "0.0", " "], [1, 0, NAN]),
        ([True, False, "nan"], [1, 0, NAN]),
        (["Yes", "no", "<NA>"], [1, 0, NAN]),
        (["Present", "ABSENT", "None"], [1, 0, NAN]),
        ([], []),
    ],
)
def test_plain_answers_need_no_rule(cells, expected):
    np.testing.assert_array_equal(read_labels(cells), expected)


def test_words():
    np.testing.assert_array_equal(
        read_labels(["Absent", "typical", "atypical", None], [GRADES]), [0, 1, 1, NAN]
    )


def test_numbers_above_a_bound():
    cells = [0, 30, 30.5, 100, -9, "-9", "-9.0", None]
    np.testing.assert_array_equal(read_labels(cells, [MAP]), [0, 0, 1, 1, NAN, NAN, NAN, NAN])


def test_a_converted_column_is_read_as_it_is():
    np.testing.assert_array_equal(read_labels([1, 0], [MAP]), [1, 0])
    np.testing.assert_array_equal(read_labels(["1", "0"], [GRADES]), [1, 0])


def test_the_first_rule_that_reads_every_cell_is_taken():
    letters = LabelRule("network", present=("AT",), absent=("A", "T"))
    np.testing.assert_array_equal(read_labels(["T", "AT", "A"], [GRADES, letters]), [0, 1, 0])


def test_an_unknown_answer_is_named():
    with pytest.raises(ValueError, match="'perhaps' says neither"):
        read_labels(["typical", "perhaps"], [GRADES])
    with pytest.raises(ValueError, match="'much' says neither"):
        read_labels([40, "much"], [MAP])


def test_names_are_compared_without_case_and_punctuation():
    assert folded_name("White(Hypopigmentation)") == folded_name("white hypopigmentation")
    assert folded_name("Dome-shaped") != folded_name("Flat topped")
