"""A model's card as a reader sees it: facts, terms, how to get it, where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.models import get_card, list_cards
from cutis.models.show import ModelsShowConfig, models_show, preprocessing_words


def text_of(name: str) -> str:
    return " ".join(models_show(ModelsShowConfig(name=name)).render().split())


def test_a_card_is_shown_with_its_terms_and_the_way_to_it():
    shown = models_show(ModelsShowConfig(name="dermlip-panderm"))
    text = shown.render()
    for words in ("CC BY-NC-ND 4.0", "No commercial use", "cae_clip", "Derm1M", "bicubic",
                  "256 tokens", "195,912,449", "cutis models fetch dermlip-panderm --yes",
                  "of NeuML/pubmedbert-base-embeddings", "On this machine no"):  # fmt: skip
        assert words in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("card", list_cards(), ids=lambda card: card.name)
def test_every_card_can_be_shown(card):
    text = models_show(ModelsShowConfig(name=card.name)).render()
    assert text.startswith(card.title)
    assert card.licence in text
    assert card.url in text or card.bundled
    for warning in card.warnings:
        assert warning in " ".join(text.split())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("medsiglip", "Accept its terms on the page of google/medsiglip-448"),
        ("medsiglip", "hf auth login cutis models fetch medsiglip --yes"),
        ("panderm-large", "--model panderm-large@/path/to/panderm_ll_data6_checkpoint-499.pth"),
        ("panderm-large", "Google Drive"),
        ("dermfm-zero", "never published"),
        ("derm-foundation", "cutis cannot run it: it is a TensorFlow program"),
        ("minilm", "words only"),
        ("resnet50", "images only"),
        ("monet", "CLIP's own, built in"),
    ],
)
def test_every_kind_of_access_has_its_own_way(name: str, words: str):
    assert words in text_of(name)


def test_a_model_that_is_here_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUTIS_MODELS", str(tmp_path))
    file = tmp_path / "make" / "model.safetensors"
    file.parent.mkdir()
    file.write_bytes(b"x" * 2_500_000)
    text = text_of("make")
    assert f"{file} (2.5 MB)" in text
    assert "How to get it" not in text
    assert text.endswith("Next: cutis models check make")


def test_the_card_of_a_folder(mixed_folder: Path):
    shown = models_show(ModelsShowConfig(name=f"local-dir:{mixed_folder}"))
    assert shown.card.name == "mixed"
    assert str(mixed_folder) in shown.render()
    assert "images and words" in shown.render()
    assert shown.render().endswith(f"Next: cutis models check local-dir:{mixed_folder}")


def test_a_folder_without_a_card_claims_nothing(tmp_path: Path):
    from tests.models.small_text import write_sentence

    write_sentence(tmp_path / "my reader")
    text = text_of(f"local-dir:{tmp_path / 'my reader'}")
    assert "images and words" not in text
    assert "Reads no card says; loading tells" in text
    assert text.endswith(f"Next: cutis models check 'local-dir:{tmp_path / 'my reader'}'")


@pytest.mark.parametrize(
    ("name", "words"), [("dermlip", "'dermlip-panderm'"), ("timm:resnet18", "models check")]
)
def test_what_has_no_card_is_explained(name: str, words: str):
    with pytest.raises(CutisError) as raised:
        models_show(ModelsShowConfig(name=name))
    assert words in str(raised.value)


def test_preprocessing_in_words():
    assert preprocessing_words(get_card("panderm-base")) == (
        "224 x 224 pixels (short side to 256, centre crop), bilinear, mean 0.485 0.456 0.406, "
        "deviation 0.228 0.224 0.225"
    )
    assert "both sides" in preprocessing_words(get_card("medsiglip"))
    assert preprocessing_words(get_card("minilm")) == ""
