"""Model cards: the shipped ones are whole, broken ones are explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.models import ModelCard, get_card, list_cards, load_model
from cutis.models.cards import BUNDLED, card_of_hub, read_card, require_loadable
from cutis.models.layouts import LAYOUTS
from cutis.models.names import parse_name

CARDS = list_cards()


LOADABLE = [card for card in CARDS if card.loadable]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_shipped_card_says_what_a_user_must_know(card: ModelCard):
    assert parse_name(card.name).kind == "card", "the name must be usable on the command line"
    for field in ("title", "summary", "licence", "licence_note", "citation", "modality",
                  "training_data", "intended_use", "warnings"):  # fmt: skip
        assert getattr(card, field), field
    assert card.url.startswith("https://") or card.bundled
    assert card.bundled or card.hub or card.obtain
    for sentence in (card.licence_note, card.citation, card.intended_use, *card.warnings):
        assert sentence.endswith("."), sentence
    if card.access in ("by hand", "not public"):
        assert card.obtain.endswith(".")
        assert card.hub is None


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_a_shipped_card_fits_the_catalogue(card: ModelCard):
    assert len(card.summary) <= 44
    assert not card.summary.endswith(".")
    assert len(card.licence) <= 15
    assert len(card.name) <= 19


@pytest.mark.parametrize("card", LOADABLE, ids=lambda card: card.name)
def test_what_a_loadable_card_says_can_be_run(card: ModelCard):
    assert card.layout in LAYOUTS
    assert card.dim
    if card.family == "vision":
        assert card.context_length is None
        assert card.tokenizer is None
        assert card.preprocessing
    elif card.family == "text":
        assert card.preprocessing is None
        assert card.context_length
        assert card.tokenizer == card.hub
    else:
        assert card.context_length in (64, 77, 256)
        assert card.preprocessing or card.bundled
        assert card.tokenizer or card.bundled
    if card.tokenizer == "clip-bpe":
        assert card.context_length == 77
    if card.bundled or card.hub:
        assert card.bundled or card.files
    if card.layout == "timm":
        assert card.hub == f"timm/{card.architecture}"


def test_a_hash_is_a_hash():
    hashes = [card.sha256 for card in CARDS if card.sha256]
    assert len(hashes) >= 3
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in hashes)
    assert len(set(hashes)) == len(hashes)


def test_names_and_repositories_are_unique():
    assert len({card.name for card in CARDS}) == len(CARDS)
    hubs = [name for card in CARDS for name in card.repositories]
    assert len(set(hubs)) == len(hubs)
    assert all(hub.count("/") == 1 for hub in hubs)


def test_every_model_of_the_published_comparisons_has_a_card():
    names = {card.name for card in CARDS}
    assert names >= {
        "cutis-tiny", "clip-vit-l-14", "biomedclip", "monet", "make", "o-make",
        "dermlip-vit-b-16", "dermlip-panderm", "dermfm-zero", "dermfm-zero-open", "panderm-base",
        "panderm-large", "dermino", "medsiglip", "mmkd-clip", "bmc-clip", "pmc-clip", "swavderm",
        "resnet50", "vit-base-16", "vit-large-16", "dinov2-large", "dinov3-b16", "dinov3-l16",
        "dinov3-7b", "derm-foundation", "biomedgpt",
    }  # fmt: skip


def test_a_model_that_cannot_be_run_says_why_when_it_is_asked_for():
    card = get_card("derm-foundation")
    with pytest.raises(CutisError, match="cannot run derm-foundation: it is a TensorFlow"):
        load_model("derm-foundation")
    with pytest.raises(CutisError, match="cannot run"):
        require_loadable(card)
    require_loadable(get_card("make"))


@pytest.mark.parametrize(
    "text",
    ["loadable: false\n", "not_loadable_because: it is broken.\n"],
    ids=["no-reason", "both"],
)
def test_a_reason_goes_with_what_cannot_be_run(tmp_path: Path, text: str):
    path = tmp_path / "card.yaml"
    path.write_text("name: a\ntitle: A\n" + text)
    with pytest.raises(CutisError, match="not_loadable_because"):
        read_card(path)


def test_the_default_model_comes_first_and_is_bundled():
    assert CARDS[0].name == "cutis-tiny"
    assert CARDS[0].bundled
    assert (BUNDLED / "cutis-tiny" / "model.safetensors").is_file()


def test_a_card_is_found_by_name_and_by_repository():
    card = get_card("make")
    assert card.hub is not None
    assert card_of_hub(card.hub) is card
    assert card_of_hub("chanwkim/monet") is get_card("monet")
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
