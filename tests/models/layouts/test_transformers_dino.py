"""DINO folders of transformers against the library's own models, called directly."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.layouts import detect, transformers_dino
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings
from cutis.models.weights import read_state_dict
from tests.models.small import pictures
from tests.models.small_layouts import dino_folder

KINDS = ("dinov2", "registers", "dinov3")
PREFIX = {"dinov2": 1, "registers": 4, "dinov3": 3}


@pytest.fixture(scope="module", params=KINDS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param) / request.param
    dino_folder(folder, request.param)
    return folder


def library(folder: Path) -> torch.nn.Module:
    """What the library itself makes of the folder."""
    from transformers import AutoModel

    return AutoModel.from_pretrained(folder, local_files_only=True).eval()


@pytest.mark.parametrize("side", [32, 48])
def test_features_are_the_librarys(folder: Path, side: int):
    ours = load_model(f"local-dir:{folder}", device="cpu", image_size=side)
    pixels = torch.randn(2, 3, side, side)
    with torch.inference_mode():
        output = library(folder)(pixel_values=pixels)
    np.testing.assert_array_equal(ours.embed_pixels(pixels), output.pooler_output.numpy())
    assert (ours.layout, ours.dim, ours.has_text) == ("transformers_dino", 64, False)


def test_class_token_and_patch_mean(folder: Path):
    ours = load_model(f"local-dir:{folder}", device="cpu", pooling="cls_mean")
    pixels = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        tokens = library(folder)(pixel_values=pixels).last_hidden_state
    patches = tokens[:, PREFIX[folder.name] :]
    assert patches.shape[1] == 16
    wanted = torch.cat([tokens[:, 0], patches.mean(1)], 1)
    np.testing.assert_allclose(ours.embed_pixels(pixels), wanted.numpy(), atol=1e-6)
    assert (ours.dim, ours.towers.pooling) == (128, "class token and patch mean")


def test_a_file_alone_takes_the_usual_heads_and_says_so(folder: Path, tmp_path: Path):
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    bare = load_model(f"local-dir:{tmp_path}", device="cpu", image_size=32)
    whole = load_model(f"local-dir:{folder}", device="cpu", image_size=32)
    assert "No config.json" in bare.notes[0]
    if folder.name != "dinov3":  # its published rotation differs from the library's default
        images = pictures(2)
        np.testing.assert_array_equal(bare.embed_images(images), whole.embed_images(images))


def test_gated_layers_need_the_configuration(tmp_path: Path):
    """The tensors tell neither the activation nor the heads, and the published ones differ."""
    from transformers import DINOv3ViTConfig, DINOv3ViTModel

    torch.manual_seed(0)
    config = DINOv3ViTConfig(
        hidden_size=256, num_hidden_layers=1, num_attention_heads=2, intermediate_size=96,
        patch_size=8, image_size=32, use_gated_mlp=True, hidden_act="silu",
    )  # fmt: skip
    DINOv3ViTModel(config).save_pretrained(tmp_path)
    model = load_model(f"local-dir:{tmp_path}", device="cpu", image_size=32)
    pixels = torch.randn(1, 3, 32, 32)
    with torch.inference_mode():
        wanted = library(tmp_path)(pixel_values=pixels).pooler_output
    np.testing.assert_array_equal(model.embed_pixels(pixels), wanted.numpy())
    (tmp_path / "config.json").unlink()
    with pytest.raises(CutisError, match=r"gated layers.*put config\.json beside the weights"):
        load_model(f"local-dir:{tmp_path}", device="cpu", image_size=32)


def test_a_configuration_that_lies_is_corrected_and_named(folder: Path, tmp_path: Path):
    for name in ("model.safetensors", "config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    config = json.loads((folder / "config.json").read_text())
    lie = {**config, "num_hidden_layers": 12, "hidden_size": 768, "auto_map": {"AutoModel": "x.Y"}}
    (tmp_path / "config.json").write_text(json.dumps(lie))
    model = load_model(f"local-dir:{tmp_path}", device="cpu", image_size=32)
    assert "says hidden_size 768, num_hidden_layers 12" in model.notes[0]
    images = pictures(2)
    honest = load_model(f"local-dir:{folder}", device="cpu", image_size=32)
    np.testing.assert_array_equal(model.embed_images(images), honest.embed_images(images))


def test_missing_reshaped_and_unexpected_tensors_bear_their_published_names(folder: Path):
    state = read_state_dict(folder / "model.safetensors")
    published = [name for name in state if "attention" in name and name.endswith("weight")]
    del state[published[0]]
    state["surprise"] = torch.ones(1)
    with pytest.raises(StateDictMismatch) as raised:
        transformers_dino.build(state, Settings(what="it", native_cfg=_config(folder)))
    assert raised.value.missing == [published[0]]
    assert raised.value.unexpected == ["surprise"]


def _config(folder: Path) -> dict[str, object]:
    config: dict[str, object] = json.loads((folder / "config.json").read_text())
    return config


def test_a_classifier_with_its_prefix_is_left_out(tmp_path: Path):
    """As the library saves a DINOv2 with a linear head."""
    from transformers import Dinov2Config, Dinov2ForImageClassification

    config = Dinov2Config(hidden_size=64, num_hidden_layers=2, num_attention_heads=1,
                          patch_size=8, image_size=32, num_labels=3)  # fmt: skip
    whole = Dinov2ForImageClassification(config).eval()
    whole.save_pretrained(tmp_path)
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    pixels = torch.randn(1, 3, 32, 32)
    with torch.inference_mode():
        wanted = whole.dinov2(pixel_values=pixels).pooler_output
    np.testing.assert_array_equal(model.embed_pixels(pixels), wanted.numpy())
    assert "classifier" in model.notes[0]


def test_a_preprocessor_beside_it_decides_size_and_steps(tmp_path: Path):
    dino_folder(tmp_path)
    steps = {"size": {"shortest_edge": 64}, "crop_size": {"height": 48, "width": 48},
             "resample": 2, "image_mean": [0.1, 0.2, 0.3], "image_std": [1, 1, 1]}  # fmt: skip
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(steps))
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    spec = model.preprocessing
    assert (spec.size, spec.resize_to, spec.interpolation) == ((48, 48), 64, "bilinear")
    assert spec.mean == (0.1, 0.2, 0.3)
    larger = load_model(f"local-dir:{tmp_path}", device="cpu", image_size=96)
    assert (larger.preprocessing.size, larger.preprocessing.resize_to) == ((96, 96), 128)


def test_a_size_that_patches_do_not_fill(folder: Path):
    with pytest.raises(CutisError, match="patches of 8 x 8"):
        load_model(f"local-dir:{folder}", device="cpu", image_size=50)


def test_published_names_are_this_layout():
    assert detect({"encoder.layer.0.layer_scale1.lambda1": (64,)}) == "transformers_dino"
    assert detect({"layer.3.layer_scale2.lambda1": (64,)}) == "transformers_dino"


def test_the_real_dinov2_small_folder(monkeypatch: pytest.MonkeyPatch):
    """Names and shapes of the published small model: 223 tensors, 22,056,576 parameters."""
    from transformers import Dinov2Config, Dinov2Model

    with torch.device("meta"):
        real = Dinov2Model(Dinov2Config(hidden_size=384, num_attention_heads=6, image_size=518))
    names = transformers_dino.published_names(real, third=False)
    assert names["encoder.layer.0.attention.q_proj.weight"] == (
        "encoder.layer.0.attention.attention.query.weight"
    )
    shapes = {names.get(k, k): tuple(v.shape) for k, v in real.state_dict().items()}
    assert (detect(shapes), len(shapes)) == ("transformers_dino", 223)
    assert sum(p.numel() for p in real.parameters()) == 22_056_576
