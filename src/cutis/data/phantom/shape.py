"""The outline of a lesion as a signed distance."""

from __future__ import annotations

import numpy as np

from cutis.data.phantom.banks import Field
from cutis.data.phantom.lesion import Lesion

_BINS = 512


def outline(lesion: Lesion) -> Field:
    """Return the radius of the outline at 512 angles, in units, shape (512,)."""
    angle = np.arange(_BINS) * (2 * np.pi / _BINS)
    order, amplitude, phase = lesion.waves.T
    bumps = (amplitude[:, None] * np.cos(order[:, None] * angle + phase[:, None])).sum(0)
    radius = lesion.radius * np.maximum(1.0 + bumps, 0.25)
    return np.asarray(radius, np.float32)


def signed_distance(radii: Field, elongation: float, x: Field, y: Field) -> Field:
    """Return how far inside the outline points lie, in units; negative outside.

    Measured along the ray from the centre, which is the true distance for a circle and close to
    it for the shapes drawn here.

    Parameters
    ----------
    radii
        The outline, as made by :func:`outline`.
    elongation
        Ratio of the axes.
    x, y
        Points in the lesion's frame, any shape.
    """
    stretch = np.float32(np.sqrt(elongation))
    u, v = x / stretch, y * stretch
    turns = np.arctan2(v, u) * np.float32(1.0 / (2 * np.pi)) + np.float32(1.0)
    where = (turns * np.float32(_BINS)).astype(np.int64) & (_BINS - 1)
    return np.asarray(radii.take(where) - np.hypot(u, v))
