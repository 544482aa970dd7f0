"""Ruler: fine ticks one millimetre apart along a straight line or the lens's edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cutis.data.phantom.artefacts.paint import dimmed, paint

if TYPE_CHECKING:
    from PIL import Image


def add_ruler(image: Image.Image, rng: np.random.Generator, field_mm: float) -> None:
    """Draw a millimetre scale near one side of the field, in place."""
    from PIL import Image, ImageDraw

    size = image.width
    sheet = Image.new("L", (2 * size, 2 * size))
    draw = ImageDraw.Draw(sheet)
    side = 2.0 * size
    step = side / field_mm
    distance = side * rng.uniform(0.34, 0.46)
    heading = rng.integers(0, 4) * np.pi / 2 + rng.normal(0, 0.12)
    out = np.array([np.cos(heading), np.sin(heading)])
    along = np.array([-out[1], out[0]])
    curved = rng.random() < 0.4
    width = max(1, round(size / 224 * 1.4))
    phase = rng.random()
    for k in range(-int(field_mm), int(field_mm) + 1):
        for minor in (0.0, 0.5) if step > 26 * size / 224 else (0.0,):
            t = (k + phase + minor) * step
            length = side * (0.022 if minor else (0.05 if k % 5 == 0 else 0.034))
            if curved:
                turn = t / (side * 0.47)
                ray = np.cos(turn) * out + np.sin(turn) * along
                a = side / 2 + ray * side * 0.47
                b = a - ray * length
            else:
                a = side / 2 + out * distance + along * t
                b = a - out * length
            draw.line([*a, *b], fill=255, width=width)
    paint(image, dimmed(sheet, rng.uniform(0.45, 0.85)), (0.18, 0.17, 0.20))
