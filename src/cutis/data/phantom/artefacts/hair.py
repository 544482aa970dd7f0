"""Hair: long thin curved lines, mostly dark, over everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cutis.data.phantom.artefacts.paint import paint

if TYPE_CHECKING:
    from PIL import Image

_COLOURS = ((0.16, 0.10, 0.09), (0.10, 0.07, 0.07), (0.34, 0.22, 0.15), (0.66, 0.56, 0.46))


def curve(rng: np.random.Generator, size: float, heading: float, length: float) -> list[float]:
    """Return a smooth curve across the field as a flat list of coordinates."""
    middle = rng.uniform(0.0, size, 2)
    along = np.array([np.cos(heading), np.sin(heading)])
    across = np.array([-along[1], along[0]])
    t = np.linspace(-0.5, 0.5, 14)[:, None]
    bend = rng.normal(0.0, 0.25) * length
    twist = rng.normal(0.0, 0.25) * length
    points = middle + t * length * along + (bend * t * t + twist * t**3) * across
    return [float(v) for v in points.ravel()]


def add_hair(image: Image.Image, rng: np.random.Generator) -> None:
    """Draw a few to many hairs, in place."""
    from PIL import Image, ImageDraw

    size = image.width
    sheet = Image.new("L", (2 * size, 2 * size))
    draw = ImageDraw.Draw(sheet)
    count = int(2 + 24 * rng.random() ** 2)
    main = rng.uniform(0, np.pi)
    spread = rng.uniform(0.1, 0.8)
    thick = rng.uniform(0.5, 1.4) * size / 224 * 2
    for _ in range(count):
        length = size * 2 * rng.uniform(0.35, 1.5)
        path = curve(rng, 2 * size, main + rng.normal(0, spread), length)
        width = max(1, round(thick * rng.uniform(0.6, 1.2)))
        draw.line(path, fill=int(rng.uniform(90, 215)), width=width, joint="curve")
    colour = _COLOURS[int(rng.choice(4, p=(0.45, 0.25, 0.2, 0.1)))]
    paint(image, sheet.reduce(2), colour)
