"""EfficientNet-Lite under the names of its first PyTorch port, as timm's networks.

Tan and Le, "EfficientNet" (2019); the Lite variants have no squeeze-and-excitation. Convolutions
pad as TensorFlow does. Pixels are taken as (x - 127) / 128 for x in 0..255.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import timm
import torch

from cutis.errors import CutisError
from cutis.models.layouts.asked import check_pooling
from cutis.models.preprocessing import Preprocessing
from cutis.models.strict import load_renamed, set_aside, without_initialisation
from cutis.models.towers import Settings, Towers, channels_last

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
# Blocks, and channels before the last convolution: how one variant is told from another.
VARIANTS = {
    "tf_efficientnet_lite0": (16, 320),
    "tf_efficientnet_lite1": (21, 320),
    "tf_efficientnet_lite2": (21, 352),
    "tf_efficientnet_lite3": (24, 384),
    "tf_efficientnet_lite4": (30, 448),
}
LEFT_OUT = {"_fc.": "a classifier, which features do not need"}
STEM = {"conv_stem": "_conv_stem", "bn1": "_bn0", "conv_head": "_conv_head", "bn2": "_bn1"}
EXPANDING = {
    "conv_pw": "_expand_conv", "bn1": "_bn0", "conv_dw": "_depthwise_conv", "bn2": "_bn1",
    "conv_pwl": "_project_conv", "bn3": "_bn2",
}  # fmt: skip
PLAIN = {"conv_dw": "_depthwise_conv", "bn1": "_bn1", "conv_pw": "_project_conv", "bn2": "_bn2"}
MEAN, STD = (127 / 255,) * 3, (128 / 255,) * 3
_BLOCK = re.compile(r"_blocks\.(\d+)\.")


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of an EfficientNet-Lite under these names."""
    return any(key.startswith("_blocks.") for key in shapes) and not any(
        "._se_" in key for key in shapes
    )


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the network the tensors describe and fill it.

    Parameters
    ----------
    state
        Name to tensor.
    settings
        ``image_size`` may be any; otherwise it is the variant's.

    Raises
    ------
    CutisError
        If another pooling is asked for or the variant is unknown.
    StateDictMismatch
        If the tensors do not fit.
    """
    check_pooling(settings, ("default",))
    state, notes = set_aside(state, LEFT_OUT)
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    with without_initialisation():
        model = timm.create_model(variant(shapes, settings.what), num_classes=0).eval()
    load_renamed(model, state, published_names(model), settings.what)
    channels_last(model)
    side, share = model.pretrained_cfg["input_size"][1], model.pretrained_cfg["crop_pct"]
    return Towers(
        module=model,
        image=model,
        text=None,
        dim=int(model.num_features),
        image_size=settings.image_size or (side, side),
        pooling="pooled",
        notes=notes,
        preprocessing=Preprocessing(
            size=(side, side), resize_to=int(side / share), mean=MEAN, std=STD
        ),
    )


def variant(shapes: Shapes, what: str) -> str:
    """Return timm's name of the variant these tensors are.

    Parameters
    ----------
    shapes
        Tensor name to shape.
    what
        The checkpoint in words.

    Raises
    ------
    CutisError
        If no variant has that many blocks.

    Examples
    --------
    >>> variant({"_blocks.20._bn2.bias": (320,), "_conv_head.weight": (1280, 352, 1, 1)}, "it")
    'tf_efficientnet_lite2'
    """
    blocks = 1 + max(int(found.group(1)) for found in map(_BLOCK.match, shapes) if found)
    before_last = shapes.get("_conv_head.weight", (0, 0))[1]
    near = {name: width for name, (count, width) in VARIANTS.items() if count == blocks}
    if not near:
        raise CutisError(
            f"{what} has {blocks} blocks, as no EfficientNet-Lite has.",
            allowed="Lite 0 to 4 have 16, 21, 21, 24 and 30.",
            fix="check that the file is complete",
        )
    return next((name for name, width in near.items() if width == before_last), next(iter(near)))


def published_names(model: Any) -> dict[str, str]:
    """Map the names of a timm network to those of the published files.

    Parameters
    ----------
    model
        A timm EfficientNet-Lite without a classifier.
    """
    starts = {ours + ".": theirs + "." for ours, theirs in STEM.items()}
    count = 0
    for s, stage in enumerate(model.blocks):
        for b, block in enumerate(stage):
            parts = EXPANDING if hasattr(block, "conv_pwl") else PLAIN
            starts |= {
                f"blocks.{s}.{b}.{ours}.": f"_blocks.{count}.{theirs}."
                for ours, theirs in parts.items()
            }
            count += 1
    names = {}
    for name in model.state_dict():
        start = name.rpartition(".")[0] + "."
        names[name] = starts[start] + name.removeprefix(start)
    return names
