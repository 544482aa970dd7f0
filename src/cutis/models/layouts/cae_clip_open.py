"""The layout of DermFM-Zero-Open: the CAE tower in a wrapper, beside a BERT with its pooler.

Yan et al., technical report of DermFM-Zero-Open (2026). Unlike its relative (``cae_clip``) it has
one LayerNorm, on the mean of the patch tokens; the text feature is BERT's pooler output through a
projection with biases; and images of any size that patches fill are taken, by stretching the
position table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from timm.models.beit import Beit
from torch import nn

from cutis.models.layouts import cae_clip
from cutis.models.layouts.asked import check_pooling, multiple_size
from cutis.models.layouts.bert import POSITION_IDS
from cutis.models.layouts.cae_tower import change_size, image_tower
from cutis.models.strict import load_strict, set_aside, without_initialisation
from cutis.models.towers import Settings, Towers

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
START = "visual.trunk."
LEFT_OUT = {
    "knowledge_encoder.": "the text teacher of its training, which features do not need",
    **POSITION_IDS,
}
UNSTATED = (
    "No open_clip_config.json beside the weights says how pixels are normalised, and the public "
    "sources do not agree (CLIP's numbers or 0.5); norm='half' or norm='clip' chooses."
)
_BLOCK = re.compile(r"visual\.trunk\.blocks\.\d+\.(attn\.q_bias|gamma_1)$")


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of DermFM-Zero-Open."""
    text = any(key.startswith("text.transformer.") for key in shapes)
    return text and any(_BLOCK.match(key) for key in shapes)


class WrappedCaeClip(cae_clip.CaeClip):
    """The two towers under the names of the published checkpoint."""

    def build_visual(self, shapes: Shapes) -> nn.Module:
        """Build the image tower under its published name."""
        return nn.ModuleDict({"trunk": image_tower(shapes, START)})

    @property
    def trunk(self) -> Beit:
        """The image tower itself."""
        tower: Beit = self.visual.trunk
        return tower

    def move_norm(self) -> None:
        """Apply the tower's one LayerNorm to the pooled mean, and not to the tokens."""
        self.trunk.fc_norm, self.trunk.norm = self.trunk.norm, nn.Identity()


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the towers the tensors describe and fill them.

    Parameters
    ----------
    state
        Name to tensor, as published.
    settings
        ``image_size`` may be any that patches fill.

    Raises
    ------
    CutisError
        If the pooling is unknown or patches do not fill the image size.
    KeyError
        If a tensor that gives a size is absent.
    StateDictMismatch
        If the tensors do not fit.
    """
    check_pooling(settings, cae_clip.POOLINGS)
    state, notes = set_aside(state, LEFT_OUT)
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    with without_initialisation():
        model = WrappedCaeClip(shapes)
    load_strict(model, state, settings.what)
    model.move_norm()
    patch = model.trunk.patch_embed
    size = multiple_size(settings, patch.img_size, patch.patch_size)
    change_size(model.trunk, size)
    unstated = () if settings.stated_preprocessing else (UNSTATED,)
    said = cae_clip.lies(shapes, START, settings)
    return cae_clip.describe(model, settings, size, (*notes, *said, *unstated))
