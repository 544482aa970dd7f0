"""The ground colour of the lesion: a base, an eccentric centre, a second colour, texture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.banks import Field
from cutis.data.phantom.canvas import Canvas
from cutis.data.phantom.fields import bell


def add_pigment(canvas: Canvas) -> None:
    """Add the pigments of the lesion's main and second colour, in place."""
    lesion = canvas.lesion
    u = lesion.rng(1).random(8)
    melanin, deep, blood, keratin = (np.float32(p) for p in lesion.pigments)
    cx, cy = lesion.centre
    r = np.float32(1.0 / (lesion.radius * 0.8))
    dx, dy = canvas.x * r - np.float32(cx), canvas.y * r - np.float32(cy)
    core = bell(dx * dx + dy * dy)
    peak = np.float32(-0.2 + 1.3 * u[0])  # some lesions are darker at the rim
    level = (np.float32(1.0) - np.float32(0.5) * peak) + peak * core
    sharp = lesion.softness < 8.0  # what ends sharply is seldom even inside
    coarse = np.float32((0.12 if sharp else 0.04) + 0.10 * u[1])
    fine = np.float32((0.06 if sharp else 0.02) + 0.09 * u[2] * u[2])
    texture = 1.0 + coarse * (canvas.noise("mottle") + canvas.noise("lobe"))
    texture += fine * canvas.noise("grain")
    np.maximum(texture, np.float32(0.1), out=texture)
    if lesion.softness > 20.0 and melanin < 0.6:  # pale lesions without an edge come and go
        texture *= np.maximum(np.float32(0.9) + np.float32(0.28) * canvas.noise("lobe"), 0.2)
    texture *= canvas.inside
    body = level * texture
    if lesion.second > 0:
        body *= _second_colour(canvas, u[3:6])
    canvas.melanin += melanin * body
    canvas.deep += deep * body
    canvas.blood += blood * (np.float32(0.6) + np.float32(0.4) * level) * canvas.inside
    canvas.keratin += keratin * body


def _second_colour(canvas: Canvas, u: NDArray[np.float64]) -> Field:
    """Return a factor on the pigment: deep blotches on one side, pale parts elsewhere."""
    lesion = canvas.lesion
    angle = 2 * np.pi * u[0]
    r = np.float32(1.0 / lesion.radius)
    far = 0.35 + 0.2 * u[1]
    dx = canvas.x * r - np.float32(far * np.cos(angle))
    dy = canvas.y * r - np.float32(far * np.sin(angle))
    patch = bell(np.float32(2.6) * (dx * dx + dy * dy))
    patch += np.float32(0.28) * canvas.noise("lobe") + np.float32(0.20) * canvas.noise("cloud")
    strength = np.float32(lesion.second)
    factor = np.exp(strength * (np.float32(1.25) * patch - np.float32(0.40)))
    if lesion.pigments[0] > 0.3:
        blotch = np.maximum(patch - np.float32(0.55), 0.0)
        canvas.deep += np.float32(0.5 * lesion.second * u[2]) * blotch * canvas.inside
    return np.asarray(np.minimum(factor, np.float32(3.0)))
