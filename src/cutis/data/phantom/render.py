"""Render a scene: the dermoscopic image, its mask, and the follow-up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.artefacts import add_artefacts
from cutis.data.phantom.canvas import open_canvas
from cutis.data.phantom.develop import develop, to_bytes
from cutis.data.phantom.skin import add_skin
from cutis.data.phantom.spec import Spec
from cutis.data.phantom.structures import add_structures
from cutis.data.phantom.views import FIELD


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


def render(spec: Spec, size: int = 224) -> Rendering:
    """Render the dermoscopic image of a scene; equal scenes give equal bytes."""
    from PIL import Image, ImageFilter

    canvas = open_canvas(spec.lesion, spec.view, size)
    add_skin(canvas)
    add_structures(canvas)
    image = Image.fromarray(to_bytes(develop(canvas, spec.patient.ita, spec.camera)))
    if spec.camera.blur:
        image = image.filter(ImageFilter.BoxBlur(spec.camera.blur * size / FIELD))
    add_artefacts(image, spec.artefacts, spec.view)
    return Rendering(np.asarray(image), canvas.inner > 0)
