"""Healthy skin around the lesion: uneven pigment and blood, fine vessels, spots and lines."""

from __future__ import annotations

import numpy as np

from cutis.data.phantom.banks import SIDE, Field, banks
from cutis.data.phantom.canvas import Layers
from cutis.data.phantom.fields import bell
from cutis.data.phantom.views import FIELD


def slice_of(name: str, size: int, corner: tuple[int, int], per_unit: float = 2.0) -> Field:
    """Return a piece of a bank fixed to the image (not to the lesion), shape (size, size)."""
    plane = getattr(banks(), name).reshape(SIDE, SIDE)
    step = np.arange(size, dtype=np.float32) * np.float32(FIELD / size * per_unit)
    rows = (step.astype(np.int64) + corner[0]) & (SIDE - 1)
    columns = (step.astype(np.int64) + corner[1]) & (SIDE - 1)
    return np.asarray(plane.take(rows, axis=0).take(columns, axis=1))


def add_skin(layers: Layers, key: int, age: int) -> None:
    """Add the uneven colour of healthy skin to the densities, in place.

    Old skin has more often seen too much sun: it is mottled, with fine vessels and brown patches.
    """
    damage = min(max((age - 25) / 55, 0.0), 1.0)
    rng = np.random.default_rng([key, 11])
    u = rng.random(12)
    melanin, blood = layers.melanin, layers.blood
    corners = rng.integers(0, SIDE, (6, 2))
    size = layers.melanin.shape[0]
    cloud = slice_of("cloud", size, tuple(corners[0]))
    cloud2 = slice_of("cloud", size, tuple(corners[1]))
    mottle = slice_of("mottle", size, tuple(corners[2]))
    grain = slice_of("grain", size, tuple(corners[3]))
    uneven = np.float32(0.3 + (0.4 + 0.8 * damage) * u[0] ** 2)
    blood += uneven * (
        np.float32(0.045) * cloud + np.float32(0.025) * mottle + np.float32(0.004) * grain
    )
    melanin += uneven * (
        np.float32(0.020) * cloud2 - np.float32(0.006) * mottle + np.float32(0.014) * grain
    )
    if u[1] < 0.05 + 0.35 * damage:  # fine dilated vessels: the zero lines of noise
        strength = np.float32(0.06 + 0.35 * u[2] ** 3)
        line = slice_of("lobe", size, tuple(corners[4])) + np.float32(0.4) * mottle
        line *= np.float32(7.0)
        mask = np.maximum(slice_of("cloud", size, tuple(corners[5])) + np.float32(0.3), 0.0)
        blood += strength * bell(line * line) * np.minimum(mask, 1.2)
    if u[3] < 0.04 + 0.36 * damage:  # sun-damaged: pale brown patches
        patches = cloud2 + np.float32(0.9) * slice_of("lobe", size, tuple(corners[5]))
        patches += np.float32(0.35) * mottle
        melanin += np.float32(0.09 * u[4]) * np.maximum(patches - np.float32(0.5), 0.0)
    if u[5] < 0.5:  # the fine furrows of the surface, stretched along the skin
        lines = slice_of("edge", size, tuple(corners[0]), 1.6 + 1.6 * u[6])
        depth = np.float32(0.004 + 0.016 * u[7] ** 2)
        furrows = depth * bell(np.float32(30.0) * lines * lines)
        melanin -= furrows
        blood -= furrows
