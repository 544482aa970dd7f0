"""Class lists: by name, by card, and the ones that leave no choice."""

from __future__ import annotations

import pytest

from cutis.errors import CutisError
from cutis.tasks.classes import check, parse_classes, unfamiliar_names


def test_names_keep_their_order():
    assert parse_classes("nevus, melanoma , other").names == ("nevus", "melanoma", "other")


def test_a_card_gives_names_and_synonyms():
    classes = parse_classes("ham10000")
    assert len(classes.names) == 7
    assert "melanoma" in classes.names
    assert any(classes.synonyms.values())


@pytest.mark.parametrize(
    ("names", "said"),
    [((), "none are"), (("melanoma",), "only 'melanoma' is"), (("a", "b", "a"), "'a' is named")],
)
def test_no_choice_is_refused(names, said):
    with pytest.raises(CutisError, match=said):
        check(names, {}, "test")


def test_unknown_card_names_the_nearest():
    with pytest.raises(CutisError, match="ham10000"):
        parse_classes("ham1000")


@pytest.mark.parametrize(
    ("name", "meant"), [("melanomma", "melanoma"), ("basal cel carcinoma", "basal cell carcinoma")]
)
def test_a_misspelt_diagnosis_is_remarked_upon(name, meant):
    (remark,) = unfamiliar_names(["nevus", name])
    assert f"did you mean '{meant}'" in remark


@pytest.mark.parametrize(
    "name", ["melanoma", "Nevus", "psoriasis", "a disease nobody named", "red"]
)
def test_known_and_new_names_are_not(name):
    assert unfamiliar_names([name]) == ()
