"""Model cards: the shipped ones are whole, broken ones are explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.models import get_card, list_cards
from cutis.models.cards import BUNDLED, card_of_hub, read_card
from cutis.models.layouts import LAYOUTS
from cutis.models.names import parse_name

CARDS = list_cards()


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_shipped_card_says_what_a_user_must_know(card):
    assert parse_name(card.name).kind == "card", "the name must be usable on the command line"
    for field in ("title", "licence", "licence_note", "citation", "modality", "training_data",
                  "intended_use", "dim", "layout"):  # fmt: skip
        assert getattr(card, field), field
    assert card.layout in LAYOUTS
    assert card.bundled or card.hub
    if card.family == "vision-language":
        assert card.context_length
        assert card.tokenizer or card.bundled


def test_names_and_repositories_are_unique():
    assert len({card.name for card in CARDS}) == len(CARDS)
    hubs = [card.hub for card in CARDS if card.hub]
    assert len(set(hubs)) == len(hubs)


def test_the_default_model_comes_first_and_is_bundled():
    assert CARDS[0].name == "cutis-tiny"
    assert CARDS[0].bundled
    assert (BUNDLED / "cutis-tiny" / "model.safetensors").is_file()


def test_a_card_is_found_by_name_and_by_repository():
    card = get_card("make")
    assert card.hub is not None
    assert card_of_hub(card.hub) is card
    assert card_of_hub("org/none") is None


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("cutis-tny", "cutis-tiny"), ("dermlip-pandrem", "dermlip-panderm"), ("MAKE", "make")],
)
def test_an_unknown_card_is_answered_with_the_nearest(wrong: str, nearest: str):
    with pytest.raises(CutisError) as raised:
        get_card(wrong)
    assert nearest in raised.value.nearest
    assert f"no model '{wrong}'" in str(raised.value)
    assert "cutis models list" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: a\ntitle: A\ncolour: red\n", "colour"),
        ("title: A\n", "name"),
        ("name: a\ntitle: A\ndim: wide\n", "dim"),
        ("- a\n- b\n", "mapping"),
        ("name: [a\n", "not a model card"),
    ],
)
def test_a_broken_card_is_explained(tmp_path: Path, text: str, words: str):
    path = tmp_path / "card.yaml"
    path.write_text(text)
    with pytest.raises(CutisError, match=words) as raised:
        read_card(path)
    assert str(path) in str(raised.value)
