"""Lines over a common axis, each with the band of its confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cutis.report.palette import INK, MUTED, RULE
from cutis.report.svg import Picture, line, number, rect, tag, text

SIDE_X, SIDE_Y = 420.0, 250.0
LEFT, TOP = 58.0, 12.0
LEGEND = 19.0


class Axis(NamedTuple):
    """One axis: what it shows, its ends and where it has marks."""

    name: str
    low: float
    high: float
    marks: tuple[float, ...]


class Line(NamedTuple):
    """One line; NaN (or None) breaks it.

    Attributes
    ----------
    name
        What it is, for the legend.
    x_m, y_m
        (m,) its points.
    low_m, high_m
        (m,) bounds of its interval; None for a line without a band.
    colour
        Stroke, and fill of the band.
    dash
        Stroke pattern, so that no line is told by colour alone; None for a full line.
    """

    name: str
    x_m: np.ndarray
    y_m: np.ndarray
    low_m: np.ndarray | None = None
    high_m: np.ndarray | None = None
    colour: str = INK
    dash: str | None = None


def nice_axis(name: str, low: float, high: float, include: Sequence[float] = ()) -> Axis:
    """Return an axis with round marks that holds both ends.

    Parameters
    ----------
    name
        What the axis shows.
    low, high
        The least and the largest value.
    include
        Further values that must be on it.

    Examples
    --------
    >>> nice_axis("risk", 0.0, 0.37).marks
    (0.0, 0.1, 0.2, 0.3, 0.4)
    """
    low, high = min([low, *include]), max([high, *include])
    span = max(high - low, 1e-6)
    size = 10.0 ** float(np.floor(np.log10(span)))
    step = next(s * size for s in (0.1, 0.2, 0.5, 1.0, 2.0) if span / (s * size) <= 6)
    first, last = int(np.floor(low / step + 1e-9)), int(np.ceil(high / step - 1e-9))
    marks = tuple(round(k * step, 10) + 0.0 for k in range(first, max(last, first + 1) + 1))
    return Axis(name, marks[0], marks[-1], marks)


def band_chart(lines: Sequence[Line], x: Axis, y: Axis, label: str) -> Picture:
    """Draw lines with their bands, a frame with marks, and a legend below.

    Parameters
    ----------
    lines
        What is drawn, the first undermost; what leaves the frame is cut off at its edge.
    x, y
        The axes.
    label
        What the picture shows, in a sentence.
    """
    bands = [_band(one, x, y) for one in lines if one.low_m is not None]
    strokes = [_stroke(one, x, y) for one in lines]
    frame = rect(LEFT, TOP, SIDE_X, SIDE_Y, "none", stroke=INK, stroke_width=0.8)
    body = _grid(x, y) + "".join(bands) + "".join(strokes) + frame + _legend(lines)
    height = TOP + SIDE_Y + 46 + LEGEND * len(lines)
    return Picture(LEFT + SIDE_X + 16, height, body, label)


def _place(values_m: np.ndarray, axis: Axis) -> np.ndarray:
    values = np.asarray(values_m, dtype=float)
    share: np.ndarray = np.clip((values - axis.low) / (axis.high - axis.low), 0.0, 1.0)
    return share


def _pixels(x_m: np.ndarray, y_m: np.ndarray, x: Axis, y: Axis) -> np.ndarray:
    return np.column_stack([LEFT + _place(x_m, x) * SIDE_X, TOP + (1 - _place(y_m, y)) * SIDE_Y])


def _stretches(*columns: np.ndarray) -> list[np.ndarray]:
    """Return the runs of positions at which every column has a number."""
    known = ~np.isnan(np.column_stack([np.asarray(c, dtype=float) for c in columns])).any(axis=1)
    positions = np.flatnonzero(known)
    breaks = np.flatnonzero(np.diff(positions) > 1) + 1
    return [run for run in np.split(positions, breaks) if run.size]


def _points(pixels_m2: np.ndarray) -> str:
    return " ".join(f"{number(px)},{number(py)}" for px, py in pixels_m2)


def _band(one: Line, x: Axis, y: Axis) -> str:
    low, high = np.asarray(one.low_m, dtype=float), np.asarray(one.high_m, dtype=float)
    parts = []
    for run in _stretches(one.x_m, low, high):
        upper = _pixels(one.x_m[run], high[run], x, y)
        lower = _pixels(one.x_m[run], low[run], x, y)[::-1]
        points = _points(np.concatenate([upper, lower]))
        parts.append(tag("polygon", points=points, fill=one.colour, fill_opacity=0.16))
    return "".join(parts)


def _stroke(one: Line, x: Axis, y: Axis) -> str:
    parts = []
    seen_m = _until_edge(np.asarray(one.y_m, dtype=float), y)
    for run in _stretches(one.x_m, seen_m):
        points = _points(_pixels(one.x_m[run], one.y_m[run], x, y))
        parts.append(
            tag("polyline", points=points, fill="none", stroke=one.colour, stroke_width=2,
                stroke_linejoin="round", stroke_dasharray=one.dash)
        )  # fmt: skip
    return "".join(parts)


def _until_edge(y_m: np.ndarray, y: Axis) -> np.ndarray:
    """Return the heights with NaN where a line has left the frame, after touching its edge."""
    outside = (y_m < y.low) | (y_m > y.high)
    near = ~outside
    near[1:] |= ~outside[:-1]
    near[:-1] |= ~outside[1:]
    seen: np.ndarray = np.where(near, y_m, np.nan)
    return seen


def _grid(x: Axis, y: Axis) -> str:
    parts = []
    for mark in y.marks:
        at = TOP + (1 - _place(np.array([mark]), y)[0]) * SIDE_Y
        parts.append(line(LEFT, at, LEFT + SIDE_X, at, RULE))
        parts.append(text(LEFT - 7, at + 4, _shown(mark), size=10.5, anchor="end", fill=MUTED))
    for mark in x.marks:
        at = LEFT + _place(np.array([mark]), x)[0] * SIDE_X
        parts.append(line(at, TOP, at, TOP + SIDE_Y, RULE))
        shown = _shown(mark)
        parts.append(text(at, TOP + SIDE_Y + 15, shown, size=10.5, anchor="middle", fill=MUTED))
    middle = TOP + SIDE_Y + 33
    parts.append(text(LEFT + SIDE_X / 2, middle, x.name, anchor="middle", fill=MUTED))
    parts.append(text(13, TOP + SIDE_Y / 2, y.name, anchor="middle", fill=MUTED, turn=-90))
    return "".join(parts)


def _shown(mark: float) -> str:
    return f"{mark:g}".replace("-", "−")


def _legend(lines: Sequence[Line]) -> str:
    parts = []
    for k, one in enumerate(lines):
        at = TOP + SIDE_Y + 52 + LEGEND * k
        if one.low_m is not None:
            parts.append(rect(LEFT, at - 6, 30, 12, one.colour, fill_opacity=0.16))
        stroke = {"stroke_width": 2.0} | ({"stroke_dasharray": one.dash} if one.dash else {})
        parts.append(line(LEFT, at, LEFT + 30, at, one.colour, **stroke))
        parts.append(text(LEFT + 38, at + 4, one.name, size=11.5))
    return "".join(parts)
