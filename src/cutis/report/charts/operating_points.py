"""The ROC curve of a model, its operating point, and that of every reader."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from cutis.report.palette import BLUE, INK, MUTED, RULE, VERMILION
from cutis.report.svg import Picture, line, number, rect, tag, text

SIDE, LEFT, TOP = 300.0, 52.0, 20.0
WIDTH, HEIGHT = LEFT + SIDE + 130, TOP + SIDE + 48


class Point(NamedTuple):
    """Sensitivity and specificity of one reader."""

    name: str
    sensitivity: float
    specificity: float


def operating_points(
    curve: Sequence[Sequence[float]], model: Point, readers: Sequence[Point], title: str
) -> Picture:
    """Draw a curve with a square for the model and a ring for every reader.

    Parameters
    ----------
    curve
        Points (false-positive rate, sensitivity).
    model, readers
        Operating points.
    title
        What counts as positive.
    """

    def place(point: Point) -> tuple[float, float]:
        return LEFT + (1 - point.specificity) * SIDE, TOP + (1 - point.sensitivity) * SIDE

    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = LEFT + share * SIDE, TOP + (1 - share) * SIDE
        parts += [line(LEFT, y, LEFT + SIDE, y, RULE), line(x, TOP, x, TOP + SIDE, RULE)]
        parts.append(text(LEFT - 6, y + 4, f"{share:g}", anchor="end", fill=MUTED))
        parts.append(text(x, TOP + SIDE + 15, f"{share:g}", anchor="middle", fill=MUTED))
    path = " ".join(f"{number(LEFT + x * SIDE)},{number(TOP + (1 - y) * SIDE)}" for x, y in curve)
    parts.append(tag("polyline", points=path, fill="none", stroke=BLUE, stroke_width=2))
    for reader in readers:
        x, y = place(reader)
        parts.append(
            tag("circle", tag("title", escape(reader.name)), cx=x, cy=y, r=4.5, fill="none",
                stroke=VERMILION, stroke_width=1.8)
        )  # fmt: skip
    x, y = place(model)
    parts.append(rect(x - 5, y - 5, 10, 10, BLUE, stroke="#ffffff"))
    parts.append(rect(LEFT, TOP, SIDE, SIDE, "none", stroke=INK, stroke_width=0.8))
    middle = TOP + SIDE / 2
    parts.append(text(LEFT + SIDE / 2, TOP + SIDE + 36, "1 - specificity", anchor="middle"))
    parts.append(text(14, middle, "Sensitivity", anchor="middle", turn=-90))
    right = LEFT + SIDE + 16
    parts.append(rect(right, TOP + 4, 10, 10, BLUE))
    parts.append(text(right + 18, TOP + 13, "model"))
    parts.append(tag("circle", cx=right + 5, cy=TOP + 29, r=4.5, fill="none", stroke=VERMILION,
                     stroke_width=1.8))  # fmt: skip
    parts.append(text(right + 18, TOP + 33, "readers"))
    label = (
        f"{title}: model sensitivity {model.sensitivity:.3f}, specificity {model.specificity:.3f}; "
        + "; ".join(f"{r.name} {r.sensitivity:.3f}, {r.specificity:.3f}" for r in readers)
    )
    return Picture(WIDTH, HEIGHT, "".join(parts), label)
