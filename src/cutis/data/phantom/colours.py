"""Colour: skin tones in CIE Lab, optical densities of pigments, and sRGB."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Absorption of red, green and blue per unit of density, in the logarithm of sRGB values.
ABSORPTION = {
    "melanin": (0.42, 0.86, 1.00),
    "deep": (1.00, 0.78, 0.50),
    "blood": (0.14, 0.66, 0.42),
    "keratin": (0.06, 0.22, 0.75),
}
"""How each pigment colours the skin."""

# b* and a* of skin by typology angle; L* follows from the definition of the angle.
_ANGLES = (-60.0, -45.0, -20.0, 0.0, 20.0, 35.0, 48.0, 60.0, 70.0)
_B = (10.0, 14.0, 19.0, 20.0, 20.0, 18.5, 15.5, 12.0, 8.0)
_A = (9.0, 11.0, 13.0, 14.0, 13.5, 12.5, 11.5, 10.0, 9.0)

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def srgb_to_lab(srgb: Array) -> Array:
    """Return CIE Lab (D65) of sRGB values in 0 to 1, shape (..., 3).

    Examples
    --------
    >>> srgb_to_lab(np.array([1.0, 1.0, 1.0])).round(1).tolist()
    [100.0, -0.0, 0.0]
    """
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    lightness = 116 * f[..., 1] - 16
    return np.stack(
        [lightness, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1
    )


def lab_to_srgb(lab: Array) -> Array:
    """Return sRGB in 0 to 1 (clipped) of CIE Lab values, shape (..., 3).

    Examples
    --------
    >>> lab_to_srgb(np.array([53.2, 80.1, 67.2])).round(2).tolist()
    [1.0, 0.0, 0.0]
    """
    fy = (lab[..., 0] + 16) / 116
    f = np.stack([fy + lab[..., 1] / 500, fy, fy - lab[..., 2] / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * _WHITE
    linear = np.clip(xyz @ np.linalg.inv(_TO_XYZ).T, 0.0, 1.0)
    curved = 1.055 * linear ** (1 / 2.4) - 0.055
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, curved))


def ita_degrees(lab: Array) -> Array:
    """Return the individual typology angle of CIE Lab colours, in degrees.

    ``ITA = atan((L* - 50) / b*) * 180 / pi`` (Chardon, Cretois, Hourseau, Int J Cosmet Sci 1991).

    Examples
    --------
    >>> ita_degrees(np.array([70.0, 10.0, 20.0])).round(1).item()
    45.0
    """
    return np.asarray(np.degrees(np.arctan2(lab[..., 0] - 50.0, lab[..., 2])))


def skin_lab(ita: float) -> Array:
    """Return the CIE Lab colour of skin with a typology angle, shape (3,).

    Examples
    --------
    >>> skin_lab(35.0).round(1).tolist()
    [63.0, 12.5, 18.5]
    """
    b = float(np.interp(ita, _ANGLES, _B))
    a = float(np.interp(ita, _ANGLES, _A))
    return np.array([50.0 + b * np.tan(np.radians(ita)), a, b])


def skin_srgb(ita: float) -> Array:
    """Return the sRGB colour of skin with a typology angle, shape (3,), 0 to 1."""
    return lab_to_srgb(skin_lab(ita))
