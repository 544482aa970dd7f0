"""Which cards a checkpoint file fits: none, one, or several that only its owner can tell apart."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from cutis.errors import CutisError
from cutis.files import sha256_file
from cutis.models import ModelCard, cards, identify
from cutis.models.check import ModelsCheckConfig, models_check
from cutis.models.identify import fitting_cards
from tests.models.small import cae_state, clip_model, write_safetensors


def small_card(name: str, **facts: object) -> ModelCard:
    """A card of the small CLIP that the tests write."""
    whole = {"layout": "open_clip", "dim": 16, "context_length": 12, "title": name, **facts}
    return ModelCard(name=name, **whole)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch):
    """Let only these cards be known."""

    def set_cards(*made: ModelCard) -> None:
        monkeypatch.setattr(identify, "list_cards", lambda: list(made))
        monkeypatch.setattr(cards, "_cards", lambda: {card.name: card for card in made})

    return set_cards


COUNT = sum(p.numel() for p in clip_model().parameters())


def test_the_one_card_that_fits(known, clip_file: Path):
    known(
        small_card("right", parameters=COUNT),
        small_card("longer", parameters=COUNT, dim=32),
        small_card("larger", parameters=COUNT + 1),
        small_card("other", layout="cae_clip", dim=None),
        small_card("never", loadable=False, not_loadable_because="it is gone."),
    )
    assert [card.name for card in fitting_cards(clip_file)] == ["right"]
    report = models_check(ModelsCheckConfig(name=str(clip_file), device="cpu"))
    assert report.name == f"right@{clip_file}"
    assert report.lines[0].found.startswith("it fits one card, right")
    assert report.exit_code == 0


def test_two_cards_that_match_one_file_are_named_with_what_tells_them_apart(known, clip_file):
    known(
        small_card("first", quick_gelu=True, licence="MIT"),
        small_card("second", preprocessing={"mean": [0.5, 0.5, 0.5]}, licence="CC0"),
    )
    with pytest.raises(CutisError, match="fits 2 models") as raised:
        models_check(ModelsCheckConfig(name=str(clip_file)))
    text = str(raised.value)
    for words in ("first, second", "quick GELU, MIT", "mean 0.5 0.5 0.5, CC0", "Only you know",
                  f"cutis models check first@{clip_file}"):  # fmt: skip
        assert words in text


def test_the_hash_decides_between_two(known, clip_file: Path):
    known(small_card("first"), small_card("second", sha256=sha256_file(clip_file)))
    assert [card.name for card in fitting_cards(clip_file)] == ["second"]


def test_a_card_that_states_the_size_wins_over_one_that_does_not(known, clip_file: Path):
    known(small_card("vague"), small_card("exact", parameters=COUNT))
    assert [card.name for card in fitting_cards(clip_file)] == ["exact"]


def test_a_file_of_no_known_model_is_described(known, clip_file: Path, tmp_path: Path):
    known(small_card("other", dim=99))
    with pytest.raises(CutisError, match="fits no model known by name") as raised:
        models_check(ModelsCheckConfig(name=str(clip_file)))
    assert "the layout 'open_clip'" in str(raised.value)
    assert f"open_clip:ARCH@{clip_file}" in str(raised.value)
    odd = write_safetensors(tmp_path / "odd.safetensors", {"a": torch.ones(3)})
    with pytest.raises(CutisError, match="no layout known here"):
        models_check(ModelsCheckConfig(name=str(odd)))


def test_what_is_no_checkpoint_says_so(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    with pytest.raises(CutisError, match="not a checkpoint"):
        models_check(ModelsCheckConfig(name=str(path)))


def test_small_files_fit_no_published_model(tmp_path: Path):
    path = write_safetensors(tmp_path / "small.safetensors", cae_state())
    assert fitting_cards(path) == []
