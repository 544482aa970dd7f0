"""Between skin and lens: bubbles in the gel, and the dark edge of the tube."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cutis.data.phantom.artefacts.paint import dimmed, paint, sheet_of

if TYPE_CHECKING:
    from PIL import Image


def add_bubbles(image: Image.Image, rng: np.random.Generator) -> None:
    """Draw rings with a dark edge and bright reflections, in place."""
    from PIL import Image, ImageDraw

    size = image.width
    dark = Image.new("L", (2 * size, 2 * size))
    light = Image.new("L", (2 * size, 2 * size))
    draw_dark, draw_light = ImageDraw.Draw(dark), ImageDraw.Draw(light)
    scale = 2 * size / 224
    centre = rng.uniform(0.0, 2.0 * size, 2)
    for _ in range(int(rng.integers(1, 12))):
        radius = scale * (2.0 + 10.0 * rng.random() ** 3)
        x, y = centre + rng.normal(0, 26 * scale, 2)
        box = [x - radius, y - radius, x + radius, y + radius]
        width = max(1, round(scale * 0.9))
        draw_dark.ellipse(box, outline=int(rng.uniform(90, 190)), width=width)
        inset = min(width, 0.8 * radius)
        inner = [box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset]
        draw_light.ellipse(inner, outline=int(rng.uniform(60, 130)), width=1)
        turn = rng.uniform(0, 360)
        draw_light.arc(inner, turn, turn + 60, fill=255, width=width)
        spot = radius * 0.14 + 0.6 * scale
        for _ in range(2):
            dx, dy = rng.normal(0, radius * 0.3, 2)
            draw_light.ellipse(
                [x + dx - spot, y + dy - spot, x + dx + spot, y + dy + spot], fill=240
            )
    paint(image, dimmed(dark, 0.8), (0.30, 0.28, 0.32))
    paint(image, dimmed(light, 0.9), (1.0, 0.98, 1.0))


def add_corner(image: Image.Image, rng: np.random.Generator) -> None:
    """Darken what lies outside the round edge of the dermoscope, in place."""
    size = image.width
    x0, y0 = 0.04 * rng.standard_normal(2)
    radius = 1.35 - 0.33 * rng.random() ** 2
    soft = rng.uniform(0.03, 0.12)
    centres = np.linspace(-1.0, 1.0, size, dtype=np.float32)
    across, down = centres - np.float32(x0), (centres - np.float32(y0))[:, None]
    far = np.sqrt(across * across + down * down)
    shade = np.clip((far - np.float32(radius)) * np.float32(1 / soft), 0.0, 1.0)
    shade *= shade * (3.0 - 2.0 * shade) * np.float32(0.97)
    paint(image, sheet_of(shade), (0.02, 0.02, 0.03))
