"""Noise computed once per process and read everywhere: clouds, mottling, grain and cells."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]

SIDE = 512
"""Side of a bank in bank pixels; a power of two, so that wrapping is a bit mask."""

PER_UNIT = 2
"""Bank pixels per unit of length; the field of view is 224 units wide."""

CELL = 16
"""Side of a cell of the cell bank in bank pixels (8 units)."""


class Banks(NamedTuple):
    """Periodic planes of shape (512, 512), flat for fast reading.

    Attributes
    ----------
    cloud, lobe, mottle, grain
        Normal noise with features of about 70, 34, 15 and 5 units.
    edge
        Distance to the nearest cell wall in cells: 0 on the wall.
    spot
        Distance to the nearest cell centre in cells: 0 in the centre.
    cell
        One random number in [0, 1) per cell.
    """

    cloud: Field
    lobe: Field
    mottle: Field
    grain: Field
    edge: Field
    spot: Field
    cell: Field


def band_noise(rng: np.random.Generator, side: int, period: float, width: float) -> Field:
    """Return periodic normal noise of one band, mean 0 and standard deviation 1.

    Parameters
    ----------
    rng
        Source of the noise.
    side
        Side of the square plane in pixels.
    period
        Typical period of the features in pixels.
    width
        Width of the band in octaves.

    Examples
    --------
    >>> plane = band_noise(np.random.default_rng(0), 64, 16.0, 1.0)
    >>> plane.shape, abs(float(plane.mean())) < 1e-6, round(float(plane.std()), 3)
    ((64, 64), True, 1.0)
    """
    white = rng.standard_normal((side, side), dtype=np.float32)
    spectrum = np.fft.rfft2(white)
    radius = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    radius[0, 0] = 1.0
    octaves = np.log2(radius * period)
    spectrum *= np.exp(-0.5 * (octaves / width) ** 2) / radius
    spectrum[0, 0] = 0.0
    plane = np.fft.irfft2(spectrum, s=(side, side)).astype(np.float32)
    return plane / np.float32(plane.std())


def cell_noise(
    rng: np.random.Generator, cells: int, pixels: int, jitter: float
) -> tuple[Field, Field, Field]:
    """Return the distances of a periodic jittered brick lattice of cells.

    Parameters
    ----------
    rng
        Source of the jitter.
    cells
        Cells along one side (even, so that shifted rows meet).
    pixels
        Pixels along one side of a cell.
    jitter
        Largest displacement of a centre, in cells.

    Returns
    -------
    edge, spot, cell
        Planes of side ``cells * pixels``: distance to the wall, distance to the centre (both in
        cells), and a random number of the nearest cell.

    Examples
    --------
    >>> edge, spot, cell = cell_noise(np.random.default_rng(0), 4, 8, 0.2)
    >>> edge.shape, bool(edge.min() >= 0), bool(spot.max() < 1.2)
    ((32, 32), True, True)
    """
    offset = rng.uniform(-jitter, jitter, (2, cells, cells)).astype(np.float32)
    label = rng.random((cells, cells), dtype=np.float32)
    inner = (np.arange(pixels, dtype=np.float32) + 0.5) / pixels - 0.5
    shape = (cells, pixels, cells, pixels)
    first = np.full(shape, 9.0, np.float32)
    second = np.full(shape, 9.0, np.float32)
    nearest = np.zeros(shape, np.float32)
    shift = 0.5 * (np.arange(cells) % 2).astype(np.float32)
    for dy in (-1, 0, 1):
        relative_shift = np.roll(shift, -dy) - shift
        for dx in (-1, 0, 1):
            near = np.roll(offset, (-dy, -dx), axis=(1, 2))
            y = dy + near[0][:, None, :, None] - inner[None, :, None, None]
            x = (dx + relative_shift[:, None] + near[1])[:, None, :, None] - inner
            squared = y * y + x * x
            closer = squared < first
            second = np.where(closer, first, np.minimum(second, squared))
            first = np.where(closer, squared, first)
            nearest = np.where(
                closer, np.roll(label, (-dy, -dx), axis=(0, 1))[:, None, :, None], nearest
            )
    spot = np.sqrt(first)
    edge = 0.5 * (np.sqrt(second) - spot)
    # Odd rows were computed in a frame moved by half a cell; move them back in place.
    planes = []
    for plane in (edge, spot, nearest):
        rows = plane.reshape(cells, pixels, cells * pixels)
        rows[1::2] = np.roll(rows[1::2], pixels // 2, axis=2)
        planes.append(np.ascontiguousarray(rows.reshape(cells * pixels, -1)))
    return planes[0], planes[1], planes[2]


@lru_cache(maxsize=1)
def banks() -> Banks:
    """Return the banks of this process, computed at the first call (about a sixth of a second)."""
    rng = np.random.default_rng(20240607)
    noises = [
        band_noise(rng, SIDE, PER_UNIT * period, width)
        for period, width in ((75.0, 0.8), (34.0, 0.9), (14.0, 0.8), (5.0, 0.7))
    ]
    cells = cell_noise(rng, SIDE // CELL, CELL, 0.32)
    return Banks(*[np.ascontiguousarray(plane).ravel() for plane in (*noises, *cells)])


def address(x: Field, y: Field, per_unit: float = PER_UNIT) -> NDArray[np.int64]:
    """Return where in a bank the points (x, y), in units, are stored."""
    column = (x * np.float32(per_unit)).astype(np.int64)
    row = (y * np.float32(per_unit)).astype(np.int64)
    column &= SIDE - 1
    row &= SIDE - 1
    row *= SIDE
    row |= column
    return row


def read(plane: Field, where: NDArray[np.int64]) -> Field:
    """Return the values of a bank plane at addresses made by :func:`address`."""
    return plane.take(where, mode="wrap")
