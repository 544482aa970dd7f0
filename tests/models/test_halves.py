"""What is said when a model lacks an image or a text tower."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import cutis.models.cards
from cutis.errors import CutisError
from cutis.models import ModelCard, load_model
from cutis.models.halves import (
    NO_CARD,
    able_sentence,
    require_both,
    require_pair,
    require_text,
    require_vision,
)
from tests.models.small import clip_model, pictures, write_safetensors
from tests.models.small_text import write_sentence


@dataclass
class Half:
    """A model that only knows which towers it has."""

    name: str = "mine"
    has_vision: bool = True
    has_text: bool = True


@pytest.mark.parametrize("require", [require_text, require_vision, require_both])
def test_a_whole_model_passes(require):
    require(Half())


@pytest.mark.parametrize(
    ("require", "half", "said", "command"),
    [
        (require_text, Half("timm:vit", has_text=False), "no text tower",
         "cutis models pair timm:vit cutis-tiny --data TABLE -o PAIR"),
        (require_both, Half("timm:vit", has_text=False), "no text tower", "timm:vit cutis-tiny"),
        (require_vision, Half("minilm", has_vision=False), "no image tower",
         "cutis models pair cutis-tiny minilm --data TABLE -o PAIR"),
        (require_both, Half("minilm", has_vision=False), "no image tower", "cutis-tiny minilm"),
    ],
)  # fmt: skip
def test_the_lacking_half_is_named_with_the_way_out(require, half: Half, said: str, command: str):
    with pytest.raises(CutisError) as raised:
        require(half)
    text = str(raised.value)
    assert f"'{half.name}' has {said}" in text
    assert "on this machine cutis-tiny" in text
    assert command in text
    assert "--model local-dir:PAIR" in text


@pytest.mark.parametrize(
    ("first", "second", "said", "command"),
    [
        (Half("words", has_vision=False), Half("eyes", has_text=False), "swap them", "eyes words"),
        (Half("a", has_text=False), Half("b", has_text=False), "second, 'b', has no text tower",
         "a TEXT_MODEL"),
        (Half("a", has_vision=False), Half("b", has_vision=False), "first, 'a', has no image tower",
         "IMAGE_MODEL b"),
    ],
)  # fmt: skip
def test_wrong_halves_of_a_pair_are_told_by_their_place(
    first: Half, second: Half, said: str, command: str
):
    with pytest.raises(CutisError) as raised:
        require_pair(first, second)
    text = str(raised.value)
    assert said in text
    assert f"cutis models pair {command} --data" in text
    assert "--model" not in text
    require_pair(Half(has_text=False), Half(has_vision=False))


def test_models_on_this_machine_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUTIS_MODELS", str(tmp_path))
    (tmp_path / "make").mkdir()
    write_safetensors(tmp_path / "make" / "model.safetensors", clip_model().state_dict())
    before = able_sentence().partition("also known")[0]
    assert "cutis-tiny" in before
    assert "make" in before
    monkeypatch.delenv("CUTIS_MODELS")
    assert "make" not in able_sentence().partition("also known")[0]


def test_long_lists_are_cut_and_one_half_is_not_offered(monkeypatch: pytest.MonkeyPatch):
    cards = {f"m{i}": ModelCard(name=f"m{i}", title="M") for i in range(12)}
    cards["seer"] = ModelCard(name="seer", title="S", family="vision")
    monkeypatch.setattr(cutis.models.cards, "_cards", lambda: cards)
    text = able_sentence()
    assert "seer" not in text
    assert "m7" in text
    assert "and 4 more ('cutis models list')" in text


def test_the_methods_of_a_text_encoder_refuse_images(tmp_path: Path):
    write_sentence(tmp_path)
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    picture = pictures(1)[0]
    for ask in (lambda: model.preprocess(picture), lambda: model.embed_images([picture])):
        with pytest.raises(CutisError, match="no image tower: it reads texts"):
            ask()
    import torch

    with pytest.raises(CutisError, match="no image tower"):
        model.embed_pixels(torch.zeros(1, 3, 8, 8))


def test_a_bare_card_learns_its_family_a_real_one_is_left(tmp_path: Path):
    write_sentence(tmp_path)
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    assert (model.card.family, model.card.warnings) == ("text", (NO_CARD,))
    (tmp_path / "card.yaml").write_text("name: mine\ntitle: Mine\nfamily: vision-language\n")
    assert load_model(f"local-dir:{tmp_path}", device="cpu").card.family == "vision-language"
