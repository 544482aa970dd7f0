"""A signed difference with its interval on a line around zero."""

from __future__ import annotations

from cutis.report.palette import BLUE, MUTED, RULE, VERMILION
from cutis.report.svg import Picture, line, tag, text

HEIGHT, MARGIN = 18.0, 8.0


def _x(value: float, limit: float, width: float) -> float:
    share = (min(max(value, -limit), limit) + limit) / (2 * limit)
    return MARGIN + share * (width - 2 * MARGIN)


def difference_bar(
    value: float, low: float | None, high: float | None, limit: float, width: float = 200
) -> Picture:
    """Draw a dot with whiskers left or right of zero; filled when its interval excludes zero.

    Parameters
    ----------
    value
        The difference.
    low, high
        Bounds of its interval, or None.
    limit
        Half the length of the axis; what lies beyond is drawn at its end.
    width
        Width of the picture.
    """
    middle = HEIGHT / 2
    colour = VERMILION if value > 0 else BLUE
    parts = [
        line(_x(-limit, limit, width), middle, _x(limit, limit, width), middle, RULE),
        line(_x(0, limit, width), 2, _x(0, limit, width), HEIGHT - 2, MUTED),
    ]
    label = f"{value:+.2f}"
    clear = False
    if low is not None and high is not None:
        clear = low > 0 or high < 0
        parts.append(
            line(_x(low, limit, width), middle, _x(high, limit, width), middle, colour,
                 stroke_width=3, stroke_linecap="round")
        )  # fmt: skip
        label += f", interval {low:+.2f} to {high:+.2f}"
    parts.append(
        tag("circle", cx=_x(value, limit, width), cy=middle, r=4.2,
            fill=colour if clear else "#ffffff", stroke=colour, stroke_width=1.6)
    )  # fmt: skip
    return Picture(width, HEIGHT, "".join(parts), label)


def difference_axis(limit: float, width: float = 200) -> Picture:
    """Draw the ends and the zero of the axis above a column of such bars."""
    parts = [
        text(_x(s, limit, width), 11, f"{s:+g}" if s else "0", size=10, anchor="middle", fill=MUTED)
        for s in (-limit, 0.0, limit)
    ]
    return Picture(width, 14, "".join(parts), f"Axis from {-limit:g} to {limit:g}")
