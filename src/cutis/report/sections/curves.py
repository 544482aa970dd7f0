"""ROC and precision-recall curves, one small panel per class."""

from __future__ import annotations

from typing import Any

import numpy as np

from cutis.report.charts.curve import curve_panel
from cutis.report.source import RunData, dig
from cutis.report.svg import Picture
from cutis.report.wording import decimal, interval

MOST = 12


def drawn_classes(run: RunData) -> list[int]:
    """Return the classes that get a panel, in class order.

    Two classes give one panel, that of the second, whose curve says it all; of many classes the
    twelve with most images are drawn; a class needs images both with and without it.
    """
    if run.predictions is None or run.metrics is None:
        return []
    labels = run.predictions.labels_n[run.labelled]
    n_c = np.bincount(labels, minlength=len(run.classes))
    able = [c for c in range(len(run.classes)) if 0 < n_c[c] < len(labels)]
    if len(run.classes) == 2:
        return able[-1:]
    largest = sorted(able, key=lambda c: (-n_c[c], c))[:MOST]
    return sorted(largest)


def _note(run: RunData, name: str, metric: str, short: str) -> str:
    record = dig(run.metrics, "per_class", name, metric, default={})
    bounds = interval(record, 2)
    span = f" ({bounds})" if bounds else ""
    return f"{short} {decimal(record.get('value'), 2)}{span}"


def roc_panels(run: RunData) -> list[Picture]:
    """Return a ROC panel per drawn class."""
    from cutis.stats.curves import roc_curve

    panels = []
    for c, labels, probs in _one_against_rest(run):
        curve = roc_curve(labels, probs)
        panels.append(
            curve_panel(
                curve.x_m, curve.y_m, title=run.classes[c],
                note=_note(run, run.classes[c], "auroc", "AUROC"), n=int(labels.sum()),
                axes=("1 − specificity", "sensitivity"), chance=(0.0, 1.0),
            )
        )  # fmt: skip
    return panels


def pr_panels(run: RunData) -> list[Picture]:
    """Return a precision-recall panel per drawn class; the dashed line is the class's share."""
    from cutis.stats.curves import precision_recall_curve

    panels = []
    for c, labels, probs in _one_against_rest(run):
        curve = precision_recall_curve(labels, probs, max_points=len(labels) + 2)
        # Average precision counts a height only where a further image is found.
        rises = np.flatnonzero(np.diff(curve.x_m, prepend=-1.0) > 0)
        share = float(labels.mean())
        panels.append(
            curve_panel(
                curve.x_m[rises], curve.y_m[rises], title=run.classes[c],
                note=_note(run, run.classes[c], "average_precision", "AP"), n=int(labels.sum()),
                axes=("recall (sensitivity)", "precision"), chance=(share, share), steps=True,
            )
        )  # fmt: skip
    return panels


def _one_against_rest(run: RunData) -> list[tuple[int, np.ndarray, np.ndarray]]:
    if run.predictions is None:
        return []
    used = run.labelled
    labels, probs_nc = run.predictions.labels_n[used], run.predictions.probs_nc[used]
    return [(c, labels == c, probs_nc[:, c]) for c in drawn_classes(run)]


def curves_section(run: RunData) -> dict[str, Any] | None:
    """Return the panels of both kinds; None when nothing can be drawn."""
    drawn = drawn_classes(run)
    if not drawn:
        return None
    left_out = [name for i, name in enumerate(run.classes) if i not in drawn]
    return {
        "roc": [panel.inline() for panel in roc_panels(run)],
        "pr": [panel.inline() for panel in pr_panels(run)],
        "binary": len(run.classes) == 2,
        "positive": run.classes[drawn[0]],
        "left_out": left_out if len(run.classes) > 2 else [],
    }
