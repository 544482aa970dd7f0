"""What a reading is judged by, against plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.loading import read_readings
from cutis.clinical.readers.outcomes import (
    is_positive,
    outcomes_of,
    positive_classes,
    said_positive,
    values_of,
)
from cutis.errors import CutisError


@pytest.fixture
def readings(study):
    return read_readings(TableConfig(readings=study()))


def test_the_main_outcome_comes_first(readings):
    names = [o.name for o in outcomes_of(readings, ("melanoma",))]
    assert names == ["accuracy", "sensitivity", "specificity", "confidence", "time"]
    assert [o.tested for o in outcomes_of(readings, ())] == [True, False, False]


def test_scores_of_zero_and_one_are_shares(study):
    found = read_readings(
        TableConfig(readings=study(lambda f: f.assign(score_a=1, score_b_c=range(len(f)))))
    )
    of = {o.name: o for o in outcomes_of(found, ())}
    assert of["score_a"].binary
    assert not of["score_b_c"].binary
    assert of["score_b_c"].title == "B c"


@pytest.mark.parametrize("arm", ["unaided", "aided"])
def test_sensitivity_and_specificity_equal_pandas(readings, arm):
    frame = readings.frame[readings.frame["arm"] == arm]
    positive = ("melanoma", "keratosis")
    said, truly = frame["answer"].isin(positive), frame["truth"].isin(positive)
    for name, chosen, right in (
        ("sensitivity", truly, said),
        ("specificity", ~truly, ~said),
    ):
        expected = right[chosen].groupby(frame["reader"][chosen]).mean()
        found = values_of(readings, name, arm, readings.people, readings.cases, positive)
        np.testing.assert_allclose(np.nanmean(found, axis=1), expected[readings.people])
        assert np.isnan(found).sum() == (~chosen).sum()


def test_other_outcomes_are_their_columns(readings):
    frame = readings.frame.set_index(["reader", "case", "arm"])
    found = values_of(readings, "time", "aided", ["R2"], ["c7", "c1"])
    assert found.tolist() == [
        [frame["time"]["R2", "c7", "aided"], frame["time"]["R2", "c1", "aided"]]
    ]
    right = values_of(readings, "accuracy", "aided", ["R2"], ["c7"])
    assert right.item() == frame["correct"]["R2", "c7", "aided"]


def test_truth_and_answers_as_positive_or_not(readings):
    truth = is_positive(readings, ["c0", "c1", "c2", "nowhere"], ("melanoma",))
    assert truth[:3].tolist() == [0, 1, 0]
    assert np.isnan(truth[3])
    said = said_positive(readings, "aided", ["R1"], ["c0", "nowhere"], ("melanoma",))
    assert np.isnan(said[0, 1])
    assert said[0, 0] in (0.0, 1.0)


def test_positive_classes_by_any_spelling_and_once(readings):
    assert positive_classes("Melanoma, nevus ,NEVUS", readings) == ("melanoma", "nevus")
    assert positive_classes(None, readings) == ()
    with pytest.raises(CutisError, match="'wart' is not a class"):
        positive_classes("wart", readings)


def test_a_table_without_answers_has_no_positive_class(study):
    path = study(lambda f: f.assign(correct=1).drop(columns=["answer", "truth"]))
    with pytest.raises(CutisError, match="none, it holds no answers"):
        positive_classes("nevus", read_readings(TableConfig(readings=path)))


def test_readings_of_a_case_lie_where_they_belong(readings):
    cases = ["c5", "c39"]
    assert readings.of_cases("truth", cases).tolist() == ["nevus", "keratosis"]
    assert readings.of_cases("group", cases).tolist() == ["L2", "L19"]
    assert readings.of_cases("truth", ["no"]).tolist() == [None]
    assert isinstance(readings.frame, pd.DataFrame)
    assert readings.with_notes("more").notes[-1] == "more"
