"""The layout of graded answers, cell by cell."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cutis.clinical.readers.rs1 import is_rs1, read_rs1
from cutis.errors import CutisError

SOURCE = Path("graded.csv")


def graded(**changes):
    columns = {
        "Case ID": [1, 2],
        "Responder_ID": ["A", "A"],
        "Unaided_Mgmt_Grade": ["Perfect", None],
        "Assisted_Mgmt_Grade": ["Inadequate but harmless", "1"],
        "Unaided_Top3_SpotOn": [True, False],
        "Assisted_Top3_SpotOn": [True, True],
    }
    return pd.DataFrame({k: v for k, v in (columns | changes).items() if v is not None})


def cells(table, arm, column):
    return [None if pd.isna(v) else v for v in table[table["arm"] == arm][column]]


def test_grades_become_numbers_harm_and_success():
    table = read_rs1(graded(), SOURCE)
    assert cells(table, "unaided", "score_management") == [4.0, None]
    assert cells(table, "aided", "score_management") == [2.0, 1.0]
    assert cells(table, "unaided", "score_harm") == [0.0, None]
    assert cells(table, "aided", "score_harm") == [0.0, 1.0]
    assert cells(table, "unaided", "score_success") == [1.0, None]
    assert cells(table, "aided", "score_success") == [0.0, 0.0]
    assert cells(table, "unaided", "correct") == [True, False]


def test_scores_nobody_gave_are_no_columns():
    table = read_rs1(graded(), SOURCE)
    assert "score_diagnosis" not in table
    assert "score_management_confidence" not in table
    assert "experience" not in table
    bare = read_rs1(graded(Unaided_Mgmt_Grade=None, Assisted_Mgmt_Grade=None), SOURCE)
    assert [c for c in bare if c.startswith("score_")] == []


@pytest.mark.parametrize("grade", ["0", "5", "2.5", "good", "nan"])
def test_a_grade_that_is_none_is_refused(grade):
    with pytest.raises(CutisError, match=f"the management grade '{grade}' is not known"):
        read_rs1(graded(Assisted_Mgmt_Grade=["Perfect", grade]), SOURCE)


@pytest.mark.parametrize("column", ["Case ID", "Responder_ID"])
def test_readers_and_cases_are_needed(column):
    with pytest.raises(CutisError, match=f"no column '{column}'"):
        read_rs1(graded(**{column: None}), SOURCE)


def test_one_arm_alone_is_another_layout():
    assert is_rs1(graded().columns)
    assert not is_rs1([c for c in graded().columns if not c.startswith("Assisted_")])
