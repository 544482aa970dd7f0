"""Painting over a finished image: a colour, and how much it covers each pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cutis.data.phantom.banks import Field

if TYPE_CHECKING:
    from PIL import Image


def paint(image: Image.Image, cover: Image.Image, colour: tuple[float, float, float]) -> None:
    """Paint a colour (0 to 1) over an image where a greyscale sheet says so, in place."""
    image.paste(tuple(int(255 * c) for c in colour), (0, 0), cover)


def sheet_of(cover: Field) -> Image.Image:
    """Return a field of opacities (0 to 1) as a greyscale sheet."""
    from PIL import Image

    return Image.fromarray((np.clip(cover, 0.0, 1.0) * np.float32(255.0)).astype(np.uint8))


def dimmed(sheet: Image.Image, factor: float) -> Image.Image:
    """Return a sheet at half its resolution with its opacity scaled."""
    return sheet.reduce(2).point([int(factor * v) for v in range(256)])
