"""Render a scene: the dermoscopic image, its mask, and the follow-up."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.artefacts import add_artefacts
from cutis.data.phantom.artefacts.spec import CLEAN
from cutis.data.phantom.canvas import empty_layers, open_canvas
from cutis.data.phantom.develop import develop
from cutis.data.phantom.skin import add_skin
from cutis.data.phantom.spec import Spec
from cutis.data.phantom.structures import add_structures
from cutis.data.phantom.views import draw_camera


class Rendering(NamedTuple):
    """One rendered image.

    Attributes
    ----------
    image
        sRGB bytes, shape (size, size, 3).
    mask
        Whether a pixel belongs to the lesion, shape (size, size).
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.bool_]


def render_followup(spec: Spec, size: int = 224) -> Rendering:
    """Render the scene again after the interval: grown, seen a little differently, no artefacts."""
    rng = np.random.default_rng([spec.view.key, 31])
    u = rng.random(4)
    view = spec.view._replace(
        x=spec.view.x + 8.0 * (float(u[0]) - 0.5),
        y=spec.view.y + 8.0 * (float(u[1]) - 0.5),
        turn=spec.view.turn + 0.3 * (float(u[2]) - 0.5),
        key=int(u[3] * 2**31),
    )
    later = replace(
        spec,
        lesion=spec.lesion.grown(spec.growth.area_ratio),
        view=view,
        camera=draw_camera(rng),
        artefacts=CLEAN,
    )
    return render(later, size)


def render(spec: Spec, size: int = 224) -> Rendering:
    """Render the dermoscopic image of a scene; equal scenes give equal bytes."""
    from PIL import Image

    layers = empty_layers(size)
    add_skin(layers, spec.view.key, spec.patient.age)
    canvas = open_canvas(spec.lesion, spec.view, layers)
    add_structures(canvas)
    image = Image.fromarray(develop(layers, spec.patient.ita, spec.camera, spec.view.key))
    add_artefacts(image, spec.artefacts, spec.view)
    return Rendering(np.asarray(image), canvas.full_mask())
