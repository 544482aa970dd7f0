"""What lies on the skin or in the lens: hair, ruler, ink, gel bubbles, dark corner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cutis.data.phantom.artefacts.hair import add_hair
from cutis.data.phantom.artefacts.ink import add_ink
from cutis.data.phantom.artefacts.lens import add_bubbles, add_corner
from cutis.data.phantom.artefacts.ruler import add_ruler
from cutis.data.phantom.artefacts.spec import Artefacts
from cutis.data.phantom.views import View

if TYPE_CHECKING:
    from PIL import Image


def add_artefacts(image: Image.Image, artefacts: Artefacts, view: View) -> None:
    """Draw the artefacts of an image over it, in place."""

    def rng(stream: int) -> np.random.Generator:
        return np.random.default_rng([artefacts.key, stream])

    if artefacts.ink:
        add_ink(image, rng(1))
    if artefacts.hair:
        add_hair(image, rng(2))
    if artefacts.ruler:
        add_ruler(image, rng(3), view.field_mm)
    if artefacts.gel_bubbles:
        add_bubbles(image, rng(4))
    if artefacts.dark_corner:
        add_corner(image, rng(5))
