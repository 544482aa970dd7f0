"""DINOv2 under its authors' own names, as a teacher's training file or a flat one: DermINO.

Oquab et al., "DINOv2" (2023); DermINO, "Hybrid pretraining for a versatile dermatology foundation
model" (2025). The feature is the class token after the final norm; ``cls_mean`` joins to it the
mean of the patch tokens. timm's vision transformer computes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from timm.models.vision_transformer import VisionTransformer
from torch.nn import functional as F

from cutis.errors import CutisError
from cutis.models.layouts.asked import check_pooling, multiple_size
from cutis.models.layouts.bert import HEAD_WIDTH
from cutis.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from cutis.models.strict import load_renamed, set_aside, without_initialisation
from cutis.models.towers import Settings, Towers

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
POOLINGS = {"default": "class token", "cls_mean": "class token and patch mean"}
USUAL = 224
# The table is stretched by a factor computed with this much more than the wanted side.
OFFSET = 0.1
BACKBONE = "backbone."
LEFT_OUT = {
    "dino_head.": "a head of the pretraining",
    "ibot_head.": "a head of the pretraining",
    "mask_token": "the stand-in for hidden patches in pretraining",
}
PREPROCESSING = Preprocessing(
    resize_to=256, interpolation="bicubic", mean=IMAGENET_MEAN, std=IMAGENET_STD
)
_BLOCK = re.compile(r"(backbone\.)?blocks\.(\d+\.)?\d+\.ls[12]\.gamma$")
_CHUNKED = re.compile(r"^blocks\.\d+\.(\d+\.)")


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of a DINOv2 vision transformer."""
    return any(_BLOCK.match(key) for key in shapes)


class Dino(VisionTransformer):  # type: ignore[misc]  # timm is untyped
    """The tower, with names for its two features."""

    def encode_class(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return the class token after the final norm (n, d)."""
        tokens_npd: torch.Tensor = self.forward_features(pixels_nchw)
        return tokens_npd[:, 0]

    def encode_class_and_mean(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return the class token and the mean of the patch tokens, joined (n, 2 d)."""
        tokens_npd: torch.Tensor = self.forward_features(pixels_nchw)
        patches_npd = tokens_npd[:, self.num_prefix_tokens :]
        return torch.cat([tokens_npd[:, 0], patches_npd.mean(1)], dim=1)


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the tower the tensors describe and fill it.

    Parameters
    ----------
    state
        Name to tensor; with the prefix ``backbone.`` in a teacher's file.
    settings
        ``image_size`` may be any that patches fill; otherwise it is the size that a card of
        another layout states, or 224 pixels unless the table is smaller.

    Raises
    ------
    CutisError
        If the pooling is unknown, patches do not fill the image, or it is a giant.
    KeyError
        If a tensor that gives a size is absent.
    StateDictMismatch
        If the tensors do not fit.
    """
    pooling = check_pooling(settings, POOLINGS)
    state = {name.removeprefix(BACKBONE): value for name, value in state.items()}
    state, notes = set_aside(state, LEFT_OUT)
    state = {_CHUNKED.sub(r"blocks.\1", name): value for name, value in state.items()}
    _refuse_giant(state, settings)
    width, _, patch, _ = state["patch_embed.proj.weight"].shape
    table = state["pos_embed"]
    side = round((table.shape[1] - 1) ** 0.5)
    usual = min(side * patch, USUAL) // patch * patch
    size = multiple_size(settings, settings.stated_size or (usual, usual), (patch, patch))
    state, renamed = _positions(state, table, (size[0] // patch, size[1] // patch))
    with without_initialisation():
        model = _tower(state, size, patch, width)
    load_renamed(model, state, renamed, settings.what)
    model.eval()
    stretched = size != (side * patch, side * patch)
    more = (f"Its table of {side} x {side} positions was stretched as DINOv2 does.",) * stretched
    return Towers(
        module=model,
        image=model.encode_class if pooling == "default" else model.encode_class_and_mean,
        text=None,
        dim=width if pooling == "default" else 2 * width,
        image_size=size,
        pooling=POOLINGS[pooling],
        notes=(*notes, *more),
        preprocessing=PREPROCESSING,
    )


def _refuse_giant(state: Mapping[str, torch.Tensor], settings: Settings) -> None:
    if any(".mlp.w12." in name for name in state):
        raise CutisError(
            f"{settings.what} is a giant DINOv2 with gated layers, which this layout does not "
            "build.",
            fix="--model timm:vit_giant_patch14_dinov2@/path/to/file",
        )


def _tower(
    state: Mapping[str, torch.Tensor], size: tuple[int, int], patch: int, width: int
) -> Dino:
    blocks = {int(name.split(".")[1]) for name in state if name.startswith("blocks.")}
    registers = state.get("register_tokens")
    return Dino(
        img_size=size,
        patch_size=patch,
        num_classes=0,
        global_pool="token",
        embed_dim=width,
        depth=max(blocks) + 1,
        num_heads=width // HEAD_WIDTH,
        mlp_ratio=state["blocks.0.mlp.fc1.weight"].shape[0] / width,
        init_values=1.0,
        reg_tokens=0 if registers is None else registers.shape[1],
        no_embed_class=registers is not None,
    )


def _positions(
    state: dict[str, torch.Tensor], table_1pd: torch.Tensor, grid: tuple[int, int]
) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Stretch the position table; with registers, join its class row to the class token.

    Returns
    -------
    tuple
        The state dict, and the names that the tower spells differently.
    """
    registers = "register_tokens" in state
    table = stretch(table_1pd, grid, registers)
    if not registers:
        return {**state, "pos_embed": table}, {}
    joined = state["cls_token"] + table[:, :1]
    changed = {**state, "cls_token": joined, "pos_embed": table[:, 1:]}
    return changed, {"reg_token": "register_tokens"}


def stretch(
    table_1pd: torch.Tensor, grid: tuple[int, int], registers: bool = False
) -> torch.Tensor:
    """Stretch a position table with a class row to another grid, as DINOv2 does.

    Parameters
    ----------
    table_1pd
        Class row and a square grid of rows, (1, 1 + p, d).
    grid
        Rows and columns of patches.
    registers
        Whether the model has register tokens; those were stretched with antialiasing and
        without the offset.

    Examples
    --------
    >>> stretch(torch.ones(1, 10, 2), (2, 4)).shape
    torch.Size([1, 9, 2])
    """
    side = round((table_1pd.shape[1] - 1) ** 0.5)
    if (side, side) == grid:
        return table_1pd
    square = table_1pd[:, 1:].reshape(1, side, side, -1).permute(0, 3, 1, 2).float()
    if registers:
        stretched = F.interpolate(square, size=grid, mode="bicubic", antialias=True)
    else:
        factors = [(wanted + OFFSET) / side for wanted in grid]
        stretched = F.interpolate(square, scale_factor=factors, mode="bicubic")
    rows = stretched.permute(0, 2, 3, 1).flatten(1, 2).to(table_1pd.dtype)
    return torch.cat([table_1pd[:, :1], rows], dim=1)
