"""A learning curve: a metric against the number of training images, for one or several models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from cutis.report.palette import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, RULE, VERMILION
from cutis.report.svg import Picture, line, number, rect, tag, text, wrap
from cutis.report.wording import decimal

LEFT, TOP, WIDE, HIGH = 46.0, 12.0, 420.0, 230.0
NAMES, BELOW = 190.0, 52.0
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, INK)
MOST_POINTS_SHIFT = 5.0


class Amount(NamedTuple):
    """One point of a curve.

    Attributes
    ----------
    n
        Training images.
    name
        The amount in a word (``10 %``, ``4 per class``).
    value, low, high
        The metric and its sampling interval; None where not defined.
    least, most
        Over seeds; None with a single one.
    """

    n: float
    name: str
    value: float | None
    low: float | None
    high: float | None
    least: float | None = None
    most: float | None = None


class Series(NamedTuple):
    """A model and its points, the fewest images first."""

    name: str
    points: Sequence[Amount]


def learning_chart(series: Sequence[Series], metric: str) -> Picture:
    """Draw curves with sampling intervals as whiskers and the range over seeds as wide bars.

    Training images are on a logarithmic axis. Each model has its own colour and mark.

    Parameters
    ----------
    series
        One per model, at least one defined point in all.
    metric
        Name of the metric, for the axis.
    """
    drawn = [p for s in series for p in s.points if p.value is not None]
    bounds = [v for p in drawn for v in (p.value, p.low, p.high, p.least, p.most) if v is not None]
    bottom, top = _range(bounds)
    few, many = min(p.n for p in drawn), max(p.n for p in drawn)
    parts = [_frame(bottom, top, metric), *_ticks(drawn, few, many)]
    ends: list[tuple[float, str, str]] = []
    for i, one in enumerate(series):
        shift = MOST_POINTS_SHIFT * (i - (len(series) - 1) / 2)
        colour = COLOURS[i % len(COLOURS)]
        body, end = _curve(one, i, (few, many), (bottom, top), shift)
        parts.append(body)
        if end is not None:
            ends.append((end, one.name, colour))
    parts += _names(ends)
    said = "; ".join(
        f"{one.name}: " + ", ".join(f"{p.name} {_said(p.value)}" for p in one.points)
        for one in series
    )
    label = f"{metric} against the number of training images. {said}."
    return Picture(LEFT + WIDE + NAMES, TOP + HIGH + BELOW, "".join(parts), label)


def _said(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"


def _range(values: Sequence[float]) -> tuple[float, float]:
    bottom = math.floor(min(values) * 10 + 1e-9) / 10
    top = math.ceil(max(values) * 10 - 1e-9) / 10
    if top - bottom < 0.05:
        # Shares never leave 0 to 1, and an axis beyond would suggest that they could.
        bottom, top = (bottom - 0.1, top) if top >= 1 else (bottom, top + 0.1)
    return bottom, top


def _x(n: float, few: float, many: float) -> float:
    share = 0.5 if few == many else math.log(n / few) / math.log(many / few)
    return LEFT + 24 + share * (WIDE - 48)


def _y(value: float, bottom: float, top: float) -> float:
    return TOP + (top - value) / (top - bottom) * HIGH


def _frame(bottom: float, top: float, metric: str) -> str:
    parts = []
    steps = round((top - bottom) * 10)
    for i in range(0, steps + 1, 2 if steps > 6 else 1):
        value = bottom + i / 10
        y = _y(value, bottom, top)
        parts.append(line(LEFT, y, LEFT + WIDE, y, RULE))
        parts.append(text(LEFT - 6, y + 4, decimal(value, 1), size=11, anchor="end", fill=MUTED))
    middle = TOP + HIGH / 2
    parts.append(text(11, middle, metric, size=11.5, anchor="middle", fill=MUTED, turn=-90))
    parts.append(rect(LEFT, TOP, WIDE, HIGH, "none", stroke=INK, stroke_width=0.8))
    return "".join(parts)


def _ticks(points: Sequence[Amount], few: float, many: float) -> list[str]:
    names = {p.name: p.n for p in points}
    parts = []
    last = -100.0
    for name, n in sorted(names.items(), key=lambda item: item[1]):
        x = _x(n, few, many)
        parts.append(line(x, TOP + HIGH, x, TOP + HIGH + 4, INK))
        if x - last >= 44:
            for row, words in enumerate((name, f"{n:,.0f}")):
                parts.append(
                    text(x, TOP + HIGH + 17 + 14 * row, words, size=11, anchor="middle", fill=MUTED)
                )
            last = x
    middle = LEFT + WIDE / 2
    parts.append(
        text(middle, TOP + HIGH + 47, "training images", size=11.5, anchor="middle", fill=MUTED)
    )
    return parts


def _curve(
    one: Series,
    place: int,
    span: tuple[float, float],
    heights: tuple[float, float],
    shift: float,
) -> tuple[str, float | None]:
    """Return the markup of one model, and the height its curve ends at."""
    colour = COLOURS[place % len(COLOURS)]
    parts, path = [], []
    end = None
    for p in one.points:
        if p.value is None:
            continue
        x, y = _x(p.n, *span) + shift, _y(p.value, *heights)
        path.append(f"{number(x)},{number(y)}")
        end = y
        if p.least is not None and p.most is not None:
            y_most = _y(p.most, *heights)
            height = max(_y(p.least, *heights) - y_most, 1.0)
            parts.append(rect(x - 5, y_most, 10, height, colour, opacity=0.28))
        if p.low is not None and p.high is not None:
            y_low, y_high = _y(p.low, *heights), _y(p.high, *heights)
            parts.append(line(x, y_low, x, y_high, colour, stroke_width=1.2))
            parts += [line(x - 3, v, x + 3, v, colour, stroke_width=1.2) for v in (y_low, y_high)]
        parts.append(_mark(place, x, y, colour))
    curve = tag("polyline", points=" ".join(path), fill="none", stroke=colour, stroke_width=1.8)
    return curve + "".join(parts), end


def _mark(place: int, x: float, y: float, colour: str) -> str:
    shape = place % 3
    if shape == 0:
        return tag("circle", cx=x, cy=y, r=4, fill=colour, stroke="#ffffff")
    if shape == 1:
        return rect(x - 3.6, y - 3.6, 7.2, 7.2, colour, stroke="#ffffff")
    corners = f"{number(x)},{number(y - 5)} {number(x + 5)},{number(y + 4)} " + (
        f"{number(x - 5)},{number(y + 4)}"
    )
    return tag("polygon", points=corners, fill=colour, stroke="#ffffff")


def _names(ends: Sequence[tuple[float, str, str]]) -> list[str]:
    """Return the names at the ends of the curves, moved apart where they would overlap."""
    parts = []
    floor = TOP + HIGH - 15 * (len(ends) - 1)
    last = -100.0
    for i, (y, name, colour) in enumerate(sorted(ends)):
        at = max(min(y, floor + 15 * i), last + 15)
        last = at
        shown = wrap(name, 28, lines=1)[0]
        parts.append(text(LEFT + WIDE + 8, at + 4, shown, size=12, fill=colour, bold=True))
    return parts
