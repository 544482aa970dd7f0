"""Differences with their confidence intervals, one row each, beside the line of no difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cutis.report.palette import BLUE, INK, MUTED, RULE, VERMILION
from cutis.report.svg import Picture, line, rect, tag, text, wrap

WIDTH, LEFT, RIGHT, ROW, TOP = 620.0, 190.0, 24.0, 26.0, 34.0
# Distances between the marks of the axis, smallest first.
STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


class Row(NamedTuple):
    """One difference.

    Attributes
    ----------
    name
        Of what.
    value, low, high
        The difference and its interval; None where undefined.
    shown
        Whether a difference was shown; drawn filled, else hollow.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    shown: bool


def differences_chart(rows: Sequence[Row], axis: str, better: tuple[str, str]) -> Picture:
    """Draw the rows on one axis.

    Parameters
    ----------
    rows
        The differences, from the top.
    axis
        What the axis measures.
    better
        Words at the left and right end: who is better on that side.
    """
    furthest = max([abs(v) for row in rows for v in row[1:4] if v is not None] + [0.0])
    step = next((s for s in STEPS if 2 * s >= furthest), STEPS[-1])
    reach = max(2 * step, furthest) * 1.04
    height = TOP + ROW * len(rows) + 44
    middle = (LEFT + WIDTH - RIGHT) / 2

    def x(value: float) -> float:
        return middle + value / reach * (WIDTH - RIGHT - LEFT) / 2

    bottom = TOP + ROW * len(rows)
    parts = [line(x(0), TOP - 6, x(0), bottom, INK, stroke_dasharray="3 3")]
    for tick in (-2 * step, -step, 0.0, step, 2 * step):
        if tick:
            parts.append(line(x(tick), TOP - 6, x(tick), bottom, RULE))
        shown = f"{tick:g}".replace("-", "−")
        parts.append(text(x(tick), bottom + 16, shown, size=10, anchor="middle", fill=MUTED))
    parts.append(text(middle, bottom + 34, axis, anchor="middle", fill=MUTED))
    parts.append(text(LEFT, 14, better[0], size=10, fill=MUTED))
    parts.append(text(WIDTH - RIGHT, 14, better[1], size=10, anchor="end", fill=MUTED))
    for i, row in enumerate(rows):
        parts += _row(row, TOP + ROW * (i + 0.5), x)
    label = f"{axis}: " + "; ".join(_said(row) for row in rows)
    return Picture(WIDTH, height, "".join(parts), label)


def _row(row: Row, y: float, place: Callable[[float], float]) -> list[str]:
    parts = [text(LEFT - 12, y + 4, wrap(row.name, 28, 1)[0], anchor="end")]
    if row.value is None:
        return [*parts, text(LEFT + 8, y + 4, "undefined", fill=MUTED)]
    colour = (BLUE if row.value > 0 else VERMILION) if row.shown else MUTED
    if row.low is not None and row.high is not None:
        parts.append(line(place(row.low), y, place(row.high), y, colour, stroke_width=2.5))
        for end in (row.low, row.high):
            parts.append(line(place(end), y - 4, place(end), y + 4, colour, stroke_width=1.5))
    if row.shown:
        parts.append(rect(place(row.value) - 5, y - 5, 10, 10, colour))
    else:
        parts.append(
            tag("circle", cx=place(row.value), cy=y, r=5, fill="#ffffff", stroke=colour,
                stroke_width=2)
        )  # fmt: skip
    return parts


def _said(row: Row) -> str:
    if row.value is None:
        return f"{row.name} undefined"
    if row.low is None or row.high is None:
        return f"{row.name} {row.value:.3f}"
    return f"{row.name} {row.value:.3f} ({row.low:.3f} to {row.high:.3f})"
