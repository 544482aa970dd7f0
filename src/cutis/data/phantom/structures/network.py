"""Pigment network, globules and streaks."""

from __future__ import annotations

import numpy as np

from cutis.data.phantom.banks import banks, read
from cutis.data.phantom.canvas import Canvas, smoothstep


def add_network(canvas: Canvas, level: int) -> None:
    """Add a net of dark lines around lighter holes: 1 typical, 2 atypical."""
    lesion = canvas.lesion
    u = lesion.rng(2).random(6)
    atypical = level == 2
    scale = lesion.scale * (1.0 if atypical else 0.72)
    where = canvas.cells(scale, 37.0, 3.2 if atypical else 1.2)
    edge = read(banks().edge, where)
    width = 0.13 + 0.05 * u[0]
    if atypical:
        width = width * (1.0 + np.float32(0.35) * np.clip(canvas.noise("cloud"), -1.2, 1.5))
    line = np.exp(-np.square(edge / width))
    patchy = canvas.noise("cloud") * np.float32(0.9 if atypical else 0.25) + np.float32(0.75)
    rim = smoothstep((canvas.inner + np.float32(2.0)) * np.float32(0.12))
    strength = np.float32(0.45 + 0.35 * u[1]) * np.clip(patchy, 0.0, 1.4) * rim
    dark = np.float32(max(lesion.pigments[0], 0.35) + 0.25)
    canvas.melanin += dark * strength * (line - np.float32(0.32)) * canvas.inside
    np.maximum(canvas.melanin, np.float32(-0.1), out=canvas.melanin)


def add_globules(canvas: Canvas, level: int) -> None:
    """Add dots and globules: 1 regular, 2 irregular in size, shade and place."""
    lesion = canvas.lesion
    u = lesion.rng(3).random(6)
    irregular = level == 2
    scale = lesion.scale * (0.95 if irregular else 0.75)
    where = canvas.cells(scale, 91.0, 1.5)
    spot, cell = read(banks().spot, where), read(banks().cell, where)
    keep = np.float32(0.38 if irregular else 0.9)
    size = np.float32(0.24) + np.float32(0.22 if irregular else 0.08) * (cell / keep)
    blob = smoothstep((size - spot) * np.float32(7.0)) * (cell < keep)
    if irregular:
        blob = blob * (canvas.noise("cloud") > np.float32(-0.4))
        zone = smoothstep((canvas.inner + np.float32(4.0)) * np.float32(0.25))
    elif u[0] < 0.4:  # a rim of globules
        zone = np.exp(-np.square((canvas.inner - np.float32(6.0)) * np.float32(0.11)))
    else:
        zone = smoothstep((canvas.inner - np.float32(1.0)) * np.float32(0.2))
    dark = np.float32(0.45 + 0.5 * max(lesion.pigments[0], 0.5))
    shade = np.float32(0.6) + np.float32(0.7) * cell if irregular else np.float32(0.75)
    canvas.melanin += dark * shade * blob * zone
    if irregular:
        canvas.deep += np.float32(0.3) * blob * zone * (cell > np.float32(0.2))


def add_streaks(canvas: Canvas, level: int) -> None:
    """Add radial lines at the border: 1 all around, 2 in some directions only."""
    lesion = canvas.lesion
    rng = lesion.rng(4)
    bins = 512
    angle = np.arange(bins) * (2 * np.pi / bins)
    count = int(rng.integers(22, 40))
    teeth = np.cos(angle * count + 1.5 * np.cos(3 * angle + 6.28 * rng.random()))
    height = np.repeat(rng.uniform(0.4, 1.0, 64), bins // 64)
    ridge = np.clip(teeth, 0.0, 1.0) ** 1.5 * height
    if level == 2:
        part = np.cos(angle - 6.28 * rng.random()) + 0.6 * np.cos(2 * angle + 6.28 * rng.random())
        ridge = ridge * np.clip(part + 0.2, 0.0, 1.0)
    theta = np.arctan2(canvas.y, canvas.x)
    where = (theta * np.float32(bins / (2 * np.pi))).astype(np.int32) & (bins - 1)
    line = ridge.astype(np.float32).take(where)
    reach = np.float32(lesion.radius * 0.20)
    along = np.exp(-np.square((canvas.inner + reach * np.float32(0.1)) / reach))
    dark = np.float32(max(lesion.pigments[0], 0.6) * 0.9)
    canvas.melanin += dark * line * along
