"""Colours of the report: the Okabe-Ito set, one blue scale, and the contrast between two colours.

The qualitative colours are those of Okabe and Ito (Color Universal Design, 2008), which people
with the common colour-vision deficiencies tell apart. No meaning is carried by colour alone.
"""

from __future__ import annotations

INK = "#1b2530"
MUTED = "#55606c"
RULE = "#d7dde3"
PAPER = "#ffffff"
BLUE = "#0072b2"
SKY = "#56b4e9"
VERMILION = "#d55e00"
ORANGE = "#e69f00"
GREEN = "#009e73"
PURPLE = "#cc79a7"

_SCALE = ("#ffffff", "#dcebf5", "#a9cfe6", "#62a6cf", "#22739f", "#0b4a75", "#072f4e")


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def sequential(share: float) -> str:
    """Return the blue for a share between 0 (white) and 1 (darkest).

    Examples
    --------
    >>> sequential(0.0), sequential(0.5), sequential(1.0)
    ('#ffffff', '#62a6cf', '#072f4e')
    """
    position = min(max(share, 0.0), 1.0) * (len(_SCALE) - 1)
    below = min(int(position), len(_SCALE) - 2)
    part = position - below
    pairs = zip(_channels(_SCALE[below]), _channels(_SCALE[below + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Return the relative luminance of an ``#rrggbb`` colour (WCAG 2.1).

    Examples
    --------
    >>> luminance("#ffffff"), luminance("#000000")
    (1.0, 0.0)
    """
    linear = []
    for channel in _channels(colour):
        c = channel / 255
        linear.append(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.1; text needs 4.5).

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(background: str) -> str:
    """Return black or white, whichever reads better on the background.

    Examples
    --------
    >>> text_on("#ffffff"), text_on("#072f4e")
    ('#000000', '#ffffff')
    """
    return max(("#000000", "#ffffff"), key=lambda colour: contrast(colour, background))
