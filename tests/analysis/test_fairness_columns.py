"""Columns become subgroups: chosen by name, numbers cut into bands, identities refused."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from cutis.analysis.fairness_columns import MANY_NUMBERS, MANY_WORDS, parse_by, subgroups_of
from cutis.errors import CutisError
from tests.analysis.made_cases import cases

SEXES = ["f", "m"] * 30


def test_what_is_usual_is_compared_in_its_usual_order():
    made = cases(skin_tone=SEXES, sex=SEXES, clinic=SEXES)
    assert parse_by(None, made) == [("sex",), ("skin_tone",)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sex", [("sex",)]),
        (" sex , clinic ", [("sex",), ("clinic",)]),
        ("sex,sex", [("sex",)]),
        ("sex * clinic,sex", [("sex", "clinic"), ("sex",)]),
        ("sex,,clinic", [("sex",), ("clinic",)]),
    ],
)
def test_columns_are_named_or_crossed(text, wanted):
    assert parse_by(text, cases(sex=SEXES, clinic=SEXES)) == wanted


@pytest.mark.parametrize("text", ["", " ", ",", "sex*", "*sex", "sex**clinic"])
def test_text_that_names_no_columns_is_refused_with_an_example(text):
    with pytest.raises(CutisError, match="which names no columns") as error:
        parse_by(text, cases(sex=SEXES, clinic=SEXES))
    assert "--by sex,skin_tone,skin_tone*sex" in str(error.value)
    assert f"'{text}'" in str(error.value)


def test_an_unknown_column_is_refused_with_the_nearest_also_when_crossed():
    with pytest.raises(CutisError, match="no column 'clinik'") as error:
        parse_by("sex*clinik", cases(sex=SEXES, clinic=SEXES))
    assert "clinic" in str(error.value)


@pytest.mark.parametrize(("columns", "have"), [({}, "none"), ({"clinic": SEXES}, "clinic")])
def test_without_usual_columns_it_says_which_there_are(columns, have):
    with pytest.raises(CutisError, match="records no sex, age, skin tone or site") as error:
        parse_by(None, cases(**columns))
    assert f"Columns: {have}." in str(error.value)
    assert "--data TABLE" in str(error.value)


def test_words_stay_as_they_are_and_empty_cells_are_missing():
    values, note = subgroups_of(cases(5, sex=["f", None, "", float("nan"), "m"]), "sex")
    assert values.tolist() == ["f", "(missing)", "(missing)", "(missing)", "m"]
    assert note == ""


def test_few_numbers_are_subgroups_of_their_own():
    values, note = subgroups_of(cases(tone=[i % MANY_NUMBERS for i in range(60)]), "tone")
    assert len(set(values)) == MANY_NUMBERS
    assert note == ""


def test_many_numbers_are_cut_at_their_quartiles_like_pandas_does():
    numbers = np.random.default_rng(0).normal(10, 3, 60)
    values, note = subgroups_of(cases(size=numbers), "size")
    edges = np.quantile(numbers, [0.25, 0.5, 0.75])
    expected = pd.cut(numbers, [-np.inf, *edges, np.inf], right=False, labels=False)
    names = [f"under {edges[0]:g}", f"{edges[0]:g} to below {edges[1]:g}",
             f"{edges[1]:g} to below {edges[2]:g}", f"{edges[2]:g} and over"]  # fmt: skip
    assert values.tolist() == [names[k] for k in expected]
    assert Counter(values.tolist()) == dict.fromkeys(names, 15)
    assert note.startswith("'size' was cut at its quartiles (")


def test_numbers_that_are_missing_stay_missing_and_do_not_move_the_edges():
    numbers = [float(i) for i in range(50)] + [None] * 10
    values, _ = subgroups_of(cases(size=numbers), "size")
    assert values[50:].tolist() == ["(missing)"] * 10
    assert values[0] == "under 12.25"
    assert values[49] == "36.75 and over"


def test_quartiles_that_coincide_make_fewer_bands():
    numbers = [0.0] * 40 + [float(i) for i in range(1, 21)]
    values, note = subgroups_of(cases(size=numbers), "size")
    assert "(0, 5.25)" in note
    assert set(values) == {"0 to below 5.25", "5.25 and over"}


@pytest.mark.parametrize("name", ["age", "age_approx", "patient_AGE"])
def test_ages_are_cut_into_bands_of_twenty_years(name):
    values, note = subgroups_of(cases(**{name: [*range(20, 79), None]}), name)
    assert note == f"'{name}' was cut into bands of 20 years."
    assert (values[0], values[10], values[30], values[50]) == (
        "under 30", "30 to 49", "50 to 69", "70 and over"
    )  # fmt: skip
    assert values[59] == "(missing)"


def test_a_column_that_only_contains_the_letters_is_no_age():
    _, note = subgroups_of(cases(dosage=range(60)), "dosage")
    assert "quartiles" in note


def test_names_of_patients_are_no_subgroups():
    made = cases(patient=[f"P{i:02}" for i in range(60)])
    with pytest.raises(CutisError, match="'patient' has 60 different values") as error:
        subgroups_of(made, "patient")
    assert f"at most {MANY_WORDS}" in str(error.value)
    assert "P00" in str(error.value)


def test_as_many_words_as_allowed_are_taken():
    values, _ = subgroups_of(cases(site=[f"s{i % MANY_WORDS}" for i in range(60)]), "site")
    assert len(set(values)) == MANY_WORDS
