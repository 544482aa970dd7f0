"""The ground colour of the lesion: a base, an eccentric centre, a second colour, texture."""

from __future__ import annotations

import numpy as np

from cutis.data.phantom.canvas import Canvas


def add_pigment(canvas: Canvas) -> None:
    """Add the pigments of the lesion's main and second colour, in place."""
    lesion = canvas.lesion
    u = lesion.rng(1).random(8)
    melanin, deep, blood, keratin = (np.float32(p) for p in lesion.pigments)
    cx, cy = lesion.centre
    r = np.float32(1.0 / (lesion.radius * 0.75))
    dx, dy = canvas.x * r - np.float32(cx), canvas.y * r - np.float32(cy)
    core = np.exp(-(dx * dx + dy * dy))
    cloud, mottle, grain = (canvas.noise(n) for n in ("cloud", "mottle", "grain"))
    peak = np.float32(0.2 + 0.7 * u[0])
    level = (np.float32(1.0) - np.float32(0.45) * peak) + peak * core
    coarse = np.float32(0.12 + 0.22 * u[1])
    fine = np.float32(0.10 + 0.14 * u[2])
    texture = 1.0 + coarse * mottle + fine * grain + np.float32(0.10) * cloud
    texture = np.maximum(texture, np.float32(0.08)) * canvas.inside
    body = level * texture
    if lesion.second > 0:  # a patch of another depth of brown
        angle = 2 * np.pi * u[3]
        sx, sy = np.float32(0.55 * np.cos(angle)), np.float32(0.55 * np.sin(angle))
        ex, ey = canvas.x * r - sx, canvas.y * r - sy
        patch = np.exp(np.float32(-2.2) * (ex * ex + ey * ey)) + np.float32(0.35) * (cloud > 0.6)
        strength = np.float32(lesion.second)
        body = body * (1.0 + strength * (patch - np.float32(0.35)))
        canvas.deep += (
            np.float32(0.5 * lesion.second * u[4])
            * patch
            * canvas.inside
            * np.float32(melanin > 0.5)
        )
    canvas.melanin += melanin * body
    canvas.deep += deep * body
    canvas.blood += blood * (np.float32(0.6) + np.float32(0.4) * level) * canvas.inside
    canvas.keratin += keratin * body
