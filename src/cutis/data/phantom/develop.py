"""From optical densities to an image: absorption, scattering, light, camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.banks import SIDE, Field
from cutis.data.phantom.canvas import Layers
from cutis.data.phantom.colours import ABSORPTION, skin_srgb
from cutis.data.phantom.skin import slice_of
from cutis.data.phantom.views import FIELD, Camera

WHITE = (0.96, 0.93, 0.92)
"""Colour of keratin, scars and haze on light skin in white light."""

PIVOT = 0.6
"""Grey value that a change of contrast leaves as it is."""


def develop(layers: Layers, ita: float, camera: Camera, key: int) -> NDArray[np.uint8]:
    """Return the image as sRGB bytes, shape (size, size, 3).

    Parameters
    ----------
    layers
        What colours the skin.
    ita
        Typology angle of the skin in degrees.
    camera
        Light and camera.
    key
        Seed of the camera's noise.

    Notes
    -----
    Each pigment multiplies the skin's colour by ``exp(-density * absorption)`` (the law of
    Beer and Lambert); what scatters white is mixed in front of it; then come the light of the
    scene and the camera's gain, contrast, blur and noise.
    """
    size = layers.melanin.shape[0]
    base = skin_srgb(ita)
    # White structures are lit through the skin: on dark skin they are less bright.
    bright = 0.45 + 0.55 * float(base.mean()) / 0.72
    cover = np.minimum(np.maximum(layers.white, np.float32(0.0)), np.float32(0.85))
    light = _light(size, camera, key)
    light *= np.float32(255.0 * camera.contrast)
    offset = np.float32(255.0 * PIVOT * (1.0 - camera.contrast) + 0.5)
    image = np.empty((size, size, 3), np.uint8)
    scratch = np.empty_like(cover)
    for k in range(3):
        gain = float(np.exp(camera.gain[k]))
        value = layers.melanin * np.float32(-ABSORPTION["melanin"][k])
        for density, name in (
            (layers.deep, "deep"),
            (layers.blood, "blood"),
            (layers.keratin, "keratin"),
        ):
            np.multiply(density, np.float32(ABSORPTION[name][k]), out=scratch)
            value -= scratch
        np.exp(value, out=value)
        value *= np.float32(base[k] * gain)
        np.subtract(np.float32(WHITE[k] * bright * gain), value, out=scratch)
        scratch *= cover
        value += scratch
        if camera.blur:
            value = blur(value, camera.blur * size / FIELD)
        value *= light
        value += offset
        np.maximum(value, np.float32(0.0), out=value)
        np.minimum(value, np.float32(255.0), out=value)
        image[..., k] = value
    return image


def blur(value: Field, radius: float) -> Field:
    """Return a field blurred by repeated three-point averages of standard deviation ``radius``.

    Examples
    --------
    >>> spike = np.zeros((5, 5), np.float32)
    >>> spike[2, 2] = 16.0
    >>> blur(spike, 0.7071).round(2)[2].tolist()
    [0.0, 2.0, 4.0, 2.0, 0.0]
    """
    variance = radius * radius
    passes = max(1, int(np.ceil(variance / 0.5)))
    side = np.float32(0.5 * variance / passes)
    middle = np.float32(1.0) - 2 * side
    for _ in range(passes):
        part = value * side
        value = value * middle
        value[1:] += part[:-1]
        value[:-1] += part[1:]
        value[0] += part[0]
        value[-1] += part[-1]
        part = value * side
        value *= middle
        value[:, 1:] += part[:, :-1]
        value[:, :-1] += part[:, 1:]
        value[:, 0] += part[:, 0]
        value[:, -1] += part[:, -1]
    return value


def _light(size: int, camera: Camera, key: int) -> Field:
    centres = np.linspace(-1.0, 1.0, size, dtype=np.float32)
    square = np.float32(camera.falloff * 0.5) * centres * centres
    across = 1.0 + np.float32(camera.slope[0]) * centres - square
    down = np.float32(camera.slope[1]) * centres - square
    light = across[None, :] + down[:, None]
    if camera.grain:
        corner = (key % SIDE, key // SIDE % SIDE)
        light += np.float32(camera.grain) * slice_of("grain", size, corner, 6.0)
    return np.asarray(light, np.float32)
