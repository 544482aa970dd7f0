"""The catalogue of models: grouped, sorted, searched, and true about this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cutis import cli
from cutis.errors import CutisError
from cutis.models import ModelCard, list_cards
from cutis.models.listing import (
    FOOTER,
    HEAD,
    ModelsListConfig,
    ModelTable,
    catalogue_order,
    models_list,
)
from tests.models.small import cae_state, write_safetensors


def names(table: ModelTable) -> list[str]:
    return [model.card.name for model in table.models]


def test_the_catalogue_names_every_model_with_its_licence():
    table = models_list(ModelsListConfig())
    text = table.render()
    for card in list_cards():
        assert any(line.startswith(f"{card.name} ") and card.licence in line
                   for line in text.splitlines()), card.name  # fmt: skip
    assert table.exit_code == 0
    assert f"{len(list_cards())} models, 1 on this machine." in text
    for words in ("hf-hub:org/name", "CARD@/path/to/file", "models fetch", "models show"):
        assert words in "\n".join(FOOTER)
    assert max(map(len, text.splitlines())) <= 118


def test_models_stand_under_what_they_read():
    lines = models_list(ModelsListConfig()).render().splitlines()
    headings = [line for line in lines if line.startswith(("Images", "Words"))]
    assert len(headings) == 4
    place = {line.split(" ")[0]: i for i, line in enumerate(lines) if line}
    at = [lines.index(heading) for heading in headings]
    assert at[0] < place["cutis-tiny"] < place["make"] < at[1]
    assert at[1] < place["medsiglip"] < place["clip-vit-l-14"] < at[2]
    assert at[2] < place["panderm-large"] < place["resnet50"] < at[3] < place["minilm"]


def test_the_bundled_model_is_first_and_numbers_are_compared_as_numbers():
    assert names(models_list(ModelsListConfig()))[0] == "cutis-tiny"
    cards = [ModelCard(name=name, title=name) for name in ("vit-b-16", "vit-b-8", "vit-a")]
    ordered = [card.name for card in sorted(cards, key=catalogue_order)]
    assert ordered == ["vit-a", "vit-b-8", "vit-b-16"]


def test_columns_line_up():
    table = models_list(ModelsListConfig())
    lines = table.render().splitlines()
    place = lines[0].index("licence")
    rows = {line.split()[0]: line for line in lines[1:] if line and "  " in line}
    for model in table.models:
        assert rows[model.card.name][place:].startswith(model.card.licence)
    assert lines[0].split("  ")[0] == HEAD[0]


def test_what_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUTIS_MODELS", str(tmp_path))
    (tmp_path / "make").mkdir()
    write_safetensors(tmp_path / "make" / "model.safetensors", cae_state())
    table = models_list(ModelsListConfig(here=True))
    assert names(table) == ["cutis-tiny", "make"]
    assert "2 of" in table.render()


@pytest.mark.parametrize(
    ("config", "found"),
    [
        (
            {"search": "dinov2*"},
            {"dinov2-small", "dinov2-base", "dinov2-large", "dinov2-large-518"},
        ),
        ({"search": "MAKE"}, {"make", "o-make"}),
        ({"family": "text"}, {"minilm", "pubmedbert"}),
        ({"family": "vision", "domain": "dermatology", "search": "swav"}, {"swavderm"}),
    ],
)
def test_the_catalogue_can_be_searched(config: dict[str, str], found: set[str]):
    assert set(names(models_list(ModelsListConfig(**config)))) == found


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"search": "panderm-larg"}, ""),
        ({"search": "pandrem-large"}, "'panderm-large'"),
        ({"search": "panderm", "family": "text"}, "with these filters"),
    ],
)
def test_a_search_without_result_names_the_nearest(config: dict[str, str], words: str):
    if not words:
        assert names(models_list(ModelsListConfig(**config)))
        return
    with pytest.raises(CutisError, match="No model matches") as raised:
        models_list(ModelsListConfig(**config))
    assert words in str(raised.value)


def test_the_command_line(capsys: pytest.CaptureFixture[str]):
    assert cli.run(["models", "list", "dinov2*", "--family", "vision"]) == 0
    assert "4 of" in capsys.readouterr().out
    assert cli.run(["models", "show", "panderm-large"]) == 0
    assert "Google Drive" in capsys.readouterr().out
    assert cli.run(["models", "fetch", "cutis-tiny"]) == 0
    assert "nothing to fetch" in capsys.readouterr().out
    assert cli.run(["models", "list", "nothing-like-it"]) == 2
    assert "No model matches 'nothing-like-it'" in capsys.readouterr().err


def test_listing_and_showing_load_no_torch():
    code = (
        "import sys; from cutis.models.listing import *; from cutis.models.show import *;"
        "models_list(ModelsListConfig()).render();"
        "models_show(ModelsShowConfig(name='make')).render();"
        "print(sorted({'torch', 'timm', 'open_clip', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
