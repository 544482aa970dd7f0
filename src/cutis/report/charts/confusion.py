"""The confusion matrix: counts and row percentages, darker where more of a row lies."""

from __future__ import annotations

import numpy as np

from cutis.report.palette import INK, MUTED, RULE, sequential, text_on
from cutis.report.svg import Picture, line, rect, text, wrap

NUMBERED_CLASSES = 14


def _cell(x: float, y: float, wide: float, high: float, count: int, share: float) -> str:
    fill = sequential(share)
    parts = [rect(x, y, wide, high, fill, stroke="#ffffff")]
    if high >= 20:
        colour = text_on(fill) if count else MUTED
        middle = x + wide / 2
        two_lines = high >= 36
        at = y + high / 2 + (-1 if two_lines else 4)
        parts.append(
            text(middle, at, str(count), size=13 if two_lines else 10, anchor="middle", fill=colour)
        )
        if two_lines:
            parts.append(
                text(middle, at + 14, f"{100 * share:.0f}%", size=10, anchor="middle", fill=colour)
            )
    return "".join(parts)


def _column_name(x: float, bottom: float, wide: float, name: str) -> str:
    if wide >= 60:
        lines = wrap(name, int(wide / 6), lines=3)
        top = bottom - 13 * (len(lines) - 1)
        return "".join(
            text(x + wide / 2, top + 13 * i, part, size=11, anchor="middle")
            for i, part in enumerate(lines)
        )
    return text(x + wide / 2 + 4, bottom, wrap(name, 22, lines=1)[0], size=10.5, turn=-60)


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
    wide, high = (84.0, 44.0) if n_classes <= 8 else (56.0, 38.0) if n_classes <= 10 else (44, 22)
    if n_classes > NUMBERED_CLASSES:
        wide, high = (max(660 / n_classes, 10.0),) * 2
    left, top = 152.0, 70.0 if wide >= 60 else 122.0
    totals = counts_cc.sum(axis=1)
    body = [text(left, 14, "The model's first answer", size=11, fill=MUTED)]
    body.append(text(0, top - 10, "Label", size=11, fill=MUTED))
    for j, name in enumerate(classes):
        body.append(_column_name(left + j * wide, top - 10, wide, name))
    for i, name in enumerate(classes):
        y = top + i * high
        lines = wrap(name, 24, lines=2 if high >= 30 else 1)
        for k, part in enumerate(lines):
            at = y + high / 2 + 4 + 13 * (k - (len(lines) - 1) / 2)
            body.append(text(left - 10, at, part, size=11 if high >= 20 else 9, anchor="end"))
        for j in range(n_classes):
            share = counts_cc[i, j] / totals[i] if totals[i] else 0.0
            body.append(_cell(left + j * wide, y, wide, high, int(counts_cc[i, j]), share))
        right = left + n_classes * wide
        body.append(rect(left + i * wide, y, wide, high, "none", stroke=INK, stroke_width=1.4))
        size = 11 if high >= 20 else 9
        body.append(text(right + 40, y + high / 2 + 4, str(totals[i]), size=size, anchor="end"))
    bottom = top + n_classes * high
    body.append(text(right + 40, top - 10, "n", size=11, anchor="end", fill=MUTED))
    height = bottom + 6
    if high >= 20:
        body.append(line(left, bottom + 4, right, bottom + 4, RULE))
        body.append(
            text(left - 10, bottom + 20, "answers given", size=11, anchor="end", fill=MUTED)
        )
        for j, total in enumerate(counts_cc.sum(axis=0)):
            x = left + (j + 0.5) * wide
            body.append(text(x, bottom + 20, str(total), size=11, anchor="middle"))
        height = bottom + 28
    found = int(np.trace(counts_cc))
    label = (
        f"Confusion matrix of {n_classes} diagnoses. {found} of {int(counts_cc.sum())} images "
        "lie on the diagonal, where label and first answer agree."
    )
    return Picture(right + 44, height, "".join(body), label)
