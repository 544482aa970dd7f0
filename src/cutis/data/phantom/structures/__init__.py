"""The dermoscopic structures; each adds to the optical densities of a canvas."""

from __future__ import annotations

import numpy as np

from cutis.data.phantom.canvas import Canvas
from cutis.data.phantom.structures.keratosis import (
    add_cysts,
    add_nests,
    add_openings,
    add_ridges,
    add_white_lines,
)
from cutis.data.phantom.structures.network import add_globules, add_network, add_streaks
from cutis.data.phantom.structures.pigment import add_pigment
from cutis.data.phantom.structures.veil import (
    add_regression,
    add_scale,
    add_scar,
    add_ulceration,
    add_veil,
)
from cutis.data.phantom.structures.vessels import add_lacunae, add_strawberry, add_vessels

_PLAIN = (
    ("lacunae", add_lacunae),
    ("ridges", add_ridges),
    ("ovoid_nests", add_nests),
    ("white_scar", add_scar),
    ("blue_white_veil", add_veil),
    ("regression", add_regression),
    ("strawberry_pattern", add_strawberry),
    ("comedo_like_openings", add_openings),
    ("milia_like_cysts", add_cysts),
    ("ulceration", add_ulceration),
    ("shiny_white_lines", add_white_lines),
    ("scale", add_scale),
)

_BY_EYE = frozenset(
    {"ovoid_nests", "white_scar", "blue_white_veil", "regression", "ulceration", "scale"}
)


def add_structures(canvas: Canvas) -> None:
    """Add everything the lesion has, from the ground colour up, in place."""
    attributes = canvas.lesion.attributes
    add_pigment(canvas)
    for name, add in (
        ("network", add_network),
        ("globules", add_globules),
        ("streaks", add_streaks),
    ):
        if attributes[name]:
            add(canvas, attributes[name])
    for name, plain in _PLAIN:
        if attributes[name]:
            plain(canvas)
    if attributes["vessels"]:
        add_vessels(canvas, attributes["vessels"])


def add_surface(canvas: Canvas) -> None:
    """Add only what the naked eye sees of the lesion: its colours, not its structures."""
    attributes = canvas.lesion.attributes
    add_pigment(canvas)
    for name, plain in _PLAIN:
        if attributes[name] and name in _BY_EYE:
            plain(canvas)
    if attributes["lacunae"] or attributes["strawberry_pattern"]:
        canvas.blood += np.float32(0.18) * canvas.inside
    if attributes["comedo_like_openings"] or attributes["ridges"]:
        canvas.melanin += np.float32(0.10) * canvas.inside
