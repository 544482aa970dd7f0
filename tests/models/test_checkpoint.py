"""Our own checkpoint directory: written, read back, and refused where it would lose numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file

from cutis.errors import CutisError
from cutis.files import sha256_file
from cutis.models import ModelCard, load_model, save_model_dir
from cutis.models.checkpoint import read_config
from tests.models.small import (
    CLIP_CONFIG,
    MIXED_CONFIG,
    TEXT_CONFIG,
    clip_model,
    mixed_model,
    pictures,
    write_tokenizer,
)

CARD = {"name": "own", "title": "Own", "licence": "CC BY 4.0"}
GREY = {"mean": [0.5] * 3, "std": [0.5] * 3}


def test_the_folder_holds_what_the_format_says(mixed_folder: Path):
    names = {path.name for path in mixed_folder.iterdir()}
    assert names == {"model.safetensors", "config.json", "card.yaml", "text_config.json",
                     "tokenizer.json"}  # fmt: skip
    config = json.loads((mixed_folder / "config.json").read_text())
    assert config["format"] == "cutis.model/1"
    assert config["layout"] == "open_clip"
    assert config["model_cfg"] == MIXED_CONFIG
    assert yaml.safe_load((mixed_folder / "card.yaml").read_text())["name"] == "mixed"
    stored = load_file(mixed_folder / "model.safetensors")
    kept = {"running_mean", "running_var"}
    for name, tensor in stored.items():
        if tensor.is_floating_point():
            wanted = torch.float32 if name.rpartition(".")[2] in kept else torch.float16
            assert tensor.dtype == wanted, name
    assert (mixed_folder / "model.safetensors").stat().st_mode & 0o044, "readable by others"


def test_features_after_a_round_trip_are_those_of_the_stored_numbers(mixed_folder: Path):
    model = load_model(f"local-dir:{mixed_folder}", device="cpu")
    module = mixed_model()
    state = {
        name: value if name.endswith(("running_mean", "running_var", "tracked"))
        else value.half().float()
        for name, value in module.state_dict().items()
    }  # fmt: skip
    module.load_state_dict(state)
    pixels = torch.stack([model.preprocess(image) for image in pictures()])
    with torch.inference_mode():
        expected = module.encode_image(pixels).numpy()
    np.testing.assert_allclose(model.embed_pixels(pixels), expected, rtol=0, atol=1e-5)
    assert model.preprocessing.mean == (0.5, 0.5, 0.5)
    assert model.card.name == "mixed"
    assert model.embed_texts(["a skin image of melanoma"]).shape == (1, 16)


def test_the_text_configuration_may_be_left_out_for_heads_of_64(tmp_path: Path):
    config = {**TEXT_CONFIG, "num_attention_heads": 1}
    from cutis.models.layouts.open_clip import make_model

    module = make_model(MIXED_CONFIG, config)
    for name, given in (("with", config), ("without", None)):
        save_model_dir(tmp_path / name, module.state_dict(), MIXED_CONFIG, GREY, CARD,
                       [write_tokenizer(tmp_path / "files")], text_config=given)  # fmt: skip
    texts = ["melanoma", "a benign nevus"]
    one, other = (load_model(f"local-dir:{tmp_path / name}") for name in ("with", "without"))
    np.testing.assert_array_equal(one.embed_texts(texts), other.embed_texts(texts))


def test_full_precision_and_a_ready_card(tmp_path: Path):
    module = clip_model()
    save_model_dir(tmp_path / "m", module.state_dict(), CLIP_CONFIG, {}, ModelCard(**CARD),
                   dtype="float32")  # fmt: skip
    model = load_model(f"local-dir:{tmp_path / 'm'}", device="cpu")
    pixels = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        expected = module.encode_image(pixels).numpy()
    np.testing.assert_allclose(model.embed_pixels(pixels), expected, rtol=0, atol=1e-5)
    weights = sha256_file(tmp_path / "m" / "model.safetensors")
    assert model.card == ModelCard(**CARD, sha256=weights)


def test_a_number_half_precision_cannot_hold_is_refused(tmp_path: Path):
    state = {"a.running_var": torch.tensor([1e6]), "b": torch.tensor([1.0])}
    with pytest.raises(CutisError, match=r"a\.running_var.*float16"):
        save_model_dir(tmp_path / "m", state, {}, {}, CARD)
    save_model_dir(tmp_path / "m", state, {}, {}, CARD, keep_float32=["running_var"])
    assert load_file(tmp_path / "m" / "model.safetensors")["a.running_var"] == 1e6


def test_writing_twice_gives_the_same_bytes(tmp_path: Path):
    for name in ("one", "two"):
        save_model_dir(tmp_path / name, clip_model().state_dict(), CLIP_CONFIG, GREY, CARD)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize("content", ["{", "[1]", '"text"'])
def test_a_broken_configuration_is_named(tmp_path: Path, content: str):
    path = tmp_path / "config.json"
    path.write_text(content)
    with pytest.raises(CutisError, match=r"config\.json"):
        read_config(path)
