"""The paired photograph: the same lesion seen by a smartphone from a distance.

No structure below the surface can be told apart here: the densities of the lesion are rendered
coarsely, on skin with furrows, relief, uneven light and shine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.banks import SIDE, Field
from cutis.data.phantom.canvas import Layers, empty_layers, open_canvas
from cutis.data.phantom.develop import develop
from cutis.data.phantom.skin import slice_of
from cutis.data.phantom.spec import Spec
from cutis.data.phantom.structures import add_surface
from cutis.data.phantom.views import Camera


def render_clinical(spec: Spec, size: int = 224) -> NDArray[np.uint8]:
    """Render the photograph of a scene, shape (size, size, 3)."""
    from PIL import Image

    from cutis.data.phantom.artefacts.hair import add_hair

    rng = np.random.default_rng([spec.clinical.key, 21])
    layers = empty_layers(size)
    add_surface(open_canvas(spec.lesion, spec.clinical, layers))
    _add_furrows(layers, rng)
    image = Image.fromarray(develop(layers, spec.patient.ita, _phone(rng), spec.clinical.key))
    if spec.artefacts.hair:
        add_hair(image, rng)
    return np.asarray(image)


def _phone(rng: np.random.Generator) -> Camera:
    """Draw a phone: warm or cold light from one side, more or less out of focus."""
    z = rng.standard_normal(6)
    warm, light = float(z[0]), float(z[1])
    return Camera(
        gain=(0.02 + 0.045 * warm + 0.09 * light, 0.09 * light, 0.05 - 0.08 * warm + 0.09 * light),
        contrast=1.02 + 0.07 * float(z[2]),
        falloff=0.04,
        slope=(0.13 * float(z[3]), 0.13 * float(z[4])),
        grain=0.012,
        blur=0.35 + 0.7 * float(abs(z[5])) ** 1.5,
    )


def _add_furrows(layers: Layers, rng: np.random.Generator) -> None:
    """Add the skin's own pattern: uneven colour, furrows in relief and specular shine."""
    u = rng.random(8)
    corners = [(int(a), int(b)) for a, b in rng.integers(0, SIDE, (5, 2))]
    size = layers.melanin.shape[0]
    melanin, blood = layers.melanin, layers.blood
    cloud = slice_of("cloud", size, corners[0])
    mottle = slice_of("mottle", size, corners[1])
    uneven = np.float32(0.5 + u[0])
    blood += uneven * (np.float32(0.045) * cloud + np.float32(0.022) * mottle)
    freckles = slice_of("mottle", size, corners[4]) + np.float32(0.6) * cloud
    freckles = np.maximum(freckles - np.float32(1.6), np.float32(0.0))
    melanin += np.float32(0.20 * u[1] ** 2) * freckles
    relief = _relief(size, corners[2], 1.6 + 2.4 * u[2])
    relief += np.float32(0.35) * slice_of("grain", size, corners[3], 2.0 + 2.0 * u[3])
    shade = np.zeros_like(relief)
    turn = 2 * np.pi * u[4]
    shade[:, 1:] += np.float32(np.cos(turn)) * (relief[:, 1:] - relief[:, :-1])
    shade[1:] += np.float32(np.sin(turn)) * (relief[1:] - relief[:-1])
    depth = np.float32(0.03 + 0.07 * u[5])
    melanin += depth * shade - np.float32(0.35) * depth * relief
    gloss = np.maximum(shade - np.float32(0.9), np.float32(0.0))
    layers.white[:] += np.float32(0.30 * u[6] ** 2) * np.minimum(gloss, np.float32(1.5))


def _relief(size: int, corner: tuple[int, int], scale: float) -> Field:
    """Return the height of the skin's plateaus between furrows, about -1 to 1."""
    edge = slice_of("edge", size, corner, scale)
    plateau = np.minimum(edge * np.float32(5.0), np.float32(1.0))
    return np.asarray(plateau * np.float32(2.0) - np.float32(1.0))
