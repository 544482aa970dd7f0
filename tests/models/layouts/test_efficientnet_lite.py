"""EfficientNet-Lite under its first port's names, against timm's network."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import timm
import torch

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.layouts import efficientnet_lite
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings, channels_last
from tests.models.small import write_safetensors
from tests.models.small_layouts import lite_state

SETTINGS = Settings(what="it")


@pytest.fixture(scope="module")
def sample() -> tuple[dict[str, torch.Tensor], torch.nn.Module]:
    return lite_state()


def test_features_are_timms(sample: tuple[dict[str, torch.Tensor], torch.nn.Module]):
    state, network = sample
    towers = efficientnet_lite.build(state, SETTINGS)
    pixels = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    alike = deepcopy(network)
    channels_last(alike)
    with torch.inference_mode():
        found, plain = towers.image(pixels), network(pixels)
        assert torch.equal(found, alike(pixels)), "the same weights, laid out alike"
    # The other layout is summed in another order, which also depends on the number of threads:
    # float32 rounding through 16 blocks, up to 3e-6 of the scale with one, 1.2e-5 with two.
    scale = plain.abs().max()
    torch.testing.assert_close(found / scale, plain / scale, atol=5e-5, rtol=0)
    assert (towers.dim, towers.image_size) == (1280, (224, 224))
    assert "_fc.*" in towers.notes[0]


def test_names_of_the_first_port():
    """Written out from the port: stem, a block without expansion, one with, the last layers."""
    with torch.device("meta"):
        names = efficientnet_lite.published_names(
            timm.create_model("tf_efficientnet_lite0", num_classes=0)
        )
    assert names["conv_stem.weight"] == "_conv_stem.weight"
    assert names["bn1.running_var"] == "_bn0.running_var"
    assert names["blocks.0.0.conv_dw.weight"] == "_blocks.0._depthwise_conv.weight"
    assert names["blocks.0.0.conv_pw.weight"] == "_blocks.0._project_conv.weight"
    assert names["blocks.1.0.conv_pw.weight"] == "_blocks.1._expand_conv.weight"
    assert names["blocks.1.1.bn3.bias"] == "_blocks.2._bn2.bias"
    assert names["blocks.6.0.conv_pwl.weight"] == "_blocks.15._project_conv.weight"
    assert names["conv_head.weight"] == "_conv_head.weight"
    assert names["bn2.weight"] == "_bn1.weight"
    assert len(set(names.values())) == len(names) == 294


def test_pixels_are_centred_at_127():
    from PIL import Image

    model = Image.new("RGB", (300, 300), (127, 255, 0))
    spec = efficientnet_lite.build(lite_state()[0], SETTINGS).preprocessing
    assert spec is not None
    found = spec(model)[:, 0, 0]
    torch.testing.assert_close(found, torch.tensor([0.0, 1.0, -127 / 128]), atol=1e-6, rtol=0)
    assert (spec.resize_to, spec.interpolation) == (256, "bicubic")


def test_the_card_takes_either_spelling_of_the_names(
    sample: tuple[dict[str, torch.Tensor], torch.nn.Module], tmp_path: Path
):
    state, network = sample
    old = write_safetensors(tmp_path / "old.safetensors", state)
    new = write_safetensors(tmp_path / "new.safetensors", dict(network.state_dict()))
    first, second = (
        load_model(f"efficientnet-lite0@{path}", device="cpu", image_size=64) for path in (old, new)
    )
    pixels = torch.randn(1, 3, 64, 64)
    np.testing.assert_allclose(first.embed_pixels(pixels), second.embed_pixels(pixels), rtol=1e-5)
    assert (first.layout, second.layout) == ("efficientnet_lite", "timm")
    assert first.preprocessing.mean != second.preprocessing.mean, "each with its own authors' mean"


@pytest.mark.parametrize(("blocks", "before", "number"), [(16, 320, 0), (21, 320, 1), (21, 352, 2),
                                                          (24, 384, 3), (30, 448, 4)])  # fmt: skip
def test_variants_are_told_apart(blocks: int, before: int, number: int):
    name = f"tf_efficientnet_lite{number}"
    with torch.device("meta"):
        model = timm.create_model(name, num_classes=0)
    names = efficientnet_lite.published_names(model)
    shapes = {names[k]: tuple(v.shape) for k, v in model.state_dict().items()}
    assert efficientnet_lite.variant(shapes, "it") == name
    assert shapes["_conv_head.weight"][1] == before
    assert sum(len(stage) for stage in model.blocks) == blocks


def test_another_number_of_blocks_is_explained():
    with pytest.raises(CutisError, match="18 blocks"):
        efficientnet_lite.variant({"_blocks.17._bn2.bias": (4,)}, "it")


@pytest.mark.parametrize("name", ["_blocks.3._expand_conv.weight", "_conv_head.weight"])
def test_a_missing_tensor_is_named_as_published(
    sample: tuple[dict[str, torch.Tensor], torch.nn.Module], name: str
):
    state = dict(sample[0])
    del state[name]
    with pytest.raises(StateDictMismatch) as raised:
        efficientnet_lite.build(state, SETTINGS)
    assert raised.value.missing == [name]


def test_networks_with_squeeze_and_excitation_are_not_claimed():
    assert not efficientnet_lite.matches({"_blocks.0._se_reduce.weight": (4,)})
