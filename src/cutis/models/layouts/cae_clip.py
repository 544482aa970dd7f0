"""The CAE-tower CLIP layout of DermFM-Zero, PanDerm-2 and DermLIP-PanDerm, both published sizes.

Yan et al., "Derm1M" (2025) and "DermFM-Zero" (2026); tower of PanDerm (2025) beside a BERT. One
LayerNorm serves twice: on all tokens, and again on the mean of the patch tokens; the class token
is not part of the mean. Sizes are read off the tensors: the published configuration of the large
model states those of the base.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from timm.models.beit import Beit
from torch import nn

from cutis.models.layouts.asked import check_pooling, fixed_size
from cutis.models.layouts.bert import POSITION_IDS, projected_encoder
from cutis.models.layouts.cae_tower import head_rows, image_tower, tower_sizes
from cutis.models.layouts.stated import disagreements
from cutis.models.strict import load_strict, set_aside, without_initialisation
from cutis.models.towers import Settings, Towers

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
CONTEXT_LENGTH = 256
POOLINGS = {"default": "projected", "pre_head": "pre-head"}
_BLOCK = re.compile(r"visual\.blocks\.\d+\.(attn\.q_bias|gamma_1)$")


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of a CAE-tower CLIP."""
    text = any(key.startswith("text.transformer.") for key in shapes)
    return text and any(_BLOCK.match(key) for key in shapes)


class CaeClip(nn.Module):
    """The two towers under the names of the published checkpoints.

    Parameters
    ----------
    shapes
        Tensor name to shape; every size is read off them.
    """

    def __init__(self, shapes: Shapes) -> None:
        super().__init__()
        self.visual: nn.Module = self.build_visual(shapes)
        self.text = projected_encoder(shapes, self.trunk.num_classes)
        self.logit_scale = nn.Parameter(torch.zeros(()))

    def build_visual(self, shapes: Shapes) -> nn.Module:
        """Build the image tower under its published name."""
        tower: nn.Module = image_tower(shapes, "visual.")
        return tower

    @property
    def trunk(self) -> Beit:
        """The image tower itself."""
        tower: Beit = self.visual
        return tower

    def share_norm(self) -> None:
        """Apply the tower's one LayerNorm a second time, to the pooled mean."""
        self.trunk.fc_norm = self.trunk.norm

    def encode_image(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return projected image features (n, d)."""
        features_nd: torch.Tensor = self.trunk(pixels_nchw)
        return features_nd

    def encode_before_head(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return image features (n, width) as linear probes of this model use them."""
        tokens_npd = self.trunk.forward_features(pixels_nchw)
        features_nd: torch.Tensor = self.trunk.forward_head(tokens_npd, pre_logits=True)
        return features_nd

    def encode_text(self, ids_nt: torch.Tensor) -> torch.Tensor:
        """Return projected text features (n, d)."""
        features_nd: torch.Tensor = self.text(ids_nt)
        return features_nd


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the towers the tensors describe and fill them.

    Parameters
    ----------
    state
        Name to tensor, as published.
    settings
        The published configuration is compared with the tensors, never obeyed.

    Raises
    ------
    CutisError
        If the pooling is unknown or another image size is asked for.
    KeyError
        If a tensor that gives a size is absent.
    StateDictMismatch
        If the tensors do not fit.
    """
    check_pooling(settings, POOLINGS)
    state, notes = set_aside(state, POSITION_IDS)
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    with without_initialisation():
        model = CaeClip(shapes)
    load_strict(model, state, settings.what)
    model.share_norm()
    size = fixed_size(settings, model.trunk.patch_embed.img_size)
    return describe(model, settings, size, (*notes, *lies(shapes, "visual.", settings)))


def lies(shapes: Shapes, start: str, settings: Settings) -> tuple[str, ...]:
    """Say where a stated configuration contradicts the tensors of a CAE-tower CLIP."""
    if not settings.model_cfg:
        return ()
    vision = settings.model_cfg.get("vision_cfg", {})
    stated = {**vision, "embed_dim": settings.model_cfg.get("embed_dim")}
    found = {**tower_sizes(shapes, start), "embed_dim": head_rows(shapes, start)}
    said = disagreements(stated, found, "Its configuration")
    return (said,) if said else ()


def describe(
    model: CaeClip, settings: Settings, size: tuple[int, int], notes: tuple[str, ...]
) -> Towers:
    """Describe a filled CAE-tower CLIP.

    Parameters
    ----------
    model
        The filled module.
    settings
        What was asked.
    size
        Height and width of its images.
    notes
        What a reader must know of the loading.
    """
    model.eval()
    model.trunk.pos_embed.requires_grad_(False)
    before_head = settings.pooling == "pre_head"
    return Towers(
        module=model,
        image=model.encode_before_head if before_head else model.encode_image,
        text=None if before_head else model.encode_text,
        dim=model.trunk.embed_dim if before_head else model.trunk.num_classes,
        image_size=size,
        pooling=POOLINGS[settings.pooling],
        context_length=None if before_head else min(CONTEXT_LENGTH, model.text.context_length),
        vocab_size=model.text.vocab_size,
        logit_scale=None if before_head else float(model.logit_scale.detach().exp()),
        notes=notes,
    )
