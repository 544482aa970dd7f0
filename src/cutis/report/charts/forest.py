"""Subgroups one below the other, each with its value and interval, the worst one marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cutis.report.palette import BLUE, INK, MUTED, RULE, VERMILION
from cutis.report.svg import Picture, line, rect, tag, text, wrap

WIDTH, LEFT, RIGHT, ROW, TOP = 660.0, 178.0, 136.0, 25.0, 30.0


class Row(NamedTuple):
    """One subgroup.

    Attributes
    ----------
    name
        Of the subgroup.
    value, low, high
        Its value and interval; None where there is none.
    n
        Images it rests on.
    worst
        What to say of it if it fares worst of those compared; it is then drawn as a square.
    compared
        Whether it takes part in the comparison; drawn hollow if not.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    worst: str = ""
    compared: bool = True


def forest(rows: Sequence[Row], axis: str, overall: float | None = None) -> Picture:
    """Draw the subgroups on one axis.

    Parameters
    ----------
    rows
        The subgroups, from the top.
    axis
        What the axis measures.
    overall
        The value of all images, a dashed line.
    """
    low, high = _reach(rows, overall)
    bottom = TOP + ROW * len(rows)

    def x(value: float) -> float:
        return LEFT + (value - low) / (high - low) * (WIDTH - RIGHT - LEFT)

    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        at = low + share * (high - low)
        parts.append(line(x(at), TOP - 4, x(at), bottom, RULE))
        parts.append(
            text(x(at), bottom + 15, f"{at:.2f}".replace("-", "−"), size=10, anchor="middle",
                 fill=MUTED)
        )  # fmt: skip
    if overall is not None:
        parts.append(line(x(overall), TOP - 4, x(overall), bottom, INK, stroke_dasharray="3 3"))
        parts.append(text(x(overall), TOP - 10, "all images", size=10, anchor="middle", fill=MUTED))
    parts.append(text(WIDTH - 84, TOP - 10, "images", size=10, anchor="end", fill=MUTED))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(text(middle, bottom + 33, axis, anchor="middle", fill=MUTED))
    for i, row in enumerate(rows):
        parts += _row(row, TOP + ROW * (i + 0.5), x)
    label = f"{axis} by subgroup: " + "; ".join(_said(row) for row in rows)
    return Picture(WIDTH, bottom + 42, "".join(parts), label)


def _reach(rows: Sequence[Row], overall: float | None) -> tuple[float, float]:
    """Return the ends of the axis: 0 to 1 for shares, wider than the data for errors."""
    found = [v for row in rows for v in row[1:4] if v is not None]
    found += [] if overall is None else [overall]
    if not found or (min(found) >= 0 and max(found) <= 1):
        return 0.0, 1.0
    reach = max(abs(min(found)), abs(max(found)), 0.05)
    return -reach, reach


def _row(row: Row, y: float, place: Callable[[float], float]) -> list[str]:
    parts = [
        text(LEFT - 12, y + 4, wrap(row.name, 27, 1)[0], anchor="end"),
        text(WIDTH - 84, y + 4, f"{row.n:,}", anchor="end", fill=MUTED),
    ]
    if row.value is None:
        return [*parts, text(LEFT + 8, y + 4, "too few to measure", fill=MUTED)]
    colour = VERMILION if row.worst else BLUE if row.compared else MUTED
    if row.low is not None and row.high is not None:
        ends = place(row.low), place(row.high)
        parts.append(line(ends[0], y, ends[1], y, colour, stroke_width=2.5))
        parts += [line(end, y - 4, end, y + 4, colour, stroke_width=1.5) for end in ends]
    at = place(row.value)
    if row.worst:
        parts.append(rect(at - 5, y - 5, 10, 10, colour))
        parts.append(text(WIDTH - 74, y + 4, row.worst, size=10, fill=colour))
    else:
        fill = colour if row.compared else "#ffffff"
        parts.append(tag("circle", cx=at, cy=y, r=5, fill=fill, stroke=colour, stroke_width=2))
    return parts


def _said(row: Row) -> str:
    if row.value is None:
        return f"{row.name} too few to measure ({row.n} images)"
    words = f"{row.name} {row.value:.2f}"
    if row.low is not None and row.high is not None:
        words += f" ({row.low:.2f} to {row.high:.2f})"
    return words + (f", {row.worst}" if row.worst else "")
