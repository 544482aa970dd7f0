"""Layouts: how published checkpoints name their tensors, one file per layout.

A layout module offers ``REVISION`` (raised whenever its numbers change), ``matches(shapes)`` and
``build(state, settings) -> Towers``. A new layout is one file here and one line in ``LAYOUTS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from cutis.errors import CutisError, nearest_names

Shapes = Mapping[str, tuple[int, ...]]

LAYOUTS: dict[str, str] = {
    "cae_clip": "cutis.models.layouts.cae_clip",
    "open_clip": "cutis.models.layouts.open_clip",
    "timm": "cutis.models.layouts.timm_vision",
    "text_only": "cutis.models.layouts.text_only",
}

# Recognised, so that the message can say what a file is, but not loadable yet.
FOREIGN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("a DermFM-Zero-Open checkpoint (CAE image tower under 'visual.trunk.')",
     ("visual.trunk.blocks.0.gamma_1", "visual.trunk.blocks.0.attn.q_bias")),
    ("a CoCa checkpoint (captioner with a text decoder)", ("text_decoder.",)),
    ("a transformers CLIP checkpoint", ("vision_model.encoder.layers.0.",)),
    ("a transformers DINOv2 checkpoint", ("encoder.layer.0.layer_scale1.", "embeddings.patch_")),
    ("a raw PanDerm image tower (CAE, no text)", ("blocks.0.attn.q_bias", "patch_embed.proj.")),
    ("a raw PanDerm image tower (CAE, no text)", ("encoder.blocks.0.attn.q_bias",)),
    ("a timm vision transformer (no text)", ("blocks.0.attn.qkv.weight", "patch_embed.proj.")),
    ("a timm or torchvision convolutional network (no text)", ("conv_stem.weight",)),
    ("a torchvision ResNet (no text)", ("layer1.0.conv1.weight", "bn1.weight")),
)  # fmt: skip


def layout_module(name: str) -> ModuleType:
    """Import the module of a layout.

    Raises
    ------
    CutisError
        If there is no such layout.
    """
    if name not in LAYOUTS:
        raise CutisError(
            f"There is no layout '{name}'.",
            allowed="Layouts: " + ", ".join(LAYOUTS) + ".",
            nearest=nearest_names(name, LAYOUTS),
            fix="correct 'layout' in the model's config.json or card",
        )
    return import_module(LAYOUTS[name])


def detect(shapes: Shapes) -> str | None:
    """Return the name of the layout these tensors have, or None.

    Parameters
    ----------
    shapes
        Tensor name to shape.
    """
    for name in LAYOUTS:
        if layout_module(name).matches(shapes):
            return name
    return None


def describe(shapes: Shapes) -> str:
    """Say in words what a state dict looks like.

    Examples
    --------
    >>> describe({"conv_stem.weight": (9, 8)})
    'a timm or torchvision convolutional network (no text)'
    >>> describe({"a": (1,)})
    'no layout known here (first tensors: a)'
    """
    for what, starts in FOREIGN:
        if all(any(key.startswith(start) for key in shapes) for start in starts):
            return what
    return "no layout known here (first tensors: " + ", ".join(list(shapes)[:4]) + ")"
