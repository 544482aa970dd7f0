"""The layout of a quiz, in its smallest forms."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cutis.clinical.readers.rs2b import is_rs2b, read_rs2b
from cutis.errors import CutisError

SOURCE = Path("quiz.csv")


def quiz(**changes):
    columns = {
        "user_id": ["u", "u", "v", "v"],
        "image_id": ["i", "k", "i", "k"],
        "ground_truth": ["x", "y", "x", "y"],
        "diagnosis_before": ["x", "x", "y", "y"],
        "diagnosis_after": ["x", "y", "x", "y"],
    }
    return pd.DataFrame({k: v for k, v in (columns | changes).items() if v is not None})


def test_without_tests_every_row_counts_even_when_half_answered():
    table, name, notes = read_rs2b(quiz(diagnosis_before=["x", None, None, None]), SOURCE)
    assert (name, notes, len(table)) == ("rs2b", (), 8)
    assert table[table["arm"] == "unaided"]["answer"].tolist()[:1] == ["x"]
    assert table[table["arm"] == "aided"]["answer"].tolist() == ["x", "y", "x", "y"]


def test_each_moment_has_its_own_time_and_confidence():
    table, _, _ = read_rs2b(
        quiz(time_before=["1,5"] * 4, time_after=["2.5"] * 4, confidence_after=["0,25"] * 4),
        SOURCE,
    )
    before, after = (table[table["arm"] == arm] for arm in ("unaided", "aided"))
    assert before["time"].unique().tolist() == ["1.5"]
    assert after["time"].unique().tolist() == ["2.5"]
    assert before["confidence"].isna().all()
    assert after["confidence"].unique().tolist() == ["0.25"]


@pytest.mark.parametrize(("answered", "kept"), [(19, 8), (18, 4)])
def test_a_test_is_complete_from_95_percent(answered, kept):
    frame = pd.DataFrame(
        {
            "user": ["u"] * 20 + ["v"] * 2,
            "test": 1,
            "image": [f"i{k}" for k in range(20)] + ["i0", "i1"],
            "gt": "x",
            "first_answer": ["x"] * answered + [None] * (20 - answered) + ["x", "x"],
            "second_answer": "x",
        }
    )
    table, _, notes = read_rs2b(frame, SOURCE)
    assert len(table) == (44 if kept == 8 else 4)
    assert bool(notes) == (kept == 4)


def test_a_second_look_at_an_image_does_not_count():
    frame = pd.concat([quiz(), quiz().iloc[:1].assign(diagnosis_before="y")])
    table, _, notes = read_rs2b(frame, SOURCE)
    mine = table[(table["reader"] == "u") & (table["case"] == "i") & (table["arm"] == "unaided")]
    assert mine["answer"].tolist() == ["x"]
    assert notes == ("1 images were read again in a later test; the first counts.",)


def test_the_layout_is_known_only_by_both_answers():
    assert is_rs2b(quiz().columns)
    assert not is_rs2b(quiz(diagnosis_after=None).columns)
    assert not is_rs2b(["reader", "case", "arm", "answer", "truth"])


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("ground_truth", "truth may be called ground_truth, gt"),
        ("user_id", "no column for reader "),
        ("diagnosis_after", "after may be called diagnosis_after"),
    ],
)
def test_a_missing_column_is_named_with_what_it_may_be_called(gone, said):
    with pytest.raises(CutisError, match=said):
        read_rs2b(quiz(**{gone: None}), SOURCE)
