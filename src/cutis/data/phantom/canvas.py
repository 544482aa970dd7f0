"""The working surface of one rendering: coordinates, distances and optical densities."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.banks import Field, address, banks, read
from cutis.data.phantom.lesion import Lesion
from cutis.data.phantom.views import FIELD, View

LOW = 56
"""Side of the coarse grid on which smooth fields are computed."""


def upsample(coarse: Field, size: int) -> Field:
    """Return a coarse square field as a smooth one of shape (size, size), by cubic splines."""
    return _stretch(np.ascontiguousarray(_stretch(coarse.T, size).T), size)


def _stretch(rows: Field, size: int) -> Field:
    """Interpolate along the first axis to ``size`` rows."""
    where, weights = _cubic(rows.shape[0], size)
    out: Field = rows.take(where[0], axis=0) * weights[0]
    for k in (1, 2, 3):
        out += rows.take(where[k], axis=0) * weights[k]
    return out


@lru_cache(maxsize=8)
def _cubic(coarse: int, size: int) -> tuple[NDArray[np.int64], Field]:
    """Return the four neighbours of each new row, shape (4, size), and their weights."""
    at = (np.arange(size) + 0.5) * (coarse / size) - 0.5
    first = np.floor(at)
    t = at - first
    weights = np.stack(
        [
            ((2 - t) * t - 1) * t / 2,
            (t * t * (3 * t - 5) + 2) / 2,
            ((4 - 3 * t) * t + 1) * t / 2,
            (t - 1) * t * t / 2,
        ]
    )
    where = np.clip(first.astype(np.int64) + np.arange(-1, 3)[:, None], 0, coarse - 1)
    return where, weights[:, :, None].astype(np.float32)


def smoothstep(x: Field) -> Field:
    """Return 0 below 0, 1 above 1 and a smooth ramp between.

    Examples
    --------
    >>> smoothstep(np.array([-1.0, 0.5, 2.0], np.float32)).tolist()
    [0.0, 0.5, 1.0]
    """
    t = np.maximum(x, np.float32(0.0))
    np.minimum(t, np.float32(1.0), out=t)
    rest = t * np.float32(-2.0)
    rest += np.float32(3.0)
    t *= t
    t *= rest
    return t


def bell(squared: Field) -> Field:
    """Return ``exp(-squared)``, held above 1e-9: subnormal numbers are slow to reckon with.

    Examples
    --------
    >>> bell(np.array([0.0, 1.0, 500.0], np.float32)).round(4).tolist()
    [1.0, 0.3679, 0.0]
    """
    exponent = np.minimum(squared, np.float32(20.0))
    np.negative(exponent, out=exponent)
    return np.exp(exponent, out=exponent)


@dataclass
class Canvas:
    """Fields of shape (size, size) that the structures read and add to.

    Attributes
    ----------
    lesion, view, size
        What is rendered, and how large.
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
    melanin, deep, blood, keratin
        Optical densities to multiply the skin with.
    white
        Opacity of what scatters white in front of everything.
    """

    lesion: Lesion
    view: View
    size: int
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
        """Return the pixel coordinates (column, row) of points of the lesion, shape (n, 2)."""
        view = self.view
        cos, sin = np.cos(view.turn), np.sin(view.turn)
        u, v = points_n2[:, 0] * view.mirror, points_n2[:, 1]
        column = view.x + view.zoom * (cos * u - sin * v)
        row = view.y + view.zoom * (sin * u + cos * v)
        return np.stack([column, row], axis=1) * (self.size / FIELD)

    def stamp(
        self, target: Field, column: float, row: float, radius: float, height: float, hard: float
    ) -> None:
        """Add one round blob to a field, in place.

        Parameters
        ----------
        target
            Field to add to.
        column, row, radius
            Centre and radius in pixels.
        height
            What is added in the middle.
        hard
            0 for a soft blob, towards 1 for a disc with an edge.
        """
        reach = radius * (2.2 - 1.1 * hard)
        left, right = int(max(column - reach, 0)), int(min(column + reach + 2, self.size))
        top, bottom = int(max(row - reach, 0)), int(min(row + reach + 2, self.size))
        if left >= right or top >= bottom:
            return
        dx = np.arange(left, right, dtype=np.float32) - np.float32(column)
        dy = np.arange(top, bottom, dtype=np.float32) - np.float32(row)
        squared = (dx * dx + (dy * dy)[:, None]) * np.float32(1.0 / (radius * radius))
        power = np.float32(1.0 + 3.0 * hard)
        blob = bell(np.float32(0.7) * squared**power)
        target[top:bottom, left:right] += np.float32(height) * blob


def open_canvas(lesion: Lesion, view: View, size: int) -> Canvas:
    """Lay out the coordinates and the outline of a lesion; all densities are zero."""
    from cutis.data.phantom.shape import signed_distance

    x, y = lesion_coordinates(view, size)
    ox, oy = lesion.origin
    where = address(x + np.float32(1024.0 + ox), y + np.float32(1024.0 + oy))
    melanin, deep, blood, keratin, white = np.zeros((5, size, size), np.float32)
    canvas = Canvas(
        lesion, view, size, x, y, where, where > 0, x, x, melanin, deep, blood, keratin, white
    )
    coarse = upsample(signed_distance(lesion, *lesion_coordinates(view, LOW)), size)
    rough = np.float32(lesion.roughness)
    inner = canvas.noise("mottle") * np.float32(0.55)
    inner += canvas.noise("lobe")
    inner *= rough
    inner += coarse
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


def lesion_coordinates(view: View, size: int) -> tuple[Field, Field]:
    """Return the coordinates of pixel centres in the lesion's frame, in units."""
    centres = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * np.float32(FIELD / size)
    u = (centres - np.float32(view.x)) * np.float32(1.0 / view.zoom)
    v = ((centres - np.float32(view.y)) * np.float32(1.0 / view.zoom))[:, None]
    cos, sin = np.float32(np.cos(view.turn)), np.float32(np.sin(view.turn))
    mirror = np.float32(view.mirror)
    return np.asarray(mirror * (cos * u + sin * v)), np.asarray(cos * v - sin * u)
