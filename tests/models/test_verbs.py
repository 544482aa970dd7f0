"""``cutis models list``, ``show`` and ``check``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.models import list_cards
from cutis.models.verbs import (
    ModelsCheckConfig,
    ModelsListConfig,
    ModelsShowConfig,
    models_check,
    models_list,
    models_show,
)
from tests.models.small import cae_state, write_safetensors


def test_the_list_names_every_card_with_its_licence():
    table = models_list(ModelsListConfig())
    text = table.render()
    for card in list_cards():
        assert card.name in text
        assert card.licence in text
    assert table.exit_code == 0
    assert "hf-hub:org/name" in text
    here = {row[0]: row[4] for row in table.rows}
    assert here["cutis-tiny"] == "yes"
    assert here["dermlip-panderm"] == "no"


def test_the_list_of_what_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUTIS_MODELS", str(tmp_path))
    (tmp_path / "make").mkdir()
    write_safetensors(tmp_path / "make" / "model.safetensors", cae_state())
    rows = models_list(ModelsListConfig(here=True)).rows
    assert {row[0] for row in rows} == {"cutis-tiny", "make"}


def test_columns_line_up():
    lines = models_list(ModelsListConfig()).render().splitlines()
    place = lines[0].index("licence")
    cards = {card.name: card.licence for card in list_cards()}
    for line in lines[2 : 2 + len(cards)]:
        assert line[place:].startswith(cards[line.split()[0]])


def test_a_card_is_shown_with_its_terms():
    shown = models_show(ModelsShowConfig(name="dermlip-panderm"))
    text = shown.render()
    for words in ("CC BY-NC-ND 4.0", "No commercial use", "cae_clip", "Derm1M", "bicubic",
                  "256 tokens", "195.9 M", "hf-hub:redlessone/", "@/path/to/file"):  # fmt: skip
        assert words in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("card", list_cards(), ids=lambda card: card.name)
def test_every_card_can_be_shown(card):
    assert models_show(ModelsShowConfig(name=card.name)).render().startswith(card.title)


def test_the_card_of_a_folder(mixed_folder: Path):
    shown = models_show(ModelsShowConfig(name=f"local-dir:{mixed_folder}"))
    assert shown.card.name == "mixed"
    assert str(mixed_folder) in shown.render()


@pytest.mark.parametrize(
    ("name", "words"), [("dermlip", "'dermlip-panderm'"), ("timm:resnet18", "models check")]
)
def test_what_has_no_card_is_explained(name: str, words: str):
    with pytest.raises(CutisError) as raised:
        models_show(ModelsShowConfig(name=name))
    assert words in str(raised.value)


def test_check_passes_a_sound_model_and_fails_one_that_is_not_its_card(
    mixed_folder: Path, cae_file: Path
):
    good = models_check(ModelsCheckConfig(name=f"local-dir:{mixed_folder}", device="cpu"))
    assert good.exit_code == 0
    small = models_check(ModelsCheckConfig(name=f"dermlip-panderm@{cae_file}", device="cpu"))
    assert small.exit_code == 1
    assert "the card says 512" in small.render()


def test_check_of_what_cannot_be_loaded_is_an_error():
    with pytest.raises(CutisError, match="not on this machine"):
        models_check(ModelsCheckConfig(name="dermlip-panderm"))


def test_listing_and_showing_load_no_torch():
    code = (
        "import sys; from cutis.models.verbs import *;"
        "models_list(ModelsListConfig()).render();"
        "models_show(ModelsShowConfig(name='make')).render();"
        "print(sorted({'torch', 'timm', 'open_clip', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
