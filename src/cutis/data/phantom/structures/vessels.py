"""Blood: arborising, dotted and irregular vessels, lacunae, the strawberry pattern."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.banks import Field, banks, read
from cutis.data.phantom.canvas import Canvas
from cutis.data.phantom.fields import smoothstep

Points = NDArray[np.float64]


def add_vessels(canvas: Canvas, level: int) -> None:
    """Add vessels: 1 dotted, 2 arborising, 3 linear irregular."""
    if level == 1:
        where = canvas.cells(0.55, 60.0, 2.0)
        spot, cell = read(banks().spot, where), read(banks().cell, where)
        dot = smoothstep((np.float32(0.30) - spot) * 4.0) * (cell < np.float32(0.6))
        canvas.blood += np.float32(0.45) * dot * canvas.inside
        return
    rng = canvas.lesion.rng(10)
    lines = (
        _tree(rng, canvas.lesion.radius) if level == 2 else _squiggles(rng, canvas.lesion.radius)
    )
    canvas.layers.blood[:] += np.float32(0.75 if level == 2 else 0.7) * draw_lines(canvas, lines)


def _tree(rng: np.random.Generator, radius: float) -> list[tuple[Points, float]]:
    lines: list[tuple[Points, float]] = []
    queue: list[tuple[Points, float, float, int]] = []
    for _ in range(int(rng.integers(2, 5))):
        angle = rng.uniform(0, 2 * np.pi)
        start = 0.95 * radius * np.array([np.cos(angle), np.sin(angle)])
        queue.append((start, angle + np.pi + rng.normal(0, 0.5), rng.uniform(1.5, 2.3), 0))
    while queue and len(lines) < 70:
        start, heading, width, depth = queue.pop(0)
        steps = int(rng.integers(5, 11))
        bend = rng.normal(0, 0.22, steps).cumsum() + rng.normal(0, 0.12, steps)
        step = radius * 0.075 * (0.85**depth)
        headings = heading + bend
        path = start + np.stack([np.cos(headings), np.sin(headings)], 1).cumsum(0) * step
        path = np.concatenate([start[None], path])
        lines.append((path, width))
        if depth < 4:
            for side in (-1, 1):
                if rng.random() < 0.85:
                    at = int(rng.integers(len(path) // 2, len(path)))
                    turn = headings[min(at, steps - 1)] + side * rng.uniform(0.3, 1.0)
                    queue.append((path[at], turn, width * rng.uniform(0.55, 0.8), depth + 1))
    return lines


def _squiggles(rng: np.random.Generator, radius: float) -> list[tuple[Points, float]]:
    lines = []
    for _ in range(int(rng.integers(7, 16))):
        angle, far = rng.uniform(0, 2 * np.pi), radius * np.sqrt(rng.uniform(0, 0.8))
        start = far * np.array([np.cos(angle), np.sin(angle)])
        headings = rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.55, 9).cumsum()
        path = start + np.stack([np.cos(headings), np.sin(headings)], 1).cumsum(0) * 2.2
        lines.append((path, rng.uniform(0.8, 1.6)))
    return lines


def draw_lines(canvas: Canvas, lines: list[tuple[Points, float]]) -> Field:
    """Return how lines of the lesion's frame cover the whole image, shape (size, size), 0 to 1."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (2 * canvas.size, 2 * canvas.size))
    draw = ImageDraw.Draw(image)
    points = canvas.pixels(np.concatenate([path for path, _ in lines])) * 2.0
    start = 0
    for path, width in lines:
        stop = start + len(path)
        flat = points[start:stop].ravel().tolist()
        pixels = width * canvas.per_unit * 2.0
        draw.line(flat, fill=int(255 * min(1.0, 0.35 + pixels / 4.0)), width=max(1, round(pixels)))
        start = stop
    return np.asarray(image.reduce(2), np.float32) * np.float32(1 / 255)


def add_lacunae(canvas: Canvas) -> None:
    """Add red to purple lakes between paler walls."""
    lesion = canvas.lesion
    u = lesion.rng(11).random(5)
    where = canvas.cells(lesion.scale * (1.3 + 1.5 * u[0]), 20.0, 3.0)
    edge, cell = read(banks().edge, where), read(banks().cell, where)
    lake = smoothstep(edge * np.float32(4.0 + 4.0 * u[4]))
    depth = np.float32(0.8) + np.float32(0.4) * cell
    inside = canvas.inside
    canvas.blood *= 1.0 - np.float32(0.2) * inside
    canvas.blood += np.float32(0.15 + 0.45 * u[3]) * lake * depth * inside
    dark = np.float32(0.03 + 0.8 * max(0.0, u[1] - 0.7))
    canvas.deep += dark * lake * depth * depth * inside
    canvas.white += np.float32(0.02 + 0.14 * u[2] ** 3) * (1.0 - lake) * inside


def add_strawberry(canvas: Canvas) -> None:
    """Add a red net around pale hair follicles with white rings."""
    lesion = canvas.lesion
    u = lesion.rng(12).random(4)
    where = canvas.cells(lesion.scale * (0.8 + 0.35 * u[0]), 5.0, 1.2)
    spot, cell = read(banks().spot, where), read(banks().cell, where)
    size = np.float32(0.30) + np.float32(0.18) * cell
    hole = smoothstep((size - spot) * np.float32(4.0))
    zone = smoothstep((canvas.inner + 10.0) * np.float32(0.03))
    zone *= np.clip(np.float32(0.8) + np.float32(0.35) * canvas.noise("lobe"), 0.0, 1.5)
    canvas.blood += np.float32(0.10 + 0.18 * u[1]) * (1.0 - hole) * zone
    canvas.melanin *= 1.0 - np.float32(0.5) * hole * np.minimum(zone, 1.0)
    plug = smoothstep((np.float32(0.15) - spot) * 8.0) * (cell < np.float32(0.3))
    canvas.white += np.float32(0.04 + 0.08 * u[2]) * hole * zone
    canvas.keratin += np.float32(0.3) * plug * zone
