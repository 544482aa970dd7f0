"""ResNets of torchvision and SwAV against torchvision's own network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.models import load_model
from cutis.models.layouts import detect, resnet
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings
from tests.models.small import pictures, write_safetensors
from tests.models.small_layouts import resnet_state, shaken, swav_file

SETTINGS = Settings(what="it")


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_features_are_torchvisions_before_its_classifier(name: str):
    import torchvision

    torch.manual_seed(0)
    whole = shaken(getattr(torchvision.models, name)(weights=None))
    state = dict(whole.state_dict())
    whole.fc = torch.nn.Identity()
    towers = resnet.build(state, SETTINGS)
    pixels = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        found, wanted = towers.image(pixels), whole(pixels)
    scale = wanted.abs().max()
    torch.testing.assert_close(found / scale, wanted / scale, atol=1e-5, rtol=0)
    assert towers.dim == wanted.shape[1]
    assert towers.notes == ("Left out 2 tensors 'fc.*': a classifier, which features do not need.",)


def test_a_swav_file_loses_its_heads_and_says_so(tmp_path: Path):
    model = load_model(f"swavderm@{swav_file(tmp_path / 'derm_pretrained.pth')}", device="cpu")
    ready = torch.stack([model.preprocess(image) for image in pictures(2)])
    with torch.inference_mode():
        wanted = resnet.build(resnet_state(), SETTINGS).image(ready)
    np.testing.assert_array_equal(model.embed_pixels(ready), wanted.numpy())
    assert "projection_head" in model.notes[0]
    assert "prototypes" in model.notes[1]


def test_any_image_size(tmp_path: Path):
    path = write_safetensors(tmp_path / "w.safetensors", resnet_state())
    model = load_model(f"swavderm@{path}", device="cpu", image_size=96)
    assert model.preprocessing.size == (96, 96)
    assert model.embed_images(pictures(2)).shape == (2, model.dim)


@pytest.mark.parametrize("bottleneck", [True, False])
def test_depth_and_widths_come_from_the_tensors(bottleneck: bool):
    state = resnet_state(bottleneck=bottleneck)
    model = resnet.network({k: tuple(v.shape) for k, v in state.items()})
    assert model.num_features == (48 if bottleneck else 12)
    assert [len(getattr(model, stage)) for stage in resnet.STAGES] == [2, 1, 1, 1]


@pytest.mark.parametrize("name", ["bn1.running_mean", "layer1.1.conv2.weight"])
def test_a_missing_tensor_is_named(name: str):
    state = resnet_state()
    del state[name]
    with pytest.raises(StateDictMismatch) as raised:
        resnet.build(state, SETTINGS)
    assert raised.value.missing == [name]


def test_detection():
    assert detect({k: tuple(v.shape) for k, v in resnet_state().items()}) == "resnet"
    assert detect({"conv1.weight": (64, 3, 7, 7)}) is None
