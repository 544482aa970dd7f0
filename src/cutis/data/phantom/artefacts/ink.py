"""Ink: strokes of a skin marker, violet to blue, worn off in the furrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cutis.data.phantom.artefacts.hair import curve
from cutis.data.phantom.artefacts.paint import paint, sheet_of
from cutis.data.phantom.banks import SIDE
from cutis.data.phantom.skin import slice_of

if TYPE_CHECKING:
    from PIL import Image


def add_ink(image: Image.Image, rng: np.random.Generator) -> None:
    """Draw one to three marker strokes away from the middle, in place."""
    from PIL import Image, ImageDraw, ImageFilter

    size = image.width
    sheet = Image.new("L", (size, size))
    draw = ImageDraw.Draw(sheet)
    heading = rng.uniform(0, 2 * np.pi)
    for _ in range(int(rng.integers(1, 4))):
        path = np.array(curve(rng, size, heading + np.pi / 2 + rng.normal(0, 0.3), size * 0.9))
        path = path.reshape(-1, 2)
        shift = size * (0.5 + 0.42 * np.array([np.cos(heading), np.sin(heading)])) - path.mean(0)
        path = path + shift + rng.normal(0, size * 0.03, 2)
        draw.line(
            [float(v) for v in path.ravel()], fill=230, width=int(size * rng.uniform(0.03, 0.08))
        )
    soft = sheet.filter(ImageFilter.GaussianBlur(size / 224 * 1.5))
    cover = np.asarray(soft, np.float32) * np.float32(1 / 255)
    corner = tuple(int(v) for v in rng.integers(0, SIDE, 2))
    worn = 0.72 + np.float32(0.10) * slice_of("grain", size, (corner[0], corner[1]))
    worn += np.float32(0.24) * slice_of("mottle", size, (corner[1], corner[0]))
    cover *= np.clip(worn, 0.0, 0.95)
    paint(image, sheet_of(cover), (0.33 + 0.1 * rng.random(), 0.25, 0.62))
