"""One line per reader from a value before to a value after."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cutis.report.palette import BLUE, INK, MUTED, RULE, VERMILION
from cutis.report.svg import Picture, line, tag, text, wrap

WIDTH, HEIGHT = 460.0, 380.0
LEFT, RIGHT, TOP, BOTTOM = 150.0, 310.0, 34.0, 350.0
# More names than this would lie on each other.
MOST_NAMES = 18
GAP = 14.0
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


class Slope(NamedTuple):
    """One reader's values."""

    name: str
    before: float
    after: float


def spaced(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move heights apart so that none is nearer than ``gap`` to the next, in their order.

    Examples
    --------
    >>> spaced([10.0, 11.0, 50.0], 10.0, 0.0, 100.0)
    [10.0, 20.0, 50.0]
    >>> spaced([99.0, 100.0], 10.0, 0.0, 100.0)
    [90.0, 100.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    floor = low
    for i in order:
        placed[i] = max(wanted[i], floor)
        floor = placed[i] + gap
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - gap
    return placed


def slope_chart(
    slopes: Sequence[Slope], arms: tuple[str, str], title: str, model: float | None = None
) -> Picture:
    """Draw a line per reader, the mean in bold, and the model as a dashed level.

    Rising lines are solid and blue, falling ones dashed and red-brown; no meaning is carried by
    colour alone.

    Parameters
    ----------
    slopes
        The readers.
    arms
        Names of the two sides.
    title
        What is measured.
    model
        The model's value, or None.
    """
    values = [v for s in slopes for v in (s.before, s.after)] + (
        [model] if model is not None else []
    )
    ticks = _ticks(values)
    low, high = ticks[0], ticks[-1]

    def y(value: float) -> float:
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)

    parts = [text(0, 14, title, bold=True)]
    for tick in ticks:
        parts.append(line(LEFT, y(tick), RIGHT, y(tick), RULE))
        parts.append(text(LEFT - 8, y(tick) + 4, f"{tick:.2f}", anchor="end", fill=MUTED))
    for x, name in zip((LEFT, RIGHT), arms, strict=True):
        parts.append(line(x, TOP, x, BOTTOM, INK))
        parts.append(text(x, BOTTOM + 20, wrap(name, 22, 1)[0], anchor="middle"))
    if model is not None:
        parts.append(line(LEFT, y(model), RIGHT, y(model), INK, stroke_dasharray="2 4"))
        parts.append(text((LEFT + RIGHT) / 2, y(model) - 5, "model", anchor="middle", fill=MUTED))
    parts += [_line(s, y) for s in slopes]
    n = max(len(slopes), 1)
    means = [sum(s.before for s in slopes) / n, sum(s.after for s in slopes) / n]
    if slopes:
        parts.append(line(LEFT, y(means[0]), RIGHT, y(means[1]), INK, stroke_width=4))
    if len(slopes) <= MOST_NAMES:
        heights = spaced([y(s.after) for s in slopes], GAP, TOP, BOTTOM)
        for s, height in zip(slopes, heights, strict=True):
            parts.append(line(RIGHT + 3, y(s.after), RIGHT + 14, height, RULE))
            parts.append(text(RIGHT + 17, height + 4, wrap(s.name, 20, 1)[0]))
    said = "; ".join(f"{s.name} {s.before:.3f} to {s.after:.3f}" for s in slopes)
    return Picture(WIDTH, HEIGHT, "".join(parts), f"{title}, {arms[0]} to {arms[1]}: {said}")


def _line(slope: Slope, place: Callable[[float], float]) -> str:
    change = slope.after - slope.before
    colour = BLUE if change > 0 else VERMILION if change < 0 else MUTED
    dash: dict[str, str | float] = {"stroke_dasharray": "5 3"} if change < 0 else {}
    ends = [
        tag("circle", cx=x, cy=place(v), r=3, fill=colour)
        for x, v in ((LEFT, slope.before), (RIGHT, slope.after))
    ]
    joined = line(
        LEFT, place(slope.before), RIGHT, place(slope.after), colour, **dash, stroke_width=1.6
    )
    return joined + "".join(ends)


def _ticks(values: Sequence[float]) -> list[float]:
    """Return four to nine round numbers around all values, within 0 to 1 for shares."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    width = max(high - low, 0.05)
    step = next(s for s in STEPS if width / s <= 7) if width <= 7 * STEPS[-1] else width / 5
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if last - first < 3:
        first, last = first - 1, last + 1
    ticks = [round(step * i, 6) for i in range(first, last + 1)]
    return [t for t in ticks if 0 <= t <= 1] if low >= 0 and high <= 1 else ticks
