"""Pigment network, globules and streaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.banks import banks, read
from cutis.data.phantom.canvas import Canvas
from cutis.data.phantom.fields import bell, smoothstep


def add_network(canvas: Canvas, level: int) -> None:
    """Add a net of dark lines around lighter holes: 1 typical, 2 atypical."""
    lesion = canvas.lesion
    u = lesion.rng(2).random(6)
    atypical = level == 2
    scale = lesion.scale * (0.85 if atypical else 0.66)
    where = canvas.cells(scale, 37.0, 2.6 if atypical else 1.0)
    edge = read(banks().edge, where)
    width = np.float32(0.16 + 0.06 * u[0])
    cloud = canvas.noise("lobe")
    if atypical:
        line = bell(np.square(edge / (width * (1.0 + np.float32(0.4) * np.clip(cloud, -1, 1)))))
    else:
        line = bell(np.square(edge * (1.0 / width)))
    patchy = np.clip(np.float32(0.75) + cloud * np.float32(0.6 if atypical else 0.2), 0.0, 1.5)
    # Seen best towards the rim, where the ground is paler, and a little beyond it.
    near = canvas.inner * np.float32(1.0 / (0.6 * lesion.radius))
    zone = (1.0 - np.float32(0.6) * np.clip(near, 0.0, 1.0)) * canvas.inside
    dark = np.float32((0.22 + 0.30 * u[1]) * (1.25 if atypical else 1.0))
    dark = dark * np.float32(0.5 + 0.8 * min(lesion.pigments[0], 0.9))
    canvas.melanin += dark * patchy * zone * (line - np.float32(0.45))


def add_globules(canvas: Canvas, level: int) -> None:
    """Add dots and globules: 1 regular, 2 irregular in size, shade and place."""
    lesion = canvas.lesion
    u = lesion.rng(3).random(6)
    irregular = level == 2
    scale = lesion.scale * (0.85 if irregular else 0.75)
    where = canvas.cells(scale, 91.0, 1.6)
    spot, cell = read(banks().spot, where), read(banks().cell, where)
    keep = np.float32(0.34 if irregular else 0.92)
    size = np.float32(0.24) + np.float32(0.16 if irregular else 0.14) * (cell / keep)
    blob = smoothstep((size - spot) * np.float32(4.0)) * (cell < keep)
    if irregular:
        blob *= smoothstep(canvas.noise("lobe") + np.float32(0.8))
        zone = smoothstep((canvas.inner + np.float32(5.0)) * np.float32(0.15))
    elif u[0] < 0.35:  # a rim of globules
        zone = bell(np.square((canvas.inner - np.float32(5.0)) * np.float32(0.1)))
    else:
        zone = canvas.inside
    dark = np.float32(0.12 + (0.50 if irregular else 0.34) * max(lesion.pigments[0], 0.35))
    if irregular:
        shade = np.float32(0.5) + np.float32(2.0) * cell
        canvas.deep += np.float32(0.16) * blob * zone
    else:
        shade = np.float32(0.8) + np.float32(0.4) * cell
        canvas.melanin -= np.float32(0.3) * dark * zone
    canvas.melanin += dark * shade * blob * zone


def add_streaks(canvas: Canvas, level: int) -> None:
    """Add radial lines at the border: 1 all around, 2 in some directions only."""
    lesion = canvas.lesion
    rng = lesion.rng(4)
    bins = 1024
    angle = np.arange(bins) * (2 * np.pi / bins)
    knots = int(rng.integers(26, 46))
    drift = 1.3 * np.cos(3 * angle + 6.28 * rng.random())
    drift += 1.7 * np.cos(2 * angle + 6.28 * rng.random())
    teeth = np.cos(angle * knots + drift)
    height = np.interp(angle, np.linspace(0, 2 * np.pi, knots + 1), _ring(rng, knots))
    ridge = np.clip(teeth + 0.1, 0.0, 1.0) * height
    if level == 2:
        part = np.cos(angle - 6.28 * rng.random()) + 0.6 * np.cos(2 * angle + 6.28 * rng.random())
        ridge = ridge * np.clip(part + 0.1, 0.0, 1.0)
    theta = np.arctan2(canvas.y, canvas.x) + np.float32(0.02) * canvas.noise("mottle")
    where = (theta * np.float32(bins / (2 * np.pi))).astype(np.int64) & (bins - 1)
    line = ridge.astype(np.float32).take(where)
    reach = np.float32(5.0 + lesion.radius * 0.12)
    along = bell(np.square((canvas.inner + np.float32(1.0)) / reach))
    dark = np.float32(0.25 + 0.45 * max(lesion.pigments[0], 0.4))
    canvas.melanin += dark * line * along


def _ring(rng: np.random.Generator, knots: int) -> NDArray[np.float64]:
    height = rng.uniform(0.2, 1.0, knots + 1)
    height[-1] = height[0]
    return height
