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
    as_it_is = LabelRule("globules", missing=("-9",))
    np.testing.assert_array_equal(read_labels([1, 0, -9.0], [as_it_is, MAP]), [1, 0, NAN])
    np.testing.assert_array_equal(read_labels([1, 0, 40], [as_it_is, MAP]), [0, 0, 1])
    np.testing.assert_array_equal(read_labels(["1", "0"], [GRADES]), [1, 0])


@pytest.mark.parametrize("above", [0, 0.5, 1, 7])
@pytest.mark.parametrize("cells", [[0, 1, 1], [0, 1, 2], [0, 1, 8], [1, 1, 1]])
def test_a_bound_means_the_same_whichever_values_occur(above, cells):
    expected = [float(cell > above) for cell in cells]
    np.testing.assert_array_equal(read_labels(cells, [LabelRule("count", above=above)]), expected)


def test_words_of_a_rule_come_before_the_plain_words():
    upside_down = LabelRule("absent_veil", present=("no",), absent=("yes",))
    np.testing.assert_array_equal(read_labels(["yes", "no"], [upside_down]), [0, 1])
    np.testing.assert_array_equal(read_labels(["yes", "no"], [MAP]), [1, 0])


def test_bundled_maps_read_converted_tables_too():
    from cutis.prompts import load_concepts

    for concept in load_concepts("isic").concepts:
        rules = concept.rules
        assert {rule.column for rule in rules} == {concept.id}
        np.testing.assert_array_equal(read_labels([0, 1, None], rules), [0, 1, NAN])
        np.testing.assert_array_equal(read_labels([0, 30, 31, -9], rules), [0, 0, 1, NAN])


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
