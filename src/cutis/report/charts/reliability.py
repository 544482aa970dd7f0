"""The reliability diagram: stated confidence against the share that was right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cutis.report.palette import BLUE, INK, MUTED, RULE, SKY
from cutis.report.svg import Picture, line, rect, tag, text

SIDE = 260.0
LEFT, TOP, GAP, BARS = 52.0, 12.0, 34.0, 52.0


class Bin(NamedTuple):
    """Images whose first answer was stated with a confidence between two bounds.

    Attributes
    ----------
    low, high
        Bounds of the confidence.
    n
        Number of images.
    confidence
        Their mean confidence; None without images.
    accuracy
        The share of them that was right; None without images.
    margin
        Bounds of the interval of that share; None when not known.
    """

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None
    margin: tuple[float, float] | None = None


def _x(share: float) -> float:
    return LEFT + share * SIDE


def _y(share: float) -> float:
    return TOP + (1 - share) * SIDE


def _frame() -> str:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(line(LEFT, _y(share), LEFT + SIDE, _y(share), RULE))
        parts.append(line(_x(share), TOP, _x(share), TOP + SIDE, RULE))
        parts.append(
            text(LEFT - 7, _y(share) + 4, f"{share:g}", size=10.5, anchor="end", fill=MUTED)
        )
        parts.append(
            text(_x(share), TOP + SIDE + 15, f"{share:g}", size=10.5, anchor="middle", fill=MUTED)
        )
    parts.append(line(_x(0), _y(0), _x(1), _y(1), MUTED, stroke_dasharray="4 3"))
    parts.append(rect(LEFT, TOP, SIDE, SIDE, "none", stroke=INK, stroke_width=0.8))
    middle = TOP + SIDE / 2
    parts.append(text(13, middle, "share that was right", anchor="middle", fill=MUTED, turn=-90))
    return "".join(parts)


def _point(item: Bin) -> str:
    if item.confidence is None or item.accuracy is None:
        return ""
    x = _x(item.confidence)
    whisker = ""
    if item.margin:
        whisker = line(x, _y(item.margin[0]), x, _y(item.margin[1]), BLUE, stroke_width=1.4)
    return whisker + tag("circle", cx=x, cy=_y(item.accuracy), r=4, fill=BLUE)


def _histogram(bins: Sequence[Bin]) -> str:
    top = TOP + SIDE + GAP
    most = max((item.n for item in bins), default=0) or 1
    parts = []
    for item in bins:
        height = BARS * item.n / most
        x, width = _x(item.low), (item.high - item.low) * SIDE
        parts.append(rect(x + 0.75, top + BARS - height, width - 1.5, height, SKY))
        if item.n and width >= 20:
            at = top + BARS - height - 3
            parts.append(text(x + width / 2, at, str(item.n), size=9, anchor="middle", fill=MUTED))
    parts.append(line(LEFT, top + BARS, LEFT + SIDE, top + BARS, INK, stroke_width=0.8))
    parts.append(text(LEFT - 7, top + BARS, "images", size=10.5, anchor="end", fill=MUTED))
    middle = LEFT + SIDE / 2
    parts.append(text(middle, top + BARS + 17, "stated confidence", anchor="middle", fill=MUTED))
    return "".join(parts)


def reliability_diagram(bins: Sequence[Bin], label: str) -> Picture:
    """Draw the diagram with a histogram of the confidences under it.

    Parameters
    ----------
    bins
        The confidence bins, from low to high.
    label
        What the picture shows, in a sentence.
    """
    points = [_point(item) for item in bins]
    body = _frame() + "".join(points) + _histogram(bins)
    return Picture(LEFT + SIDE + 14, TOP + SIDE + GAP + BARS + 26, body, label)
