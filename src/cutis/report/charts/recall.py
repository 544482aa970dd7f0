"""The share of queries answered within a list, against the length of the list."""

from __future__ import annotations

import numpy as np

from cutis.report.charts.curve import thin
from cutis.report.palette import BLUE, INK, MUTED, RULE
from cutis.report.svg import Picture, line, number, rect, tag, text

SIDE_X, SIDE_Y = 300.0, 180.0
LEFT, TOP = 46.0, 34.0
WIDTH, HEIGHT = LEFT + SIDE_X + 18, TOP + SIDE_Y + 44


def recall_curve(
    ranks_n: np.ndarray, chance: np.ndarray, n_gallery: int, title: str, what: tuple[str, str]
) -> Picture:
    """Draw the cumulative distribution of ranks on a logarithmic axis.

    Parameters
    ----------
    ranks_n
        Rank of the first right item of each query, from 1.
    chance
        Share of queries a random order answers within 1, 2, ... ``n_gallery`` items.
    n_gallery
        Items in the gallery.
    title
        Name of the direction.
    what
        Plural of the queries and of the items.
    """
    span = np.log10(max(n_gallery, 2))
    sorted_n = np.sort(ranks_n)
    shares = np.arange(1, len(sorted_n) + 1) / max(len(sorted_n), 1)
    x_n = np.concatenate([[0.0], np.log10(np.maximum(sorted_n, 1)) / span, [1.0]])
    y_n = np.concatenate([[0.0], shares, [1.0]])
    lengths = np.unique(np.round(np.geomspace(1, max(n_gallery, 2), 60)).astype(int))
    guess = np.column_stack([np.log10(lengths) / span, chance[lengths - 1]])
    body = [
        text(0, 15, title, size=12.5, bold=True),
        _frame(n_gallery, span, what),
        _path(_stairs(np.column_stack([x_n, y_n])), BLUE, 2.2),
        _path(guess, MUTED, 1.4, stroke_dasharray="4 3"),
        rect(LEFT, TOP, SIDE_X, SIDE_Y, "none", stroke=INK, stroke_width=0.8),
    ]
    half = float(np.median(ranks_n)) if len(ranks_n) else float("nan")
    label = (
        f"{title}: share of {what[0]} with a right answer within a list, by its length; half are "
        f"answered within {half:.0f} of {n_gallery} {what[1]}. Dashed: a random order."
    )
    return Picture(WIDTH, HEIGHT, "".join(body), label)


def _frame(n_gallery: int, span: float, what: tuple[str, str]) -> str:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = TOP + (1 - share) * SIDE_Y
        parts.append(line(LEFT, y, LEFT + SIDE_X, y, RULE))
        parts.append(text(LEFT - 7, y + 4, f"{share:g}", size=11, anchor="end", fill=MUTED))
    marks = [10**i for i in range(7) if 10**i <= n_gallery]
    for mark in marks:
        x = LEFT + np.log10(mark) / span * SIDE_X
        parts.append(line(x, TOP, x, TOP + SIDE_Y, RULE))
        parts.append(text(x, TOP + SIDE_Y + 16, f"{mark:,}", size=11, anchor="middle", fill=MUTED))
    words = f"first k {what[1]} of {n_gallery:,}"
    middle_x, middle_y = LEFT + SIDE_X / 2, TOP + SIDE_Y / 2
    parts.append(text(middle_x, TOP + SIDE_Y + 36, words, size=11.5, anchor="middle", fill=MUTED))
    share_words = f"share of {what[0]}"
    parts.append(text(12, middle_y, share_words, size=11.5, anchor="middle", fill=MUTED, turn=-90))
    return "".join(parts)


def _stairs(points_n2: np.ndarray) -> np.ndarray:
    corners = np.column_stack([points_n2[1:, 0], points_n2[:-1, 1]])
    stairs: np.ndarray = np.insert(points_n2, np.arange(1, len(points_n2)), corners, axis=0)
    return stairs


def _path(points_n2: np.ndarray, stroke: str, width: float, **more: str) -> str:
    pixels = np.column_stack(
        [LEFT + points_n2[:, 0] * SIDE_X, TOP + (1 - points_n2[:, 1]) * SIDE_Y]
    )
    path = " ".join(f"{number(x)},{number(y)}" for x, y in thin(pixels))
    return tag("polyline", points=path, fill="none", stroke=stroke, stroke_width=width, **more)
