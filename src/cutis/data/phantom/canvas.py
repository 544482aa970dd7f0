"""The working surface of one rendering: coordinates, distances and optical densities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.banks import Field, address, banks, read
from cutis.data.phantom.fields import smoothstep, upsample
from cutis.data.phantom.lesion import Lesion
from cutis.data.phantom.shape import outline, signed_distance
from cutis.data.phantom.views import FIELD, View

COARSE = 4
"""Pixels between the points at which the distance to the outline is computed."""


class Layers(NamedTuple):
    """What colours the skin, per pixel of the whole image, shape (size, size) each.

    Attributes
    ----------
    melanin, deep, blood, keratin
        Optical densities to multiply the skin with.
    white
        Opacity of what scatters white in front of everything.
    """

    melanin: Field
    deep: Field
    blood: Field
    keratin: Field
    white: Field


def empty_layers(size: int) -> Layers:
    """Return layers of even skin."""
    return Layers(*np.zeros((5, size, size), np.float32))


class Box(NamedTuple):
    """The part of the image, in pixels, that the lesion can reach."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass
class Canvas:
    """The part of an image with the lesion; the structures read it and add to its layers in place.

    Attributes
    ----------
    lesion, view, size
        What is rendered, and the size of the whole image.
    box
        Where in the image the canvas lies; all fields have its shape.
    layers
        The whole image's layers; melanin to white below are views of their part in the box.
    x, y
        Lesion coordinates of the pixels in units, the centre at 0.
    where
        Addresses of the pixels in the noise banks.
    mask
        Pixels of the lesion: within the outline, the grains of a fading border left out.
    inner
        Signed distance to the border in units, positive inside.
    inside
        0 outside to 1 inside, as soft as the border.
    """

    lesion: Lesion
    view: View
    size: int
    box: Box
    layers: Layers
    x: Field
    y: Field
    where: NDArray[np.int64]
    mask: NDArray[np.bool_]
    inner: Field
    inside: Field
    melanin: Field
    deep: Field
    blood: Field
    keratin: Field
    white: Field
    cache: dict[str, Field] = field(default_factory=dict)

    @property
    def per_unit(self) -> float:
        """Pixels per unit of the lesion."""
        return self.size / FIELD * self.view.zoom

    def full_mask(self) -> NDArray[np.bool_]:
        """Return the mask of the whole image, shape (size, size)."""
        mask = np.zeros((self.size, self.size), np.bool_)
        mask[self.box.top : self.box.bottom, self.box.left : self.box.right] = self.mask
        return mask

    def noise(self, name: str) -> Field:
        """Return one bank plane under the lesion, fixed to the lesion."""
        if name not in self.cache:
            self.cache[name] = read(getattr(banks(), name), self.where)
        return self.cache[name]

    def cells(self, scale: float, shift: float, warp: float) -> NDArray[np.int64]:
        """Return addresses in the cell bank with cells of ``8 * scale`` units, warped by noise."""
        ox, oy = self.lesion.origin
        step = np.float32(1.0 / scale)
        bend = np.float32(warp)
        x = (self.x + bend * self.noise("mottle")) * step + np.float32(1280.0 + ox + shift)
        y = (self.y + bend * self.noise("cloud")) * step + np.float32(1280.0 + oy - shift)
        return address(x, y)

    def pixels(self, points_n2: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the image coordinates (column, row) of points of the lesion, shape (n, 2)."""
        view = self.view
        cos, sin = np.cos(view.turn), np.sin(view.turn)
        u, v = points_n2[:, 0] * view.mirror, points_n2[:, 1]
        column = view.x + view.zoom * (cos * u - sin * v)
        row = view.y + view.zoom * (sin * u + cos * v)
        return np.stack([column, row], axis=1) * (self.size / FIELD)


def open_canvas(lesion: Lesion, view: View, layers: Layers) -> Canvas:
    """Lay out the coordinates and the outline of a lesion over an image's layers."""
    size = layers.melanin.shape[0]
    radii = outline(lesion)
    box = reach(lesion, view, size, float(radii.max()))
    part = (slice(box.top, box.bottom), slice(box.left, box.right))
    height, width = box.bottom - box.top, box.right - box.left
    x, y = lesion_coordinates(view, size, box, 1)
    ox, oy = lesion.origin
    where = address(x + np.float32(1024.0 + ox), y + np.float32(1024.0 + oy))
    melanin, deep, blood, keratin, white = (layer[part] for layer in layers)
    canvas = Canvas(
        lesion, view, size, box, layers, x, y, where, where > 0, x, x,
        melanin, deep, blood, keratin, white,
    )  # fmt: skip
    pad = 2 * COARSE  # what the spline needs beyond the box
    padded = Box(box.top - pad, box.bottom + pad, box.left - pad, box.right + pad)
    points = lesion_coordinates(view, size, padded, COARSE)
    coarse = signed_distance(radii, lesion.elongation, *points)
    fine = upsample(coarse, (COARSE * coarse.shape[0], COARSE * coarse.shape[1]))
    inner = canvas.noise("mottle") * np.float32(0.55)
    inner += canvas.noise("lobe")
    inner *= np.float32(lesion.roughness)
    inner += fine[pad : pad + height, pad : pad + width]
    canvas.mask = inner > 0
    if lesion.softness > 8.0:  # a fading border breaks up into grains
        grains = canvas.noise("mottle") + canvas.noise("grain")
        grains *= np.float32(lesion.crumble * lesion.softness)
        inner += grains
    canvas.inner = inner
    ramp = inner * np.float32(1.0 / lesion.softness)
    ramp += np.float32(0.5)
    canvas.inside = smoothstep(ramp)
    return canvas


def reach(lesion: Lesion, view: View, size: int, radius: float) -> Box:
    """Return the box around all that a lesion of a largest radius may change in an image.

    It starts at a multiple of :data:`COARSE`, so that the outline does not depend on it.
    """
    far = radius * lesion.elongation**0.5
    far += 6.0 + 3.4 * lesion.roughness + (0.5 + 3.0 * lesion.crumble) * lesion.softness
    if lesion.attributes["streaks"]:
        far += 6.0 + 0.18 * lesion.radius
    scale = size / FIELD
    span = far * view.zoom * scale
    column, row = view.x * scale, view.y * scale
    left, top = (min(max(int(at - span), 0), size - 8) // COARSE * COARSE for at in (column, row))
    right, bottom = (max(min(int(at + span) + 1, size), 8) for at in (column, row))
    return Box(top, max(bottom, top + 8), left, max(right, left + 8))


def lesion_coordinates(view: View, size: int, box: Box, step: int) -> tuple[Field, Field]:
    """Return the lesion's coordinates, in units, of the middles of ``step`` pixels of a box."""
    scale = np.float32(FIELD / size)
    across = np.arange(box.left, box.right, step, dtype=np.float32) + np.float32(0.5 * step)
    down = np.arange(box.top, box.bottom, step, dtype=np.float32) + np.float32(0.5 * step)
    zoom = np.float32(1.0 / view.zoom)
    u = (across * scale - np.float32(view.x)) * zoom
    v = ((down * scale - np.float32(view.y)) * zoom)[:, None]
    cos, sin = np.float32(np.cos(view.turn)), np.float32(np.sin(view.turn))
    mirror = np.float32(view.mirror)
    return np.asarray(mirror * cos * u + mirror * sin * v), np.asarray(cos * v - sin * u)
