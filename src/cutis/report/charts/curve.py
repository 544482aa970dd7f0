"""A ROC or precision-recall curve of one class in a small square panel."""

from __future__ import annotations

import numpy as np

from cutis.report.palette import BLUE, INK, MUTED, RULE
from cutis.report.svg import Picture, line, number, rect, tag, text, wrap

SIDE = 152.0
LEFT, TOP = 42.0, 46.0
WIDTH, HEIGHT = LEFT + SIDE + 10, TOP + SIDE + 40


def thin(points_n2: np.ndarray, step: float = 0.4) -> np.ndarray:
    """Drop the points that change a drawn line by less than can be seen.

    Parameters
    ----------
    points_n2
        Points in pixels, in drawing order.
    step
        Distance in pixels below which two points are one.

    Returns
    -------
    numpy.ndarray
        The first, the last, and every point that is a corner at this resolution, m by 2.

    Examples
    --------
    >>> thin(np.array([[0.0, 0], [0.1, 0], [50, 0], [100, 0], [100, 50]])).tolist()
    [[0.0, 0.0], [100.0, 0.0], [100.0, 50.0]]
    """
    kept: list[np.ndarray] = []
    for point in points_n2:
        if kept and np.abs(point - kept[-1]).max() < step:
            continue
        if len(kept) >= 2:
            (ax, ay), (bx, by) = kept[-1] - kept[-2], point - kept[-1]
            if abs(ax * by - ay * bx) < 1e-9 and ax * bx + ay * by > 0:
                kept[-1] = point
                continue
        kept.append(point)
    if len(points_n2) and not np.array_equal(kept[-1], points_n2[-1]):
        kept.append(points_n2[-1])
    return np.array(kept)


def _frame(horizontal: str, vertical: str) -> str:
    parts = []
    for share in (0.0, 0.5, 1.0):
        x, y = LEFT + share * SIDE, TOP + (1 - share) * SIDE
        parts.append(line(LEFT, y, LEFT + SIDE, y, RULE))
        parts.append(line(x, TOP, x, TOP + SIDE, RULE))
        mark = f"{share:g}"
        parts.append(text(LEFT - 6, y + 4, mark, size=11, anchor="end", fill=MUTED))
        parts.append(text(x, TOP + SIDE + 15, mark, size=11, anchor="middle", fill=MUTED))
    middle = TOP + SIDE / 2
    parts.append(
        text(LEFT + SIDE / 2, TOP + SIDE + 32, horizontal, size=11.5, anchor="middle", fill=MUTED)
    )
    parts.append(text(11, middle, vertical, size=11.5, anchor="middle", fill=MUTED, turn=-90))
    return "".join(parts)


def curve_panel(
    x_n: np.ndarray,
    y_n: np.ndarray,
    *,
    title: str,
    note: str,
    n: int,
    axes: tuple[str, str],
    chance: tuple[float, float],
    steps: bool = False,
) -> Picture:
    """Draw one curve in the unit square.

    Parameters
    ----------
    x_n, y_n
        Points of the curve, each between 0 and 1, in drawing order.
    title
        Name of the class.
    note
        The area with its interval, under the title.
    n
        Number of images of the class.
    axes
        Names of the horizontal and the vertical axis.
    chance
        Heights of the dashed line of a guess at the left and at the right edge.
    steps
        Draw a stair instead of straight pieces: each height holds back to the previous point.
    """
    points_n2 = np.column_stack([LEFT + x_n * SIDE, TOP + (1 - y_n) * SIDE])
    if steps and len(points_n2) > 1:
        corners = np.column_stack([points_n2[:-1, 0], points_n2[1:, 1]])
        points_n2 = np.insert(points_n2, np.arange(1, len(points_n2)), corners, axis=0)
    path = " ".join(f"{number(x)},{number(y)}" for x, y in thin(points_n2))
    name = wrap(title, 28, lines=1)[0]
    body = [
        text(0, 15, name, size=12.5, bold=True),
        text(0, 32, note, size=11.5, fill=MUTED),
        text(LEFT + SIDE, 32, f"n {n}", size=11.5, fill=MUTED, anchor="end"),
        _frame(*axes),
        line(
            LEFT, TOP + (1 - chance[0]) * SIDE, LEFT + SIDE, TOP + (1 - chance[1]) * SIDE,
            MUTED, stroke_dasharray="3 3",
        ),
        tag("polyline", points=path, fill="none", stroke=BLUE, stroke_width=2,
            stroke_linejoin="round"),
        rect(LEFT, TOP, SIDE, SIDE, "none", stroke=INK, stroke_width=0.8),
    ]  # fmt: skip
    label = f"{axes[1]} against {axes[0]} for {title}. {note}, {n} images."
    return Picture(WIDTH, HEIGHT, "".join(body), label)
