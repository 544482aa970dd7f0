"""From optical densities to an image: absorption, scattering, light, camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.banks import SIDE, Field
from cutis.data.phantom.canvas import Canvas
from cutis.data.phantom.colours import ABSORPTION, skin_srgb
from cutis.data.phantom.skin import slice_of
from cutis.data.phantom.views import Camera

WHITE = (0.96, 0.93, 0.92)
"""Colour of keratin, scars and haze in white light."""


def develop(canvas: Canvas, ita: float, camera: Camera) -> Field:
    """Return the image in sRGB, shape (size, size, 3), about 0 to 1, not clipped.

    Each pigment multiplies the skin's colour by ``exp(-density * absorption)``; what scatters
    white is mixed in front of it.
    """
    base = skin_srgb(ita)
    cover = np.clip(canvas.white, 0.0, 0.85)
    light = _light(canvas, camera)
    image = np.empty((canvas.size, canvas.size, 3), np.float32)
    # Whites dim with the skin's own brightness a little: they are lit through it.
    dim = 0.55 + 0.45 * float(base.mean()) / 0.72
    for k in range(3):
        exponent = canvas.melanin * np.float32(-ABSORPTION["melanin"][k])
        exponent -= canvas.deep * np.float32(ABSORPTION["deep"][k])
        exponent -= canvas.blood * np.float32(ABSORPTION["blood"][k])
        exponent -= canvas.keratin * np.float32(ABSORPTION["keratin"][k])
        np.exp(exponent, out=exponent)
        exponent *= np.float32(base[k])
        exponent += (np.float32(WHITE[k] * dim) - exponent) * cover
        exponent *= light
        exponent *= np.float32(np.exp(camera.gain[k]))
        image[..., k] = exponent
    if camera.contrast != 1.0:
        image -= np.float32(0.6)
        image *= np.float32(camera.contrast)
        image += np.float32(0.6)
    return image


def _light(canvas: Canvas, camera: Camera) -> Field:
    centres = np.linspace(-1.0, 1.0, canvas.size, dtype=np.float32)
    square = np.float32(camera.falloff * 0.5) * centres * centres
    across = 1.0 + np.float32(camera.slope[0]) * centres - square
    down = np.float32(camera.slope[1]) * centres - square
    light = across[None, :] + down[:, None]
    if camera.grain:
        corner = (canvas.view.key % SIDE, canvas.view.key // SIDE % SIDE)
        light += np.float32(camera.grain) * slice_of("grain", canvas.size, corner, 6.0)
    return np.asarray(light, np.float32)


def to_bytes(image: Field) -> NDArray[np.uint8]:
    """Return an image as bytes, clipped to 0 to 1 first."""
    scaled = image * np.float32(255.0) + np.float32(0.5)
    np.clip(scaled, 0.0, 255.0, out=scaled)
    return scaled.astype(np.uint8)
