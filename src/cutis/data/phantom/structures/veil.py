"""Areas without structure: blue-white veil, regression, scar, scale, ulceration."""

from __future__ import annotations

import numpy as np

from cutis.data.phantom.banks import Field, banks, read
from cutis.data.phantom.canvas import Canvas
from cutis.data.phantom.fields import bell, smoothstep


def _region(
    canvas: Canvas, stream: int, size: float, off: float, steep: float
) -> tuple[Field, Field]:
    """Return a soft irregular region (0 to 1) and its uniform numbers."""
    lesion = canvas.lesion
    u = lesion.rng(stream).random(6)
    angle = 2 * np.pi * u[0]
    r = np.float32(1.0 / (lesion.radius * size))
    dx = canvas.x * r - np.float32(off / size * np.cos(angle))
    dy = canvas.y * r - np.float32(off / size * np.sin(angle))
    value = np.float32(0.9) - np.sqrt(dx * dx + dy * dy)
    value += np.float32(0.20) * canvas.noise("lobe") + np.float32(0.05) * canvas.noise("mottle")
    region = smoothstep(value * np.float32(steep) + np.float32(0.45))
    region *= canvas.inside
    return region, u.astype(np.float32)


def add_veil(canvas: Canvas) -> None:
    """Add a structureless blue area under a whitish haze; it hides most of what lies below."""
    region, u = _region(canvas, 5, 0.62, 0.25, 0.75)
    keep = 1.0 - np.float32(0.6) * region
    canvas.melanin *= keep
    canvas.deep *= keep
    blue = (np.float32(0.35) + np.float32(0.55) * u[1]) * region
    canvas.deep += blue * (1.0 + np.float32(0.15) * canvas.noise("mottle"))
    canvas.blood += np.float32(0.10) * u[3] * region
    haze = np.float32(0.08) + np.float32(0.14) * u[2]
    canvas.white += haze * region * (1.0 + np.float32(0.5) * canvas.noise("lobe"))


def add_regression(canvas: Canvas) -> None:
    """Add a scar-like pale area with blue-grey peppering."""
    region, u = _region(canvas, 6, 0.5, 0.4, 1.1)
    canvas.melanin *= 1.0 - np.float32(0.75) * region
    canvas.white += (np.float32(0.12) + np.float32(0.12) * u[1]) * region
    where = canvas.cells(0.45, 150.0, 2.5)
    spot, cell = read(banks().spot, where), read(banks().cell, where)
    pepper = smoothstep((np.float32(0.36) - spot) * 4.0) * (cell < np.float32(0.45))
    pepper *= np.clip(canvas.noise("mottle") + np.float32(0.6), 0.0, 1.5)
    canvas.deep += (np.float32(0.08) + np.float32(0.30) * pepper) * region


def add_scar(canvas: Canvas) -> None:
    """Add the white centre of a dermatofibroma, with fine bright strands."""
    lesion = canvas.lesion
    u = lesion.rng(7).random(4)
    r = np.float32(1.0 / (lesion.radius * (0.42 + 0.22 * u[0])))
    value = np.float32(1.0) - r * np.sqrt(canvas.x * canvas.x + canvas.y * canvas.y)
    value += np.float32(0.18) * canvas.noise("lobe") + np.float32(0.10) * canvas.noise("mottle")
    region = smoothstep(value * np.float32(0.9) + np.float32(0.3))
    canvas.melanin *= 1.0 - np.float32(0.8) * region
    canvas.blood *= 1.0 - np.float32(0.55) * region
    strands = bell(np.square(canvas.noise("mottle") * np.float32(4.0)))
    white = np.float32(0.10 + 0.24 * u[1]) * region
    canvas.white += white * (np.float32(0.8) + np.float32(0.5) * strands)


def add_scale(canvas: Canvas) -> None:
    """Add white to yellowish surface scale in flakes."""
    u = canvas.lesion.rng(8).random(4)
    flakes = canvas.noise("grain") + np.float32(1.3) * canvas.noise("mottle")
    flakes += np.float32(0.6) * canvas.noise("lobe")
    zone = smoothstep((canvas.inner + 4.0) * np.float32(0.06))
    flake = smoothstep((flakes - np.float32(1.7 + 0.9 * u[0])) * np.float32(0.8)) * zone
    canvas.white += np.float32(0.30 + 0.3 * u[1]) * flake
    canvas.keratin += np.float32(0.3 * u[2]) * flake


def add_ulceration(canvas: Canvas) -> None:
    """Add a raw red or crusted area with an edge."""
    region, u = _region(canvas, 9, 0.14 + 0.16 * canvas.lesion.scale**3, 0.35, 1.3)
    raw = smoothstep((region - np.float32(0.3)) * 1.6 + np.float32(0.14) * canvas.noise("mottle"))
    canvas.blood += (np.float32(0.6) + np.float32(0.6) * u[1]) * raw
    canvas.keratin += np.float32(0.8) * u[2] * raw
    rough = np.float32(0.12) + np.float32(0.10) * canvas.noise("grain")
    canvas.melanin += (rough + np.float32(0.3) * u[3]) * raw
    canvas.white += np.float32(0.22) * region * (1.0 - raw)
