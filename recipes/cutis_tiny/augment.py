"""Random views of uint8 images: affine crop, flips, colour, erasing; a whole batch at a time."""

from __future__ import annotations

import math

import torch
from torch.nn import functional


def affine(n: int, generator: torch.Generator, zoom: tuple[float, float]) -> torch.Tensor:
    """Draw (n, 2, 3) matrices: any rotation, mirror, zoom into ``zoom`` of the side, shift."""
    u = torch.rand(n, 5, generator=generator)
    angle = u[:, 0] * 2 * math.pi
    side = zoom[0] + (zoom[1] - zoom[0]) * u[:, 1]
    stretch = torch.exp((u[:, 2] - 0.5) * 0.3)
    mirror = torch.where(torch.rand(n, generator=generator) < 0.5, 1.0, -1.0)
    cos, sin = torch.cos(angle), torch.sin(angle)
    room = (1 - side).clamp(min=0)
    out = torch.zeros(n, 2, 3)
    out[:, 0, 0], out[:, 0, 1] = cos * side * stretch * mirror, -sin * side / stretch
    out[:, 1, 0], out[:, 1, 1] = sin * side * stretch * mirror, cos * side / stretch
    out[:, 0, 2], out[:, 1, 2] = (u[:, 3] * 2 - 1) * room, (u[:, 4] * 2 - 1) * room
    return out


def views(
    images_nhwc: torch.Tensor,
    generator: torch.Generator,
    size: int,
    zoom: tuple[float, float] = (0.6, 1.0),
    colour: float = 1.0,
) -> torch.Tensor:
    """Return float views (n, 3, size, size) in 0..1.

    Parameters
    ----------
    images_nhwc
        uint8 images.
    generator
        Source of randomness.
    size
        Side of the views in pixels.
    zoom
        Range of the share of the side that is seen.
    colour
        Strength of the change of colour; 0 for none.
    """
    x = images_nhwc.permute(0, 3, 1, 2).float().div(255)
    n = len(x)
    matrix = affine(n, generator, zoom)
    grid = functional.affine_grid(matrix, [n, 3, size, size], align_corners=False)
    x = functional.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    if colour:
        u = (torch.rand(n, 6, 1, 1, generator=generator) * 2 - 1) * colour
        gain = torch.exp(0.18 * u[:, :1] + 0.08 * u[:, 1:4])
        mean = x.mean((1, 2, 3), keepdim=True)
        grey = x.mean(1, keepdim=True)
        x = (x - mean) * torch.exp(0.2 * u[:, 4:5]) + mean
        x = (x - grey) * torch.exp(0.2 * u[:, 5:6]) + grey
        x = (x * gain).clamp(0, 1)
    return x
