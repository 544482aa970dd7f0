"""Layouts: how published checkpoints name their tensors, one file per layout.

A layout module offers ``REVISION`` (raised whenever its numbers change), ``matches(shapes)`` and
``build(state, settings) -> Towers``. A new layout is one file here and one line in ``LAYOUTS``.
Loading is strict: what a layout leaves out stands in its list of starts of names, with the reason,
and is reported in the notes of the loaded model.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from cutis.errors import CutisError, nearest_names

Shapes = Mapping[str, tuple[int, ...]]

LAYOUTS: dict[str, str] = {
    "cae_clip": "cutis.models.layouts.cae_clip",
    "cae_clip_open": "cutis.models.layouts.cae_clip_open",
    "open_clip": "cutis.models.layouts.open_clip",
    "transformers_clip": "cutis.models.layouts.transformers_clip",
    "panderm": "cutis.models.layouts.panderm",
    "dinov2": "cutis.models.layouts.dinov2",
    "transformers_dino": "cutis.models.layouts.transformers_dino",
    "resnet": "cutis.models.layouts.resnet",
    "efficientnet_lite": "cutis.models.layouts.efficientnet_lite",
    "timm": "cutis.models.layouts.timm_vision",
    "text_only": "cutis.models.layouts.text_only",
    "pair": "cutis.models.layouts.pair",
}

# The same models are published under these layouts too, so a file of theirs may carry the card.
ALSO: dict[str, tuple[str, ...]] = {
    "transformers_clip": ("open_clip",),
    "open_clip": ("transformers_clip",),
    "transformers_dino": ("dinov2",),
    "dinov2": ("transformers_dino",),
    "timm": ("resnet", "efficientnet_lite", "dinov2"),
}

# Recognised, so that the message can say what a file is, but not loadable yet.
FOREIGN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("a CoCa checkpoint (captioner with a text decoder)", ("text_decoder.",)),
    ("a segmentation checkpoint of PanDerm, which gives masks and not features (its image tower "
     "is inside; the released raw file gives features)", ("segmentor.backbone.",)),
    ("a segmentation checkpoint of PanDerm, which gives masks and not features (its image tower "
     "is inside; the released raw file gives features)", ("model.segmentor.backbone.",)),
    ("the image half of a transformers CLIP", ("vision_model.encoder.layers.",)),
    ("the text half of a transformers CLIP", ("text_model.encoder.layers.",)),
    ("a timm vision transformer (no text), which loads as timm:NAME@FILE",
     ("blocks.0.attn.qkv.weight", "patch_embed.proj.")),
    ("a timm convolutional network (no text), which loads as timm:NAME@FILE",
     ("conv_stem.weight",)),
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

    Raises
    ------
    CutisError
        If they fit several layouts, which a guess could get wrong.
    """
    found = [name for name in LAYOUTS if layout_module(name).matches(shapes)]
    if len(found) > 1:
        raise CutisError(
            f"These tensors could be of {len(found)} layouts: {', '.join(found)}.",
            fix="say which with 'layout' in the model's card.yaml, or name it CARD@FILE with a "
            "card of that layout (cutis models list)",
        )
    return found[0] if found else None


def describe(shapes: Shapes) -> str:
    """Say in words what a state dict looks like.

    Examples
    --------
    >>> describe({"conv_stem.weight": (9, 8)})
    'a timm convolutional network (no text), which loads as timm:NAME@FILE'
    >>> describe({"a": (1,)})
    'no layout known here (first tensors: a)'
    """
    for what, starts in FOREIGN:
        if all(any(key.startswith(start) for key in shapes) for start in starts):
            return what
    return "no layout known here (first tensors: " + ", ".join(list(shapes)[:4]) + ")"
