"""What must hold of readings, checked on tables of a few lines."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.clinical.readers.checks import check_readings, refuse_few_readers
from cutis.clinical.readers.loading import canonical
from cutis.errors import CutisError

SOURCE = Path("table.csv")


def check(columns, classes=None, repeated="refuse"):
    return check_readings(canonical(pd.DataFrame(columns), SOURCE), classes, SOURCE, repeated)


def four(**changes):
    columns = {
        "reader": ["a", "a", "b", "b"],
        "case": ["1", "2", "1", "2"],
        "answer": ["nevus", "wart", "wart", "wart"],
        "truth": ["nevus", "wart", "nevus", "wart"],
    }
    return {k: v for k, v in (columns | changes).items() if v is not None}


def test_answers_are_right_where_they_are_the_truth():
    found = check(four())
    assert found.frame["correct"].tolist() == [1, 1, 0, 1]
    assert (found.classes, found.notes, found.skipped) == (("nevus", "wart"), (), {})


def test_what_the_table_calls_correct_is_taken_as_it_is():
    found = check(four(correct=["no", "", "TRUE", "0"]))
    assert found.frame["correct"].tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("value", ["2", "0.5", "-1"])
def test_correct_is_one_or_zero(value):
    with pytest.raises(CutisError, match=f"'{value}' in row 4 does not say whether"):
        check(four(correct=["1", "0", value, "1"]))


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "often", "1,5"])
def test_numbers_are_finite(value):
    with pytest.raises(CutisError, match=f"'{value}' in row 3 is not a number"):
        check(four(confidence=["1", value, "2", "3"]))


def test_one_name_in_two_spellings_is_one_class():
    found = check(four(answer=["NEVUS", "Wart", "wart ", "wart"], truth=["Nevus", "wart"] * 2))
    assert found.classes == ("Nevus", "wart")
    assert found.frame["answer"].tolist() == ["Nevus", "wart", "wart", "wart"]
    assert found.frame["correct"].tolist() == [1, 1, 0, 1]


def test_two_spellings_agree_also_without_a_truth():
    found = check(four(truth=None, answer=["Nevus", "wart", "nevus", "WART"]))
    assert len(found.classes) == 2
    first, second = (found.frame[found.frame["reader"] == r]["answer"].tolist() for r in "ab")
    assert first == second
    assert found.frame["correct"].isna().all()


def test_a_truth_given_once_holds_for_every_reader():
    found = check(four(truth=["nevus", "wart", None, None]))
    assert found.frame["truth"].tolist() == ["nevus", "wart", "nevus", "wart"]
    assert found.frame["correct"].tolist() == [1, 1, 0, 1]


def test_a_truth_in_two_spellings_is_said_and_not_guessed():
    with pytest.raises(CutisError, match="1 cases more than one truth; the first is '2'"):
        check(four(truth=["nevus", "wart", "nevus", "mole"]))


def test_codes_stand_for_the_given_classes_in_their_order():
    found = check(four(answer=["1", "0", "0", "0"]), classes=["wart", "nevus"])
    assert found.frame["answer"].tolist() == ["nevus", "wart", "wart", "wart"]
    assert found.classes == ("wart", "nevus")


@pytest.mark.parametrize("code", ["2", "-1", "1.0"])
def test_a_code_outside_the_classes_is_refused(code):
    with pytest.raises(CutisError, match=rf"the answer '{code}' is not one of the classes \(1 "):
        check(four(answer=["1", "0", "0", code]), classes=["wart", "nevus"])


def test_a_truth_outside_the_classes_is_refused_with_the_nearest_name():
    with pytest.raises(CutisError, match=r"the truth 'nevus' .* Did you mean 'naevus'"):
        check(four(answer=["wart"] * 4), classes=["wart", "naevus"])


def test_given_classes_may_be_more_than_those_that_occur():
    found = check(four(), classes=["mole", "nevus", "wart"])
    assert found.classes == ("mole", "nevus", "wart")


def test_names_that_are_numbers_in_both_columns_are_names():
    found = check(four(answer=["7", "10", "10", "10"], truth=["7", "10"] * 2))
    assert found.classes == ("10", "7")
    assert found.frame["correct"].tolist() == [1, 1, 0, 1]


def test_an_answer_that_is_never_true_is_a_class_and_a_note():
    found = check(four(answer=["nevus", "mole", "wart", "wart"]))
    assert found.classes == ("nevus", "wart", "mole")
    assert found.notes == ("Answers that are the truth of no case count as wrong: mole.",)


@pytest.mark.parametrize(("repeated", "right"), [("first", 1.0), ("last", 0.0)])
def test_the_reading_that_counts_may_be_chosen(repeated, right):
    columns = {k: [*v, v[0]] for k, v in four().items()}
    columns["answer"][-1] = "wart"
    found = check(columns, repeated=repeated)
    mine = found.frame[(found.frame["reader"] == "a") & (found.frame["case"] == "1")]
    assert mine["correct"].tolist() == [right]
    assert len(found.frame) == 4
    assert f"the {repeated} one counts" in found.notes[0]


def test_one_case_in_two_arms_is_no_repetition():
    columns = {k: v * 2 for k, v in four().items()} | {"arm": ["x"] * 4 + ["y"] * 4}
    assert check(columns).arms == ["x", "y"]


def test_a_score_is_an_answer_too():
    found = check(four(answer=["", "wart", "", "wart"], score_plan=["3", "", "", ""]))
    assert found.skipped == {"b": 1}
    assert len(found.frame) == 3


@pytest.mark.parametrize(
    ("column", "row", "said"),
    [("reader", 2, "1 readings without a reader; the first is in row 4"),
     ("case", 0, "1 readings without a case; the first is in row 2")],
)  # fmt: skip
def test_a_reading_of_nobody_or_nothing_is_refused(column, row, said):
    values = list(four()[column])
    values[row] = " "
    with pytest.raises(CutisError, match=said):
        check(four(**{column: values}))


@pytest.mark.parametrize(
    ("readers", "said"), [(["a"], r"has 1 reader \(a\)"), (["model"], r"has 0 readers \(model\)")]
)
def test_few_readers_are_named(readers, said):
    found = check({"reader": readers, "case": ["1"], "answer": ["x"], "truth": ["x"]})
    with pytest.raises(CutisError, match=said):
        refuse_few_readers(found, 2, "why not")
    refuse_few_readers(found, 0, "none is enough")


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(8)), st.lists(st.booleans(), min_size=8, max_size=8))
def test_the_order_of_rows_changes_nothing(order, right):
    columns = {
        "reader": list("aaaabbbb"),
        "case": list("12341234"),
        "truth": ["x", "y", "x", "y"] * 2,
    }
    columns["answer"] = [
        t if ok else {"x": "y", "y": "x"}[t] for t, ok in zip(columns["truth"], right, strict=True)
    ]
    plain = check(columns)
    mixed = check({k: [v[i] for i in order] for k, v in columns.items()})
    readers, cases = ["a", "b"], list("1234")
    grids = [f.grid("correct", "unaided", readers, cases).tolist() for f in (plain, mixed)]
    assert grids[0] == grids[1] == [[float(x) for x in right[:4]], [float(x) for x in right[4:]]]
    assert set(plain.classes) == set(mixed.classes)
