"""How the lesion is looked at: the place in the field, and the camera's rendering of colours."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.data.phantom.lesion import Lesion

FIELD = 224.0
"""Width of the field of view in units."""


class View(NamedTuple):
    """Where the lesion's frame lies in the image.

    Attributes
    ----------
    x, y
        Centre of the lesion in units from the left upper corner.
    turn
        Rotation in radians.
    zoom
        Units of the image per unit of the lesion.
    mirror
        1 or -1.
    field_mm
        Width of the field of view in millimetres.
    key
        Seed of the skin and of everything scattered over this image.
    """

    x: float
    y: float
    turn: float
    zoom: float
    mirror: float
    field_mm: float
    key: int


class Camera(NamedTuple):
    """Colours and light of the instrument.

    Attributes
    ----------
    gain
        Logarithm of the gain of red, green and blue.
    contrast
        Contrast around middle grey, 1 for none added.
    falloff
        Darkening of the corners by the lens, 0 for none.
    slope
        Gradient of the light: relative change over the field in x and y.
    grain
        Standard deviation of the sensor's noise, 0 to 1 scale.
    blur
        Radius of the blur in units.
    """

    gain: tuple[float, float, float]
    contrast: float
    falloff: float
    slope: tuple[float, float]
    grain: float
    blur: float


NEUTRAL = Camera((0.0, 0.0, 0.0), 1.0, 0.0, (0.0, 0.0), 0.0, 0.0)
"""A camera that shows the colours as they are."""


def draw_view(rng: np.random.Generator, lesion: Lesion, repeat: int) -> View:
    """Draw the dermoscopic view; a repeated image shows the lesion from a little elsewhere."""
    u = rng.random(8)
    slack = max(0.0, 112.0 - lesion.radius) * 0.30
    return View(
        x=112.0 + slack * (2 * u[0] - 1),
        y=112.0 + slack * (2 * u[1] - 1),
        turn=2 * np.pi * float(u[2]),
        zoom=1.0 if repeat == 0 else 0.9 + 0.2 * float(u[3]),
        mirror=1.0,
        field_mm=10.0 + 6.0 * float(u[5]),
        key=int(u[6] * 2**31),
    )


def draw_clinical(rng: np.random.Generator, view: View) -> View:
    """Draw the view of a smartphone photograph: a far larger field, the same orientation."""
    u = rng.random(6)
    zoom = 0.28 + 0.30 * float(u[0])
    return view._replace(
        x=112.0 + 36.0 * (2 * u[1] - 1),
        y=112.0 + 36.0 * (2 * u[2] - 1),
        turn=view.turn + 0.6 * (float(u[3]) - 0.5),
        zoom=view.zoom * zoom,
        field_mm=view.field_mm / zoom,
        key=int(u[4] * 2**31),
    )


def draw_camera(rng: np.random.Generator) -> Camera:
    """Draw a dermoscopic camera: most show the skin pinker and bluer than it is."""
    z = rng.standard_normal(9)
    pink, blue, light = (
        float(np.clip(z[0], -1.3, 1.9)),
        float(np.clip(z[1], -1.6, 1.6)),
        float(z[2]),
    )
    return Camera(
        gain=(
            0.08 + 0.050 * pink + 0.01 * blue + 0.05 * light,
            0.02 - 0.065 * pink + 0.05 * light,
            0.18 - 0.030 * pink + 0.070 * blue + 0.05 * light,
        ),
        contrast=1.04 + 0.06 * float(z[3]),
        falloff=max(0.0, 0.10 + 0.08 * float(z[4])),
        slope=(0.05 * float(z[5]), 0.05 * float(z[6])),
        grain=0.007 + 0.004 * abs(float(z[7])),
        blur=0.28 + 0.3 * abs(float(z[8])),
    )
