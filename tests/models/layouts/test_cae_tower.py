"""The shared image tower: sizes read off tensors, and its position table stretched."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from cutis.models.layouts.cae_tower import (
    change_size,
    head_rows,
    image_tower,
    resize_positions,
    tower_sizes,
)
from tests.models.small import cae_shapes


def test_a_table_of_the_right_grid_is_the_same_table():
    table = torch.randn(1, 17, 6)
    assert resize_positions(table, (4, 4)) is table


@pytest.mark.parametrize("grid", [(2, 2), (7, 7), (4, 9)])
def test_stretching_is_bicubic_without_antialiasing(grid: tuple[int, int]):
    table = torch.randn(1, 17, 6)
    square = table[0, 1:].T.reshape(1, 6, 4, 4)
    wanted = F.interpolate(square, size=grid, mode="bicubic", align_corners=False)
    found = resize_positions(table, grid)
    torch.testing.assert_close(found[0, 1:].T.reshape(6, *grid), wanted[0], atol=1e-6, rtol=0)
    assert torch.equal(found[:, :1], table[:, :1]), "the class row is left alone"
    smooth = F.interpolate(square, size=grid, mode="bicubic", antialias=True)
    if grid == (2, 2):
        assert (smooth - wanted).abs().max() > 1e-2, "and antialiasing would show"


def test_rows_and_columns_keep_their_places():
    """A table that grows along rows only still does so after stretching."""
    rows = torch.arange(4.0)[:, None].expand(4, 4).reshape(1, 16, 1)
    table = torch.cat([torch.zeros(1, 1, 1), rows], 1)
    stretched = resize_positions(table, (8, 4))[0, 1:, 0].reshape(8, 4)
    assert (stretched.diff(dim=0) > 0).all()
    assert stretched.diff(dim=1).abs().max() < 1e-6


def test_a_filled_tower_takes_another_size():
    tower = image_tower(cae_shapes(), "visual.").eval()
    change_size(tower, (48, 32))
    with torch.inference_mode():
        assert tower(torch.randn(1, 3, 48, 32)).shape == (1, 24)
    assert tower.pos_embed.shape == (1, 6 * 4 + 1, 64)


def test_sizes_and_outputs():
    assert tower_sizes(cae_shapes(), "visual.") == {
        "image_size": 32, "layers": 2, "width": 64, "patch_size": 8,
    }  # fmt: skip
    assert head_rows(cae_shapes(), "visual.") == 24
    assert head_rows({"head.bias": (7,)}, "") == 7
    assert head_rows({}, "") == 0
