"""The confusion matrix: counts and row percentages, darker where more of a row lies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.report.palette import INK, MUTED, RULE, sequential, text_on
from cutis.report.svg import Picture, rect, text, wrap

NUMBERED_CLASSES = 14
LEFT = 156.0
COLUMN, UPRIGHT = 14, 25  # letters of a column name: across, and from bottom to top


class Layout(NamedTuple):
    """Sizes in pixels that follow from the number of classes.

    Attributes
    ----------
    wide, high
        One cell.
    top
        Where the cells begin; above stand the column names.
    upright
        Whether column names are written from bottom to top.
    numbered
        Whether cells hold numbers.
    size
        Letters of the names.
    """

    wide: float
    high: float
    top: float
    upright: bool
    numbered: bool
    size: float


def layout(classes: tuple[str, ...]) -> Layout:
    """Return sizes with which the matrix of these classes fits a page.

    Examples
    --------
    >>> layout(("nevus", "melanoma"))
    Layout(wide=84.0, high=44.0, top=42.0, upright=False, numbered=True, size=11.5)
    """
    n = len(classes)
    if n <= 8:
        top = 29.0 + 13 * max(len(wrap(name, COLUMN, lines=3)) for name in classes)
        return Layout(84.0, 44.0, top, upright=False, numbered=True, size=11.5)
    top = 40 + 6.3 * min(max(len(name) for name in classes), UPRIGHT)
    if n <= NUMBERED_CLASSES:
        return Layout(min(660 / n, 64.0), 38.0, top, upright=True, numbered=True, size=11.5)
    side = max(min(660 / n, 26.0), 9.0)
    return Layout(side, side, top, upright=True, numbered=False, size=min(11.0, side))


def confusion_matrix(counts_cc: np.ndarray, classes: tuple[str, ...]) -> Picture:
    """Draw the matrix; rows are the labels, columns the first answers.

    Parameters
    ----------
    counts_cc
        Number of images, labels by answers.
    classes
        Names, in the order of both axes. Above 14 classes the cells hold no numbers.
    """
    n_classes = len(classes)
    plan = layout(classes)
    right, bottom = LEFT + n_classes * plan.wide, plan.top + n_classes * plan.high
    totals = counts_cc.sum(axis=1)
    body = [_names(plan, classes, right)]
    for i in range(n_classes):
        for j in range(n_classes):
            share = counts_cc[i, j] / totals[i] if totals[i] else 0.0
            body.append(_cell(plan, i, j, int(counts_cc[i, j]), share))
    for i in range(n_classes):
        x, y = LEFT + i * plan.wide, plan.top + i * plan.high
        body.append(rect(x, y, plan.wide, plan.high, "none", stroke=INK, stroke_width=1.5))
    body.append(_totals(plan, totals, counts_cc.sum(axis=0), right, bottom))
    label = (
        f"Confusion matrix of {n_classes} diagnoses. {int(np.trace(counts_cc))} of "
        f"{int(counts_cc.sum())} images lie on the diagonal, where label and first answer agree."
    )
    height = bottom + (28 if plan.numbered else 6)
    return Picture(right + 46, height, "".join(body), label)


def _cell(plan: Layout, i: int, j: int, count: int, share: float) -> str:
    x, y = LEFT + j * plan.wide, plan.top + i * plan.high
    fill = sequential(share)
    box = rect(x, y, plan.wide, plan.high, fill, stroke=RULE, stroke_width=0.6)
    if not plan.numbered:
        return box
    middle, colour = x + plan.wide / 2, text_on(fill) if count else MUTED
    if not count:
        return box + text(middle, y + plan.high / 2 + 4, "0", anchor="middle", fill=colour)
    at = y + plan.high / 2
    share_text = f"{100 * share:.0f}%"
    return (
        box
        + text(middle, at - 1, str(count), size=13, anchor="middle", fill=colour)
        + text(middle, at + 13, share_text, size=10.5, anchor="middle", fill=colour)
    )


def _names(plan: Layout, classes: tuple[str, ...], right: float) -> str:
    parts = [
        text((LEFT + right) / 2, 12, "first answer of the model", anchor="middle", fill=MUTED),
        text(LEFT - 12, plan.top - 10, "label", anchor="end", fill=MUTED),
        text(right + 42, plan.top - 10, "images", anchor="end", fill=MUTED),
    ]
    for i, name in enumerate(classes):
        parts.append(_column_name(plan, LEFT + (i + 0.5) * plan.wide, name))
        lines = wrap(name, 24, lines=2 if plan.high >= 30 else 1)
        middle = plan.top + (i + 0.5) * plan.high + plan.size / 3
        for k, part in enumerate(lines):
            at = middle + 13 * (k - (len(lines) - 1) / 2)
            parts.append(text(LEFT - 12, at, part, size=plan.size, anchor="end"))
    return "".join(parts)


def _column_name(plan: Layout, middle: float, name: str) -> str:
    bottom = plan.top - 10
    if plan.upright:
        x = middle + plan.size / 3
        return text(x, bottom, wrap(name, UPRIGHT, lines=1)[0], size=plan.size, turn=-90)
    lines = wrap(name, COLUMN, lines=3)
    return "".join(
        text(middle, bottom - 13 * (len(lines) - 1 - i), part, size=plan.size, anchor="middle")
        for i, part in enumerate(lines)
    )


def _totals(
    plan: Layout, labelled_c: np.ndarray, answered_c: np.ndarray, right: float, bottom: float
) -> str:
    parts = []
    for i, total in enumerate(labelled_c):
        at = plan.top + (i + 0.5) * plan.high + plan.size / 3
        parts.append(text(right + 42, at, f"{total:,}", size=plan.size, anchor="end"))
    if plan.numbered:
        parts.append(text(LEFT - 12, bottom + 20, "answers given", anchor="end", fill=MUTED))
        for j, total in enumerate(answered_c):
            x = LEFT + (j + 0.5) * plan.wide
            parts.append(text(x, bottom + 20, f"{total:,}", size=plan.size, anchor="middle"))
    return "".join(parts)
