"""Telling layouts apart, and naming those that cannot be loaded."""

from __future__ import annotations

import pytest

from cutis.errors import CutisError
from cutis.models.layouts import LAYOUTS, describe, detect, layout_module


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


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["text_decoder.x", "visual.conv1.weight", "logit_scale"], "CoCa"),
        (["vision_model.encoder.layers.0.q.weight"], "image half of a transformers CLIP"),
        (["text_model.encoder.layers.0.q.weight"], "text half of a transformers CLIP"),
        (["segmentor.backbone.cls_token"], "segmentation checkpoint of PanDerm"),
        (["model.segmentor.backbone.cls_token", "model.segmentor.decode_head.conv_seg.weight"],
         "gives masks and not features"),
        (["blocks.0.attn.qkv.weight", "patch_embed.proj.weight"], "loads as timm:NAME@FILE"),
        (["conv_stem.weight"], "convolutional"),
        (["one", "two"], "first tensors: one, two"),
    ],
)  # fmt: skip
def test_foreign_checkpoints_are_named_and_not_claimed(names: list[str], words: str):
    shapes = dict.fromkeys(names, (1,))
    assert detect(shapes) is None
    assert words in describe(shapes)
