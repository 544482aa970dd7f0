"""Columns are found by name, whatever their spelling."""

from __future__ import annotations

import pytest

from cutis.clinical.readers.columns import find_columns, fold
from cutis.errors import CutisError


def test_names_are_found_without_case_blanks_and_dashes():
    found = find_columns(
        ["Responder_ID", "Case ID", "Diagnosis", "GT", "Condition", "Certainty", "time_s", "role"],
        "t.csv",
    )
    assert found == {
        "reader": "Responder_ID",
        "case": "Case ID",
        "answer": "Diagnosis",
        "truth": "GT",
        "arm": "Condition",
        "confidence": "Certainty",
        "time": "time_s",
        "experience": "role",
    }
    assert fold("Case-ID ") == "caseid"


@pytest.mark.parametrize("more", [["correct"], ["score_grade"], ["answer"]])
def test_an_answer_correctness_or_a_score_is_enough(more):
    assert {"reader", "case"} <= set(find_columns(["reader", "case", *more], "t.csv"))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["case", "answer", "truth"], "no column for the reader"),
        (["who", "what"], "no column for the reader and the case"),
        (["reader", "case", "notes"], "no column for the answer"),
        (["readr", "case", "answer", "truth"], "Did you mean 'readr'"),
    ],
)
def test_what_is_missing_is_named(columns, said):
    with pytest.raises(CutisError, match=said):
        find_columns(columns, "t.csv")
