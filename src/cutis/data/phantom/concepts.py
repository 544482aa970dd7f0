"""From attribute levels to binary concepts: the 0/1 columns of the table, and the six colours."""

from __future__ import annotations

from collections.abc import Mapping

COLOURS: tuple[str, ...] = ("white", "red", "light brown", "dark brown", "blue-grey", "black")
"""The six colours that dermoscopy counts."""

CONCEPTS: tuple[str, ...] = (
    "asymmetry",
    "irregular_border",
    "sharp_border",
    "typical_network",
    "atypical_network",
    "regular_globules",
    "irregular_globules",
    "regular_streaks",
    "irregular_streaks",
    "blue_white_veil",
    "regression",
    "dotted_vessels",
    "arborising_vessels",
    "linear_irregular_vessels",
    "lacunae",
    "milia_like_cysts",
    "comedo_like_openings",
    "ridges",
    "ovoid_nests",
    "ulceration",
    "white_scar",
    "shiny_white_lines",
    "strawberry_pattern",
    "scale",
    *(f"colour_{name.replace(' ', '_').replace('-', '_')}" for name in COLOURS),
)
"""Names of the concept columns."""

_LEVELS = {
    "typical_network": ("network", 1),
    "atypical_network": ("network", 2),
    "regular_globules": ("globules", 1),
    "irregular_globules": ("globules", 2),
    "regular_streaks": ("streaks", 1),
    "irregular_streaks": ("streaks", 2),
    "dotted_vessels": ("vessels", 1),
    "arborising_vessels": ("vessels", 2),
    "linear_irregular_vessels": ("vessels", 3),
    "irregular_border": ("border_irregular", 1),
    "sharp_border": ("border_sharp", 1),
}

# Which of the six colours each main colour shows; yellow is none of them.
_MAIN = ("red", None, "light brown", "dark brown", "black", "blue-grey", "red")


def colours(attributes: Mapping[str, int]) -> tuple[str, ...]:
    """Return which of the six dermoscopic colours a lesion shows, in their order.

    Examples
    --------
    >>> from cutis.data.phantom.attributes import ATTRIBUTES
    >>> plain = dict.fromkeys((a.name for a in ATTRIBUTES), 0)
    >>> colours({**plain, "colour": 3, "regression": 1})
    ('white', 'dark brown', 'blue-grey')
    """
    a = attributes
    main = _MAIN[a["colour"]]
    brown = a["colour"] in (2, 3)
    shown = {
        "white": a["regression"] or a["white_scar"] or a["scale"],
        "red": main == "red" or a["ulceration"] or a["vessels"] >= 2 or a["strawberry_pattern"],
        "light brown": a["colour"] == 2 or (a["colour"] == 3 and a["variegated"]),
        "dark brown": a["colour"] == 3 or (a["colour"] == 2 and a["variegated"]),
        "blue-grey": main == "blue-grey"
        or a["blue_white_veil"]
        or a["regression"]
        or a["ovoid_nests"],
        "black": main == "black" or a["comedo_like_openings"] or (brown and a["globules"] == 2),
    }
    return tuple(name for name in COLOURS if shown[name])


def concepts(attributes: Mapping[str, int]) -> dict[str, int]:
    """Return every concept as 0 or 1, in the order of :data:`CONCEPTS`.

    Examples
    --------
    >>> from cutis.data.phantom.attributes import ATTRIBUTES
    >>> plain = dict.fromkeys((a.name for a in ATTRIBUTES), 0)
    >>> [k for k, v in concepts({**plain, "network": 2}).items() if v]
    ['atypical_network', 'colour_red']
    """
    present = set(colours(attributes))
    found: dict[str, int] = {}
    for name in CONCEPTS:
        if name == "asymmetry":
            found[name] = int(attributes["asymmetry"] > 0)
        elif name in _LEVELS:
            attribute, level = _LEVELS[name]
            found[name] = int(attributes[attribute] == level)
        elif name in attributes:
            found[name] = int(attributes[name] > 0)
    for colour, name in zip(COLOURS, CONCEPTS[-len(COLOURS) :], strict=True):
        found[name] = int(colour in present)
    return found
