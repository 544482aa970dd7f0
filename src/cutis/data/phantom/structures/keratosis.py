"""Scattered single things: cysts and openings of keratoses, blue nests, white lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.canvas import Canvas
from cutis.data.phantom.fields import bell, stamp
from cutis.data.phantom.structures.vessels import draw_lines


def _scatter(
    canvas: Canvas, rng: np.random.Generator, count: int, far: float
) -> NDArray[np.float64]:
    """Return positions in the box of ``count`` points inside the lesion, shape (count, 2)."""
    angle = rng.uniform(0, 2 * np.pi, count)
    radius = canvas.lesion.radius * far * np.sqrt(rng.random(count))
    points = canvas.pixels(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))
    return np.asarray(points - (canvas.box.left, canvas.box.top))


def add_ridges(canvas: Canvas) -> None:
    """Add winding light ridges between dark fissures, like a brain's surface."""
    lesion = canvas.lesion
    u = lesion.rng(17).random(3)
    fold = canvas.noise("mottle") + np.float32(0.25) * canvas.noise("lobe")
    fissure = bell(np.square(fold * np.float32(2.0 + 2.0 * u[0])))
    strength = np.float32(0.10 + 0.35 * min(lesion.pigments[0], 1.0) + 0.15 * u[1])
    canvas.melanin += strength * (fissure - np.float32(0.4)) * canvas.inside
    canvas.white += np.float32(0.06 * u[2]) * (1.0 - fissure) * canvas.inside


def add_cysts(canvas: Canvas) -> None:
    """Add milia-like cysts: small bright round spots."""
    rng = canvas.lesion.rng(13)
    count = int(rng.integers(6, 26))
    radii = rng.uniform(1.0, 2.6, count)
    bright = np.zeros_like(canvas.white)
    for (column, row), radius in zip(_scatter(canvas, rng, count, 0.85), radii, strict=True):
        stamp(bright, column, row, radius * canvas.per_unit, rng.uniform(0.15, 0.5), 0.3)
    np.minimum(bright, 0.6, out=bright)
    canvas.melanin *= 1.0 - bright
    canvas.white += np.float32(0.6) * bright
    canvas.keratin += np.float32(0.25) * bright


def add_openings(canvas: Canvas) -> None:
    """Add comedo-like openings: dark plugs with an edge."""
    rng = canvas.lesion.rng(14)
    count = int(rng.integers(6, 28))
    radii = rng.uniform(1.5, 4.5, count)
    dark = np.zeros_like(canvas.white)
    for (column, row), radius in zip(_scatter(canvas, rng, count, 0.85), radii, strict=True):
        stamp(dark, column, row, radius * canvas.per_unit, rng.uniform(0.3, 0.9), 0.4)
    np.minimum(dark, 1.1, out=dark)
    dark *= 1.0 + np.float32(0.25) * canvas.noise("grain")
    canvas.melanin += np.float32(0.55) * dark
    canvas.deep += np.float32(0.12) * dark


def add_nests(canvas: Canvas) -> None:
    """Add blue-grey ovoid nests of a basal cell carcinoma."""
    rng = canvas.lesion.rng(15)
    count = int(rng.integers(4, 14))
    radii = 1.5 + 6.0 * rng.random(count) ** 1.5
    nest = np.zeros_like(canvas.white)
    for (column, row), radius in zip(_scatter(canvas, rng, count, 0.9), radii, strict=True):
        for _ in range(3):
            dc, dr = rng.normal(0, 0.45 * radius, 2) * canvas.per_unit
            stamp(
                nest, column + dc, row + dr, radius * canvas.per_unit, rng.uniform(0.10, 0.42), 0.15
            )
    nest = np.minimum(nest, 1.2)
    nest *= (
        1.0 + np.float32(0.18) * canvas.noise("mottle") + np.float32(0.15) * canvas.noise("grain")
    )
    canvas.deep += np.float32(0.65) * nest
    canvas.melanin += np.float32(0.30) * nest


def add_white_lines(canvas: Canvas) -> None:
    """Add short shiny white lines in two crossing directions."""
    rng = canvas.lesion.rng(16)
    turn = rng.uniform(0, np.pi)
    lines = []
    for k in range(int(rng.integers(8, 22))):
        heading = turn + (np.pi / 2) * (k % 2) + rng.normal(0, 0.08)
        angle, far = rng.uniform(0, 2 * np.pi), canvas.lesion.radius * 0.75 * np.sqrt(rng.random())
        middle = far * np.array([np.cos(angle), np.sin(angle)])
        half = rng.uniform(2.5, 7.0) * np.array([np.cos(heading), np.sin(heading)])
        lines.append((np.stack([middle - half, middle, middle + half]), rng.uniform(0.8, 1.4)))
    canvas.layers.white[:] += np.float32(0.32) * draw_lines(canvas, lines)
