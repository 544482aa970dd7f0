"""The table of readings: grids, what is known of cases and readers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.clinical.readers.checks import check_readings
from cutis.clinical.readers.loading import canonical
from cutis.clinical.readers.table import MODEL


@pytest.fixture(scope="module")
def readings():
    frame = pd.DataFrame(
        {
            "reader": ["b", "b", "a", MODEL],
            "case": ["2", "1", "2", "1"],
            "arm": ["late", "early", "early", MODEL],
            "answer": ["x", "y", "x", "x"],
            "truth": ["x", "y", "x", "y"],
            "time": ["3", "", "4.5", ""],
            "level": ["senior", None, None, None],
            "score_b": ["1", "2", "3", "4"],
        }
    )
    return check_readings(canonical(frame, Path("t.csv")), None, Path("t.csv"), "refuse")


def test_names_come_in_order_of_appearance_and_the_model_last(readings):
    assert readings.arms == ["late", "early", "model"]
    assert readings.people == ["b", "a"]
    assert readings.cases == ["2", "1"]
    assert readings.scores == ["score_b"]
    assert not readings.has_groups


def test_a_grid_has_gaps_where_nothing_was_read(readings):
    grid = readings.grid("correct", "early", ["a", "b", "nobody"], ["1", "2", "none"])
    expected = [[np.nan, 1, np.nan], [1, np.nan, np.nan], [np.nan] * 3]
    np.testing.assert_array_equal(grid, expected)
    times = readings.grid("time", "early", ["a", "b"], ["1", "2"])
    np.testing.assert_array_equal(times, [[np.nan, 4.5], [np.nan, np.nan]])


def test_what_is_said_once_of_a_reader_or_case_holds(readings):
    assert readings.of_readers("experience", ["a", "b"]) == {"b": "senior"}
    assert readings.of_cases("truth", ["1", "2", "3"]).tolist() == ["y", "x", None]
    assert readings.of_cases("group", ["1"]).tolist() == [None]


def test_notes_are_added_and_the_rest_stays(readings):
    more = readings.with_notes("one", "two")
    assert more.notes[-2:] == ("one", "two")
    assert readings.notes == more.notes[:-2]
    assert more.frame is readings.frame


def test_names_that_look_like_numbers_keep_their_zeros():
    text = pd.DataFrame({"reader": ["01"], "case": ["007"], "correct": ["1"]})
    typed = pd.DataFrame({"reader": [1.0], "case": [7], "correct": [True]})
    found = canonical(text, Path("t.csv"))
    assert (found["reader"].tolist(), found["case"].tolist()) == (["01"], ["007"])
    found = canonical(typed, Path("t.parquet"))
    assert (found["reader"].tolist(), found["case"].tolist()) == (["1"], ["7"])
    assert found["correct"].tolist() == [1.0]
