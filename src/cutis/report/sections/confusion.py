"""The confusion matrix and the mix-ups that happen most."""

from __future__ import annotations

from typing import Any

import numpy as np

from cutis.report.charts.confusion import NUMBERED_CLASSES, confusion_matrix
from cutis.report.source import RunData
from cutis.report.svg import Picture

MOST = 6


def confusion_picture(run: RunData) -> Picture | None:
    """Return the drawing; None without metrics."""
    counts_cc = _counts(run)
    return None if counts_cc is None else confusion_matrix(counts_cc, run.classes)


def confusion_section(run: RunData) -> dict[str, Any] | None:
    """Return the drawing and the most frequent mix-ups; None without metrics."""
    counts_cc = _counts(run)
    picture = confusion_picture(run)
    if counts_cc is None or picture is None:
        return None
    return {
        "picture": picture.inline(),
        "mixups": mixups(counts_cc, run.classes),
        "numbered": len(run.classes) <= NUMBERED_CLASSES,
    }


def _counts(run: RunData) -> np.ndarray | None:
    if run.metrics is None or not run.metrics.get("confusion"):
        return None
    return np.array(run.metrics["confusion"], dtype=np.int64)


def mixups(counts_cc: np.ndarray, classes: tuple[str, ...], most: int = MOST) -> list[Any]:
    """Return the largest cells off the diagonal: label, answer, images, images of the label.

    Examples
    --------
    >>> mixups(np.array([[8, 2], [0, 5]]), ("nevus", "melanoma"))
    [{'label': 'nevus', 'answer': 'melanoma', 'n': 2, 'of': 10}]
    """
    off = counts_cc.copy()
    np.fill_diagonal(off, 0)
    found = []
    for flat in np.argsort(-off, axis=None, kind="stable")[:most]:
        i, j = divmod(int(flat), len(classes))
        if off[i, j]:
            total = int(counts_cc[i].sum())
            n = int(off[i, j])
            found.append({"label": classes[i], "answer": classes[j], "n": n, "of": total})
    return found
