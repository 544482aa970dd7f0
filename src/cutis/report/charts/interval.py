"""A value with its confidence interval on a line from 0 to 1, small enough for a table cell."""

from __future__ import annotations

from cutis.report.palette import BLUE, INK, MUTED, RULE
from cutis.report.svg import Picture, line, tag, text

HEIGHT = 18.0
MARGIN = 6.0


def _x(value: float, width: float) -> float:
    return MARGIN + min(max(value, 0.0), 1.0) * (width - 2 * MARGIN)


def interval_bar(
    value: float,
    low: float | None,
    high: float | None,
    *,
    reference: float | None = None,
    reference_name: str = "baseline",
    width: float = 180,
) -> Picture:
    """Draw a dot with whiskers, and a hollow diamond where the reference lies.

    Parameters
    ----------
    value
        The estimate, between 0 and 1; what lies outside is drawn at the edge.
    low, high
        Bounds of its interval, or None.
    reference
        A value to compare with.
    reference_name
        What the reference is, for the label.
    """
    middle = HEIGHT / 2
    parts = [line(_x(0, width), middle, _x(1, width), middle, RULE)]
    parts += [line(_x(s, width), middle - 3, _x(s, width), middle + 3, RULE) for s in (0, 0.5, 1)]
    label = f"{value:.2f}"
    if low is not None and high is not None:
        parts.append(
            line(_x(low, width), middle, _x(high, width), middle, BLUE, stroke_width=3,
                 stroke_linecap="round")
        )  # fmt: skip
        label += f", interval {low:.2f} to {high:.2f}"
    if reference is not None:
        x = _x(reference, width)
        points = (
            f"{x:.2f},{middle - 5} {x + 5:.2f},{middle} {x:.2f},{middle + 5} {x - 5:.2f},{middle}"
        )
        parts.append(tag("polygon", points=points, fill="#ffffff", stroke=INK, stroke_width=1.2))
        label += f", {reference_name} {reference:.2f}"
    parts.append(tag("circle", cx=_x(value, width), cy=middle, r=4.2, fill=BLUE, stroke="#ffffff"))
    return Picture(width, HEIGHT, "".join(parts), label)


def interval_axis(width: float = 180) -> Picture:
    """Draw the numbers 0, 0.5 and 1 above a column of interval bars."""
    parts = [
        text(_x(s, width), 11, f"{s:g}", size=10, anchor="middle", fill=MUTED) for s in (0, 0.5, 1)
    ]
    return Picture(width, 14, "".join(parts), "Axis from 0 to 1")
