"""What every analysis says of itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cutis.analysis.basics import clusters_of, counted, facts, numbers, record_text, settings_of
from cutis.analysis.cases import CasesConfig, load_cases
from cutis.errors import CutisError
from tests.analysis.made_cases import cases


def test_facts_name_the_grouping_or_warn_of_its_absence(ours, published, tmp_path):
    grouped = CasesConfig(predictions=ours(), output=tmp_path, n_bootstrap=200, seed=4)
    cases = load_cases(grouped)
    record = facts(cases, grouped, "x/1")
    assert (record["format"], record["n"], record["n_groups"]) == ("x/1", 10, 5)
    assert record["grouping"] == "group"
    assert record["per_class"] == {"nevus": 4, "melanoma": 3, "keratosis": 3}
    assert record["notes"] == []
    settings = settings_of(cases, grouped)
    assert (settings.n_bootstrap, settings.seed, settings.grouping) == (200, 4, "group")
    assert clusters_of(cases).n_groups == 5

    alone = CasesConfig(predictions=published(), output=tmp_path)
    record = facts(load_cases(alone), alone, "x/1")
    assert record["grouping"] == "none"
    assert "intervals are too narrow" in record["notes"][0]


@pytest.mark.parametrize("text", ["half", "", ","])
def test_numbers_that_are_none_are_refused(text):
    with pytest.raises(CutisError, match=r"--at is '.*not a list of numbers"):
        numbers(text, "--at")


def test_a_class_without_images_is_counted_as_zero_not_left_out(tmp_path):
    made = cases(10, classes=("nevus", "melanoma", "keratosis"))
    made = replace(made, labels_n=np.zeros(10, dtype=np.int64))
    config = CasesConfig(predictions=tmp_path, output=tmp_path)
    assert facts(made, config, "x/1")["per_class"] == {"nevus": 10, "melanoma": 0, "keratosis": 0}


def test_images_without_a_group_are_groups_of_their_own(tmp_path):
    made = cases(5, groups=[None, None, "L1", "L1", "L2"])
    assert clusters_of(made).n_groups == 4
    record = facts(made, CasesConfig(predictions=tmp_path, output=tmp_path), "x/1")
    assert (record["n"], record["n_groups"], record["notes"]) == (5, 4, [])


@pytest.mark.parametrize(
    ("record", "places", "said"),
    [
        ({"value": None, "low": None, "high": None}, 3, "undefined"),
        ({"value": 0.0, "low": None, "high": None}, 3, "0.000"),
        ({"value": 0.5, "low": 0.0, "high": 1.0}, 2, "0.50 (0.00 to 1.00)"),
        ({"value": -0.25, "low": -0.5, "high": 0.25}, 1, "-0.2 (-0.5 to 0.2)"),
    ],
)
def test_an_undefined_number_is_a_word_never_zero(record, places, said):
    assert record_text(record, places) == said


def test_ungrouped_images_are_said_to_be_so():
    record = {"n": 3, "n_groups": 3, "grouping": "none", "classes": ["a", "b"]}
    assert counted(record) == "3 images, 2 classes, ungrouped."


@pytest.mark.parametrize(
    ("text", "found"), [("1", [1.0]), ("0.5,,1,", [0.5, 1.0]), (" 1e-3 , .2 ", [0.001, 0.2])]
)
def test_numbers_are_read_generously(text, found):
    assert numbers(text, "--at") == found


def test_one_wrong_number_spoils_the_list_and_is_shown():
    with pytest.raises(CutisError, match=r"--at is '0\.5,half', which is not a list") as error:
        numbers("0.5,half", "--at")
    assert "--at 0.5,0.8" in str(error.value)
