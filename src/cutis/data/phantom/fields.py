"""Small operations on fields: smooth enlarging, ramps, bells and stamped blobs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.banks import Field


def upsample(coarse: Field, shape: tuple[int, int]) -> Field:
    """Return a coarse field as a smooth one of a larger shape, by cubic splines.

    Examples
    --------
    >>> coarse = np.array([[0.0, 1.0], [0.0, 1.0]], np.float32)
    >>> upsample(coarse, (2, 4)).astype(float).round(2)[0].tolist()
    [-0.07, 0.2, 0.8, 1.07]
    """
    wide = np.ascontiguousarray(_stretch(coarse.T, shape[1]).T)
    return _stretch(wide, shape[0])


def _stretch(rows: Field, size: int) -> Field:
    """Interpolate along the first axis to ``size`` rows."""
    where, weights = _cubic(rows.shape[0], size)
    out: Field = rows.take(where[0], axis=0) * weights[0]
    for k in (1, 2, 3):
        out += rows.take(where[k], axis=0) * weights[k]
    return out


@lru_cache(maxsize=1024)
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
    >>> bell(np.array([0.0, 1.0, 500.0], np.float32)).astype(float).round(4).tolist()
    [1.0, 0.3679, 0.0]
    """
    exponent = np.minimum(squared, np.float32(20.0))
    np.negative(exponent, out=exponent)
    return np.exp(exponent, out=exponent)


def stamp(
    target: Field, column: float, row: float, radius: float, height: float, hard: float
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
    left, right = int(max(column - reach, 0)), int(min(column + reach + 2, target.shape[1]))
    top, bottom = int(max(row - reach, 0)), int(min(row + reach + 2, target.shape[0]))
    if left >= right or top >= bottom:
        return
    dx = np.arange(left, right, dtype=np.float32) - np.float32(column)
    dy = np.arange(top, bottom, dtype=np.float32) - np.float32(row)
    squared = (dx * dx + (dy * dy)[:, None]) * np.float32(1.0 / (radius * radius))
    blob = bell(np.float32(0.7) * squared ** np.float32(1.0 + 3.0 * hard))
    target[top:bottom, left:right] += np.float32(height) * blob
