"""The lesion: outline, pigments and softness, drawn from the attributes alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

# melanin near the surface, melanin deep in the skin, blood, keratin: optical densities.
PIGMENTS: tuple[tuple[float, float, float, float], ...] = (
    (0.08, 0.01, 0.22, 0.02),  # pink
    (0.14, 0.00, 0.08, 0.30),  # yellow
    (0.34, 0.00, 0.09, 0.12),  # light brown
    (1.00, 0.03, 0.14, 0.12),  # dark brown
    (1.50, 0.60, 0.12, 0.05),  # black
    (0.25, 0.62, 0.12, 0.00),  # blue-grey
    (0.05, 0.10, 1.05, 0.00),  # red-purple
)
"""Densities of the seven main colours, in the order of the attribute's levels."""

RADIUS = ((24.0, 38.0), (38.0, 60.0), (60.0, 98.0))
"""Range of the mean radius of small, medium and large lesions; the field is 224 wide."""


@dataclass(frozen=True)
class Lesion:
    """One lesion in its own frame; lengths in units (the field of view is 224 units wide).

    Attributes
    ----------
    attributes
        Attribute name to level.
    key
        Seed of everything that is scattered inside the lesion.
    radius, elongation
        Mean radius; ratio of the axes.
    waves
        Harmonics of the outline, shape (k, 3): order, relative amplitude, phase.
    roughness, softness
        Height of the small irregularities of the border; width of its fading.
    crumble
        How much a fading border breaks up into grains.
    pigments
        Optical densities: melanin, deep melanin, blood, keratin.
    centre
        Centre of the pigmentation relative to the centre, in radii.
    second
        Strength of the second colour, 0 when uniform.
    origin
        Where the lesion lies in the noise banks.
    scale
        Size of the structures relative to the usual.
    """

    attributes: Mapping[str, int]
    key: tuple[int, ...]
    radius: float
    elongation: float
    waves: NDArray[np.float64]
    roughness: float
    softness: float
    crumble: float
    pigments: tuple[float, float, float, float]
    centre: tuple[float, float]
    second: float
    origin: tuple[float, float]
    scale: float

    def grown(self, area_ratio: float) -> Lesion:
        """Return the lesion with ``area_ratio`` times its area and structures of the same size."""
        return replace(self, radius=self.radius * area_ratio**0.5)

    def rng(self, stream: int) -> np.random.Generator:
        """Return the generator of one kind of structure, independent of all others."""
        return np.random.default_rng([*self.key, stream])


def draw_lesion(
    rng: np.random.Generator, attributes: Mapping[str, int], key: tuple[int, ...]
) -> Lesion:
    """Draw what a lesion with these attributes looks like; the diagnosis has no say in it."""
    u = rng.random(16)
    low, high = RADIUS[attributes["size"]]
    asymmetry = attributes["asymmetry"]
    irregular = bool(attributes["border_irregular"])
    spread = np.exp(rng.normal(0.0, (0.28, 0.3, 0.35, 0.8), 4))
    base = PIGMENTS[attributes["colour"]]
    pigments = tuple(float(p * s) for p, s in zip(base, spread, strict=True))
    if attributes["colour"] == 6:  # red to blue-purple and almost black
        pigments = (pigments[0], pigments[1] + 1.1 * max(0.0, u[0] - 0.72) / 0.28, *pigments[2:])
    offset = (0.0, 0.12 + 0.2 * u[1], 0.2 + 0.3 * u[1])[asymmetry]
    direction = 0.0 if asymmetry == 1 else 2 * np.pi * u[2]
    sharp = bool(attributes["border_sharp"])
    soft = 2.5 + 4.5 * u[3] if sharp else 11.0 + 21.0 * u[3] ** 1.5
    wide = 1.0
    if attributes["colour"] < 2 and not sharp:  # pale lesions fade into the skin
        soft *= 1.6
    if attributes["strawberry_pattern"] and not sharp:  # a field rather than a lesion
        soft, wide = 1.5 * soft, 1.2
    radius = wide * (low + (high - low) * float(u[4]))
    return Lesion(
        attributes=attributes,
        key=key,
        radius=radius,
        elongation=1.0 + 0.45 * float(u[5]) ** 1.5,
        waves=_waves(rng, asymmetry, irregular),
        roughness=float((3.0 + 3.5 * u[6]) if irregular else (1.0 + 1.2 * u[6])),
        softness=min(float(soft), 0.8 * radius),
        crumble=float(0.015 + 0.06 * u[11] ** 2),
        pigments=pigments,  # type: ignore[arg-type]
        centre=(offset * float(np.cos(direction)), offset * float(np.sin(direction))),
        second=float(0.6 + 0.6 * u[7]) if attributes["variegated"] else 0.0,
        origin=(256.0 + 512.0 * float(u[8]), 256.0 + 512.0 * float(u[9])),
        scale=0.85 + 0.45 * float(u[10]),
    )


def _waves(rng: np.random.Generator, asymmetry: int, irregular: bool) -> NDArray[np.float64]:
    """Harmonics: even and in phase for symmetry, mirrored for one axis, free for none."""
    orders = np.arange(2, 10)
    amplitude = 0.16 * rng.standard_normal(orders.size) / orders**0.9
    phase = 2 * np.pi * rng.random(orders.size)
    if asymmetry == 0:
        amplitude *= np.where(orders % 2 == 0, 0.7, 0.0)
        phase[:] = 0.0
    elif asymmetry == 1:
        phase[:] = 0.0
    else:
        amplitude[:2] *= 2.0
    amplitude[2:] *= 1.5 if irregular else 0.5
    return np.stack([orders, amplitude, phase], axis=1)
