"""Telling layouts apart, and naming those that cannot be loaded."""

from __future__ import annotations

import pytest

from cutis.errors import CutisError
from cutis.models.layouts import LAYOUTS, describe, detect, layout_module
from tests.models.small import cae_shapes


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_module_keeps_the_contract(name: str):
    module = layout_module(name)
    assert isinstance(module.REVISION, int)
    assert callable(module.matches)
    assert callable(module.build)
    assert module.__doc__


def test_an_unknown_layout_is_answered_with_the_nearest():
    with pytest.raises(CutisError, match="'cae_clip'"):
        layout_module("cae-clip")


WRAPPED = {name.replace("visual.", "visual.trunk."): shape for name, shape in cae_shapes().items()}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (list(WRAPPED), "DermFM-Zero-Open"),
        (["text_decoder.x", "visual.conv1.weight", "logit_scale"], "CoCa"),
        (["vision_model.encoder.layers.0.self_attn.q_proj.weight"], "transformers CLIP"),
        (["embeddings.patch_embeddings.w", "encoder.layer.0.layer_scale1.lambda1"], "DINOv2"),
        (["blocks.0.attn.q_bias", "patch_embed.proj.weight"], "raw PanDerm"),
        (["encoder.blocks.0.attn.q_bias"], "raw PanDerm"),
        (["blocks.0.attn.qkv.weight", "patch_embed.proj.weight"], "timm vision transformer"),
        (["conv_stem.weight"], "convolutional"),
        (["layer1.0.conv1.weight", "bn1.weight"], "ResNet"),
        (["one", "two"], "first tensors: one, two"),
    ],
)
def test_foreign_checkpoints_are_named_and_not_claimed(names: list[str], words: str):
    shapes = dict.fromkeys(names, (1,))
    assert detect(shapes) is None
    assert words in describe(shapes)
