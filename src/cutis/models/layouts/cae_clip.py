"""The CAE-tower CLIP layout of DermLIP-PanDerm: a BEiT-like image tower beside a BERT.

Yan et al., "Derm1M" (2025); tower of "A multimodal vision foundation model for clinical
dermatology" (PanDerm, 2025). One LayerNorm serves twice: on all tokens, and again on the mean of
the patch tokens; the class token is not part of the mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import torch
from timm.models.beit import Beit
from torch import nn

from cutis.errors import CutisError
from cutis.models.layouts.bert import HEAD_WIDTH, bert_config, text_encoder
from cutis.models.strict import load_strict, without_initialisation
from cutis.models.towers import Settings, Towers

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
CONTEXT_LENGTH = 256
POOLINGS = {"default": "projected", "pre_head": "pre-head"}


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of a CAE-tower CLIP."""
    return "visual.blocks.0.attn.q_bias" in shapes and any(
        key.startswith("text.transformer.") for key in shapes
    )


class CaeClip(nn.Module):
    """The two towers under the names of the published checkpoints.

    Parameters
    ----------
    shapes
        Tensor name to shape; every size is read off them.
    """

    def __init__(self, shapes: Shapes) -> None:
        super().__init__()
        self.visual = image_tower(shapes, "visual.")
        dim = shapes["visual.head.weight"][0]
        self.text = text_encoder(bert_config(shapes), dim)
        self.logit_scale = nn.Parameter(torch.zeros(()))

    def encode_image(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return projected image features (n, d)."""
        features_nd: torch.Tensor = self.visual(pixels_nchw)
        return features_nd

    def encode_before_head(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return image features (n, width) as linear probes of this model use them."""
        tokens_npd = self.visual.forward_features(pixels_nchw)
        features_nd: torch.Tensor = self.visual.forward_head(tokens_npd, pre_logits=True)
        return features_nd

    def encode_text(self, ids_nt: torch.Tensor) -> torch.Tensor:
        """Return projected text features (n, d)."""
        features_nd: torch.Tensor = self.text(ids_nt)
        return features_nd


def image_tower(shapes: Shapes, start: str) -> Beit:
    """Build the CAE image tower from the shapes of the tensors under a prefix.

    The class token is left out of the pooled mean; tokens and mean share one LayerNorm, which
    the caller gets by :func:`share_norm` once the weights are in.
    """
    width, _, patch, _ = shapes[start + "patch_embed.proj.weight"]
    side = round((shapes[start + "pos_embed"][1] - 1) ** 0.5) * patch
    block = re.compile(re.escape(start) + r"blocks\.(\d+)\.")
    blocks = {int(m.group(1)) for m in map(block.match, shapes) if m}
    return Beit(
        img_size=side,
        patch_size=patch,
        num_classes=shapes[start + "head.weight"][0],
        embed_dim=width,
        depth=max(blocks) + 1,
        num_heads=width // HEAD_WIDTH,
        mlp_ratio=shapes[start + "blocks.0.mlp.fc1.weight"][0] / width,
        norm_layer=partial(nn.LayerNorm, eps=1e-6),
        init_values=0.1,
        use_fc_norm=False,
    )


def share_norm(tower: Beit) -> None:
    """Apply the tower's one LayerNorm a second time, to the pooled mean."""
    tower.fc_norm = tower.norm


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the towers the tensors describe and fill them.

    Parameters
    ----------
    state
        Name to tensor, as published.
    settings
        Only ``what`` and ``pooling`` are used: the published configuration is not needed, and
        states the wrong size for the large model.

    Raises
    ------
    CutisError
        If the pooling is unknown.
    KeyError
        If a tensor that gives a size is absent.
    StateDictMismatch
        If the tensors do not fit.
    """
    if settings.pooling not in POOLINGS:
        raise CutisError(
            f"{settings.what} has no pooling '{settings.pooling}'.",
            allowed="Poolings: " + ", ".join(POOLINGS) + ".",
            fix="choose one of these",
        )
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    with without_initialisation():
        model = CaeClip(shapes)
    load_strict(model, state, settings.what)
    share_norm(model.visual)
    model.eval()
    before_head = settings.pooling == "pre_head"
    return Towers(
        module=model,
        image=model.encode_before_head if before_head else model.encode_image,
        text=None if before_head else model.encode_text,
        dim=model.visual.embed_dim if before_head else model.visual.num_classes,
        image_size=model.visual.patch_embed.img_size,
        pooling=POOLINGS[settings.pooling],
        context_length=None if before_head else min(CONTEXT_LENGTH, model.text.context_length),
        vocab_size=model.text.vocab_size,
        logit_scale=None if before_head else float(model.logit_scale.detach().exp()),
    )
