"""Of 100 images: a square of dots that shows shares the way people count."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from cutis.report.palette import BLUE, MUTED, SKY
from cutis.report.svg import Picture, tag
from cutis.report.wording import hundred

PITCH = 17.0


def hundredths(shares: Sequence[float]) -> list[int]:
    """Round shares that sum to one to whole hundredths that sum to 100.

    Running totals are rounded, so that the first number is that of its share alone, the first
    two together that of their sum, and so on.

    Examples
    --------
    >>> hundredths([0.525, 0.475]), hundredths([1 / 3, 1 / 3, 1 / 3])
    ([53, 47], [33, 34, 33])
    """
    totals = [hundred(total) for total in accumulate(shares)]
    return [after - before for before, after in pairwise([0, *totals[:-1], 100])]


def _dot(i: int, kind: int) -> str:
    x, y = (i % 10 + 0.5) * PITCH, (i // 10 + 0.5) * PITCH
    if kind == 0:
        return tag("circle", cx=x, cy=y, r=6.2, fill=BLUE)
    if kind == 1:
        return tag("circle", cx=x, cy=y, r=5.2, fill="#ffffff", stroke=SKY, stroke_width=2.4)
    return tag("circle", cx=x, cy=y, r=2.2, fill=MUTED)


def waffle(right: float, close: float) -> Picture:
    """Draw 100 dots: filled for right, rings for close, small dots for the rest.

    Parameters
    ----------
    right
        Share of images whose first answer is right.
    close
        Share whose diagnosis is among the next answers that count as close.
    """
    first, second, rest = hundredths([right, close, 1 - right - close])
    kinds = [0] * first + [1] * second + [2] * rest
    label = f"Of 100 images, {first} right, {second} close, {rest} missed"
    side = 10 * PITCH
    return Picture(side, side, "".join(_dot(i, kind) for i, kind in enumerate(kinds)), label)
