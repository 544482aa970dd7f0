"""The decision curve of one set of predictions."""

from __future__ import annotations

from typing import Any

import numpy as np

from cutis.report.charts.bands import Line, band_chart, nice_axis
from cutis.report.palette import BLUE, INK, VERMILION
from cutis.report.svg import Picture


def decision_picture(summary: dict[str, Any], positive: str) -> Picture:
    """Draw net benefit against the threshold, with treating everyone and no one.

    Parameters
    ----------
    summary
        The record of a decision summary, as in ``result.json`` and ``metrics.json``.
    positive
        The class that is acted upon.
    """
    points = summary["points"]
    threshold = np.array([p["threshold"] for p in points])

    def column(name: str, key: str) -> np.ndarray:
        return np.array([p[name][key] for p in points], dtype=float)

    model, everyone = column("net_benefit", "value"), column("treat_all", "value")
    lines = [
        Line("act on nobody", threshold, np.zeros(threshold.size), colour=INK, dash="1 3"),
        Line("act on everybody", threshold, everyone, column("treat_all", "low"),
             column("treat_all", "high"), VERMILION, "6 3"),
        Line("act on the model", threshold, model, column("net_benefit", "low"),
             column("net_benefit", "high"), BLUE),
    ]  # fmt: skip
    most = float(np.nanmax(np.concatenate([model, everyone, column("net_benefit", "high"), [0]])))
    x = nice_axis(f"threshold probability of {positive}", 0.0, float(threshold.max()))
    y = nice_axis("net benefit (true positives per image)", -0.15 * most, most, (0.0,))
    useful = summary.get("useful") or []
    reading = (
        "; ".join(
            f"from {low:g} to {high:g}" if low < high else f"at {low:g}" for low, high in useful
        )
        if useful
        else "at none of the thresholds"
    )
    label = (
        f"Decision curve for {positive}. The model is worth more than acting on everybody or "
        f"nobody, with confidence, {reading}."
    )
    return band_chart(lines, x, y, label)
