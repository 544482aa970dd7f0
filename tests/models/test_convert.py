"""Conversion keeps every number, in every layout, and says what half precision costs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from cutis import cli
from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.convert import Conversion, ModelsConvertConfig, least_cosine, models_convert
from tests.models.small import (
    cae_state,
    clip_model,
    pictures,
    write_mixed,
    write_safetensors,
    write_tokenizer,
)
from tests.models.test_conformance import SAMPLES

LAYOUTS = {key: make for key, (pooling, make) in SAMPLES.items() if pooling == "default"}


def convert(name: str, folder: Path, half: bool = False) -> Conversion:
    return models_convert(ModelsConvertConfig(name=name, output=folder, half=half))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda key: key.replace(" ", "-"))
def test_features_are_equal_bit_for_bit_in_every_layout(layout: str, tmp_path: Path):
    source = tmp_path / "from"
    source.mkdir()
    name = LAYOUTS[layout](source)
    done = convert(name, tmp_path / "to")
    assert done.exit_code == 0
    assert set(done.cosines.values()) == {None}
    before, after = (
        load_model(name, device="cpu"),
        load_model(f"local-dir:{tmp_path / 'to'}", "cpu"),
    )
    assert after.layout == before.layout
    assert after.preprocessing == before.preprocessing
    assert after.card.licence == before.card.licence
    if before.has_vision:
        images = pictures()
        assert np.array_equal(before.embed_images(images), after.embed_images(images))
    if before.tokenizer is not None:
        texts = ["a melanoma", "nevus."]
        assert np.array_equal(before.embed_texts(texts), after.embed_texts(texts))
    assert (before.tokenizer is None) == (after.tokenizer is None)


def test_the_copy_carries_card_hash_and_origin(cae_file: Path, tmp_path: Path):
    write_tokenizer(tmp_path / "home")
    file = write_safetensors(tmp_path / "home" / "w.safetensors", cae_state())
    done = convert(f"dermlip-panderm@{file}", tmp_path / "to")
    model = load_model(f"local-dir:{tmp_path / 'to'}", device="cpu")
    assert model.card.name == "dermlip-panderm"
    assert model.card.sha256 == model.weights_sha256
    assert model.card.obtain == f"Converted by cutis from dermlip-panderm@{file}."
    written = json.loads((tmp_path / "to" / "config.json").read_text())
    assert written["converted_from"]["name"] == f"dermlip-panderm@{file}"
    assert written["layout"] == "cae_clip"
    assert any("forbids sharing changed versions" in warning for warning in done.warnings)
    assert "equal, bit for bit" in done.render()


def test_half_precision_is_half_the_size_and_measured(clip_file: Path, tmp_path: Path):
    whole = convert(f"make@{clip_file}", tmp_path / "whole")
    half = convert(f"make@{clip_file}", tmp_path / "half", half=True)
    assert half.megabytes == pytest.approx(whole.megabytes / 2, rel=0.1)
    assert half.exit_code == 0
    assert all(cosine is not None and 0.999 < cosine < 1 for cosine in half.cosines.values())
    assert "half precision" in half.render()
    assert "cosine at least 0.99" in half.render()
    assert any("keep this copy to yourself" in warning for warning in half.warnings)


def test_what_half_precision_cannot_hold_stays_whole(tmp_path: Path):
    state = clip_model().state_dict()
    state["visual.ln_post.weight"] = state["visual.ln_post.weight"] * 1e5
    file = write_safetensors(tmp_path / "w.safetensors", state)
    convert(f"make@{file}", tmp_path / "to", half=True)
    model = load_model(f"local-dir:{tmp_path / 'to'}", device="cpu")
    kept = model.towers.module.state_dict()["visual.ln_post.weight"]
    assert torch.equal(kept, state["visual.ln_post.weight"])


def test_parts_that_were_left_out_are_left_out_for_good(tmp_path: Path):
    extra = {"text.transformer.embeddings.position_ids": torch.arange(32)[None]}
    file = write_safetensors(tmp_path / "w.safetensors", {**cae_state(), **extra})
    convert(f"dermlip-panderm@{file}", tmp_path / "to")
    assert load_model(f"local-dir:{tmp_path / 'to'}", device="cpu").notes == ()


def test_an_assumed_normalisation_stays_an_assumption(tmp_path: Path, capsys):
    from tests.models.small_layouts import write_open

    for stated in (False, True):
        here = tmp_path / str(stated)
        (here / "from").mkdir(parents=True)
        name = f"local-dir:{write_open(here / 'from', stated=stated)}"
        for copy in ("once", "twice"):
            convert(name, here / copy)
            name = f"local-dir:{here / copy}"
            model = load_model(name, device="cpu")
            said = [note for note in model.notes if "how pixels are normalised" in note]
            assert len(said) == int(not stated)
            written = json.loads((here / copy / "config.json").read_text())
            assert written.get("preprocess_assumed", False) is not stated
        cli.run(["models", "check", name])
        assert ("for want of any statement" in capsys.readouterr().out) is not stated


def test_a_changed_copy_would_be_noticed():
    changed = Conversion("a", Path("b"), 1.0, {"images": 0.9999999, "texts": None}, False, ())
    assert changed.exit_code == 1
    assert "DO NOT USE" in changed.render()
    assert "cosine at least 0.999999." in changed.render()


def test_the_least_cosine():
    a = np.array([[1.0, 0.0], [0.0, 2.0]])
    assert least_cosine(a, a.copy()) is None
    assert least_cosine(a, np.array([[1.0, 1.0], [0.0, 1.0]])) == pytest.approx(0.5**0.5)


def test_a_folder_that_holds_a_model_is_left_alone(mixed_folder: Path, tmp_path: Path):
    with pytest.raises(CutisError, match="holds a model already"):
        convert(f"local-dir:{mixed_folder}", write_mixed(tmp_path / "own"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("open_clip:ViT-B-16/random", "no trained weights to convert"),
        ("make", "not on this machine"),
        ("derm-foundation", "cannot run"),
    ],
)
def test_what_cannot_be_converted(name: str, words: str, tmp_path: Path):
    with pytest.raises(CutisError, match=words):
        convert(name, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_a_pair_is_a_folder_already(tmp_path: Path):
    config = {"format": "cutis.model/1", "layout": "pair"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    write_safetensors(tmp_path / "model.safetensors", {"a": torch.ones(2)})
    with pytest.raises(CutisError, match=r"is a pair.*--self-contained"):
        convert(f"local-dir:{tmp_path}", tmp_path / "to")


def test_the_command_line(mixed_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    words = ["models", "convert", f"local-dir:{mixed_folder}", "-o", str(tmp_path / "to")]
    assert cli.run(words) == 0
    assert f"cutis models check local-dir:{tmp_path / 'to'}" in capsys.readouterr().out
