"""Areas without structure: blue-white veil, regression, scar, scale, ulceration."""

from __future__ import annotations

import numpy as np

from cutis.data.phantom.banks import Field, banks, read
from cutis.data.phantom.canvas import Canvas, smoothstep


def _region(canvas: Canvas, stream: int, size: float, off: float) -> tuple[Field, Field]:
    """Return a soft irregular region (0 to 1) and its generator's uniform numbers."""
    lesion = canvas.lesion
    u = lesion.rng(stream).random(6)
    angle = 2 * np.pi * u[0]
    r = np.float32(1.0 / (lesion.radius * size))
    dx = canvas.x * r - np.float32(off / size * np.cos(angle))
    dy = canvas.y * r - np.float32(off / size * np.sin(angle))
    value = (
        np.float32(1.0)
        - (dx * dx + dy * dy)
        + np.float32(0.45) * canvas.noise("cloud")
        + np.float32(0.22) * canvas.noise("mottle")
    )
    return smoothstep(value * np.float32(1.4)) * canvas.inside, u.astype(np.float32)


def add_veil(canvas: Canvas) -> None:
    """Add a structureless blue area under a whitish haze; it hides what lies below."""
    region, u = _region(canvas, 5, 0.62, 0.25)
    cover = np.float32(0.75) * region
    canvas.melanin *= 1.0 - cover
    canvas.deep *= 1.0 - cover
    canvas.deep += (np.float32(0.95) + np.float32(0.5) * u[1]) * region
    canvas.melanin += np.float32(0.15) * region
    haze = np.float32(0.16) + np.float32(0.14) * u[2]
    canvas.white += haze * region * (1.0 + np.float32(0.4) * canvas.noise("cloud"))


def add_regression(canvas: Canvas) -> None:
    """Add a scar-like pale area with blue-grey peppering."""
    region, u = _region(canvas, 6, 0.5, 0.4)
    canvas.melanin *= 1.0 - np.float32(0.8) * region
    canvas.blood *= 1.0 - np.float32(0.3) * region
    canvas.white += (np.float32(0.18) + np.float32(0.15) * u[1]) * region
    where = canvas.cells(0.42, 150.0, 2.0)
    spot, cell = read(banks().spot, where), read(banks().cell, where)
    pepper = smoothstep((np.float32(0.33) - spot) * 6.0) * (cell < np.float32(0.55))
    canvas.deep += (np.float32(0.12) + np.float32(0.55) * pepper) * region


def add_scar(canvas: Canvas) -> None:
    """Add the white centre of a dermatofibroma, with fine bright strands."""
    lesion = canvas.lesion
    u = lesion.rng(7).random(4)
    r = np.float32(1.0 / (lesion.radius * (0.40 + 0.22 * u[0])))
    value = 1.15 - np.hypot(canvas.x * r, canvas.y * r) + np.float32(0.22) * canvas.noise("mottle")
    region = smoothstep(value * 1.2)
    canvas.melanin *= 1.0 - np.float32(0.85) * region
    canvas.blood *= 1.0 - np.float32(0.55) * region
    strands = np.exp(-np.square(canvas.noise("mottle") * 3.0)) + np.float32(0.3) * canvas.noise(
        "grain"
    )
    canvas.white += np.float32(0.20 + 0.25 * u[1]) * region * (0.75 + np.float32(0.35) * strands)


def add_scale(canvas: Canvas) -> None:
    """Add white to yellowish surface scale in flakes."""
    u = canvas.lesion.rng(8).random(4)
    flakes = canvas.noise("grain") + np.float32(0.9) * canvas.noise("mottle")
    zone = smoothstep((canvas.inner + 6.0) * np.float32(0.1))
    flake = smoothstep((flakes - np.float32(0.9 + 0.7 * u[0])) * 1.8) * zone
    canvas.white += np.float32(0.45 + 0.3 * u[1]) * flake
    canvas.keratin += np.float32(0.3 * u[2]) * flake


def add_ulceration(canvas: Canvas) -> None:
    """Add a raw red or crusted area with a sharp edge."""
    region, u = _region(canvas, 9, 0.26, 0.3)
    sharp = smoothstep((region - np.float32(0.45)) * 5.0)
    canvas.blood += (np.float32(1.0) + np.float32(0.8) * u[1]) * sharp
    canvas.keratin += np.float32(0.9) * u[2] * sharp
    canvas.melanin += (np.float32(0.25) + np.float32(0.3) * canvas.noise("grain")) * sharp
    rim = region * (1.0 - sharp)
    canvas.white += np.float32(0.35) * rim
