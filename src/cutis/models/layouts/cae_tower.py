"""The image tower of PanDerm and its kin, as timm's BEiT with a fixed position table.

A vision transformer with layer scales, separate query and value biases and a table of fixed sines
and cosines that is part of the published files (PanDerm: "A multimodal vision foundation model for
clinical dermatology", 2025; CAE v2). The layouts differ only in what follows the last block.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import torch
from timm.models.beit import Beit
from torch import nn
from torch.nn import functional as F

from cutis.models.layouts.bert import HEAD_WIDTH

Shapes = Mapping[str, tuple[int, ...]]


def image_tower(
    shapes: Shapes, start: str, kind: type[Beit] = Beit, mean: bool = True, norm_last: bool = False
) -> Beit:
    """Build the tower from the shapes of the tensors under a prefix.

    Parameters
    ----------
    shapes
        Tensor name to shape.
    start
        Prefix of the tower's names.
    kind
        The class to build.
    mean
        Whether the feature is the mean of the patch tokens, else the class token.
    norm_last
        Whether the final LayerNorm is on that feature (``fc_norm``), else on the tokens.
    """
    sizes = tower_sizes(shapes, start)
    return kind(
        img_size=sizes["image_size"],
        patch_size=sizes["patch_size"],
        num_classes=head_rows(shapes, start),
        global_pool="avg" if mean else "token",
        embed_dim=sizes["width"],
        depth=sizes["layers"],
        num_heads=sizes["width"] // HEAD_WIDTH,
        mlp_ratio=shapes[start + "blocks.0.mlp.fc1.weight"][0] / sizes["width"],
        norm_layer=partial(nn.LayerNorm, eps=1e-6),
        init_values=0.1,
        use_rel_pos_bias=start + "blocks.0.attn.relative_position_bias_table" in shapes,
        use_fc_norm=norm_last,
    )


def head_rows(shapes: Shapes, start: str) -> int:
    """Return the number of outputs of a tower's last layer, 0 without one."""
    rows = shapes.get(start + "head.weight") or shapes.get(start + "head.bias") or (0,)
    return rows[0]


def tower_sizes(shapes: Shapes, start: str) -> dict[str, int]:
    """Read width, layers, patch and image size of a tower off its tensors.

    Examples
    --------
    >>> shapes = {"patch_embed.proj.weight": (1024, 3, 16, 16), "pos_embed": (1, 197, 1024),
    ...           "blocks.23.gamma_1": (1024,)}
    >>> tower_sizes(shapes, "")
    {'image_size': 224, 'layers': 24, 'width': 1024, 'patch_size': 16}
    """
    width, _, patch, _ = shapes[start + "patch_embed.proj.weight"]
    block = re.compile(re.escape(start) + r"blocks\.(\d+)\.")
    blocks = {int(m.group(1)) for m in map(block.match, shapes) if m}
    return {
        "image_size": round((shapes[start + "pos_embed"][1] - 1) ** 0.5) * patch,
        "layers": max(blocks) + 1 if blocks else 0,
        "width": width,
        "patch_size": patch,
    }


def resize_positions(table_1pd: torch.Tensor, grid: tuple[int, int]) -> torch.Tensor:
    """Stretch a position table with a class row to another grid, as the published wrapper does.

    Bicubic, corners not aligned, without antialiasing; timm's own resampling antialiases and
    gives other numbers. A table that already has the grid is returned as it is.

    Parameters
    ----------
    table_1pd
        Class row and a square grid of rows, (1, 1 + p, d).
    grid
        Rows and columns of patches.

    Examples
    --------
    >>> resize_positions(torch.ones(1, 5, 2), (3, 4)).shape
    torch.Size([1, 13, 2])
    """
    side = round((table_1pd.shape[1] - 1) ** 0.5)
    if (side, side) == grid:
        return table_1pd
    square = table_1pd[:, 1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
    stretched = F.interpolate(square.float(), size=grid, mode="bicubic", align_corners=False)
    rows = stretched.permute(0, 2, 3, 1).flatten(1, 2).to(table_1pd.dtype)
    return torch.cat([table_1pd[:, :1], rows], dim=1)


def change_size(tower: Beit, size: tuple[int, int]) -> None:
    """Make a filled tower take images of another height and width."""
    patch_h, patch_w = tower.patch_embed.patch_size
    table = resize_positions(tower.pos_embed.data, (size[0] // patch_h, size[1] // patch_w))
    tower.patch_embed.set_input_size(img_size=size)
    tower.pos_embed = nn.Parameter(table, requires_grad=False)
