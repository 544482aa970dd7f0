"""Where a model's files are, and the steps that bring them here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cutis.models import ModelCard, get_card, list_cards
from cutis.models.hub import cache_folder
from cutis.models.obtain import access_words, card_folder, card_weights, how_to_get
from tests.models.test_hub import put


def test_bundled_weights_are_always_here():
    weights = card_weights(get_card("cutis-tiny"))
    assert weights is not None
    assert weights.name == "model.safetensors"
    assert how_to_get(get_card("cutis-tiny")) == ("It comes with cutis.",)


def test_ones_own_folder_wins_over_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    card = get_card("make")
    cached = put(cache_folder(), "open_clip_model.safetensors", repository=card.hub)
    assert card_weights(card) == cached
    assert card_folder(card) == cached.parent
    own = tmp_path / "make" / "open_clip_pytorch_model.bin"
    own.parent.mkdir()
    own.write_text("x")
    monkeypatch.setenv("CUTIS_MODELS", str(tmp_path))
    assert card_weights(card) == own


def test_a_repository_is_found_under_its_old_name():
    card = get_card("monet")
    assert card_weights(card) is None
    cached = put(cache_folder(), "pytorch_model.bin", repository="chanwkim/monet")
    assert card_weights(card) == cached


def test_without_a_hub_only_the_own_folder_is_searched():
    assert card_weights(get_card("panderm-base")) is None


@pytest.mark.parametrize("card", list_cards(), ids=lambda card: card.name)
def test_every_model_can_be_had_or_says_why_not(card: ModelCard):
    steps = " ".join(how_to_get(card))
    ways = {
        "included": "comes with",
        "public": f"cutis models fetch {card.name} --yes",
        "gated": "hf auth login",
        "by hand": f"--model {card.name}@/path/to/",
        "not public": "never published",
        "cannot run": "cannot run",
    }
    assert ways[access_words(card)] in steps


@pytest.mark.parametrize("card", list_cards(), ids=lambda card: card.name)
def test_a_file_put_where_the_steps_say_is_found(
    card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CUTIS_MODELS", str(tmp_path))
    found = re.search(r"\$CUTIS_MODELS/(\S+)", " ".join(how_to_get(card)))
    if found is None:
        assert access_words(card) not in ("by hand", "not public")
        return
    path = tmp_path / found[1]
    path.parent.mkdir(parents=True)
    path.write_text("x")
    assert card_weights(card) == path


def test_a_card_without_a_hub_needs_a_file():
    steps = how_to_get(ModelCard(name="mine", title="Mine"))
    assert steps[0] == "With the file at hand: --model mine@/path/to/FILE"
