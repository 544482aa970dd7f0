"""timm image towers: strict, without their classifier, with timm's own preprocessing."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.layouts import timm_vision
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings
from tests.models.small import pictures


def settings(name: str, **more: str) -> Settings:
    return Settings(what="w.pt", model_cfg={"timm_model_name": name}, **more)


@pytest.mark.parametrize("name", ["test_efficientnet", "test_vit", "test_resnet"])
def test_features_are_timms_and_the_classifier_is_left_out(name: str):
    torch.manual_seed(0)
    whole = timm.create_model(name, pretrained=False).eval()
    towers = timm_vision.build(whole.state_dict(), settings(name))
    pixels = torch.randn(2, 3, *towers.image_size)
    with torch.inference_mode():
        expected = whole.forward_head(whole.forward_features(pixels), pre_logits=True)
        torch.testing.assert_close(towers.image(pixels), expected, rtol=1e-5, atol=1e-5)
    assert towers.dim == expected.shape[1]
    assert towers.text is None


def test_a_missing_tensor_is_named():
    state = timm.create_model("test_vit", pretrained=False).state_dict()
    del state["blocks.0.attn.qkv.weight"]
    with pytest.raises(StateDictMismatch) as raised:
        timm_vision.build(state, settings("test_vit"))
    assert raised.value.missing == ["blocks.0.attn.qkv.weight"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("vit_base_patch16_223", "vit_base_patch16_224"),
        ("vit_base_patch16_224.imagenet", "no weights 'imagenet'"),
    ],
)
def test_unknown_names_are_answered_with_the_nearest(name: str, words: str):
    with pytest.raises(CutisError) as raised:
        timm_vision.make_tower(name)
    assert words in str(raised.value)


def test_other_poolings_are_refused():
    with pytest.raises(CutisError, match="pre_head"):
        timm_vision.build({}, settings("test_vit", pooling="pre_head"))


@pytest.mark.parametrize("name", ["test_vit", "resnet18.a1_in1k", "vit_small_patch14_dinov2"])
def test_preprocessing_is_timms(name: str):
    tower = timm_vision.make_tower(name)
    config = timm.data.resolve_model_data_config(tower)
    theirs = timm.data.create_transform(**config)
    image = pictures(2)[1].resize((333, 251))
    ours = timm_vision.preprocessing(config)(image)
    torch.testing.assert_close(ours, theirs(image), rtol=0, atol=1e-6)


def test_a_file_of_ones_own_is_loaded_by_name(tmp_path: Path):
    torch.manual_seed(2)
    whole = timm.create_model("test_efficientnet", pretrained=False).eval()
    torch.save({"state_dict": whole.state_dict()}, tmp_path / "w.pth")
    model = load_model(f"timm:test_efficientnet@{tmp_path / 'w.pth'}", device="cpu")
    assert (model.has_vision, model.has_text, model.layout) == (True, False, "timm")
    features = model.embed_images(pictures())
    assert features.shape == (3, model.dim)
    with pytest.raises(CutisError, match="no text tower"):
        model.embed_texts(["melanoma"])
