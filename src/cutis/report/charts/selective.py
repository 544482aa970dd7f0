"""The risk-coverage curve of one set of predictions."""

from __future__ import annotations

from typing import Any

import numpy as np

from cutis.report.charts.bands import Axis, Line, band_chart, nice_axis
from cutis.report.palette import BLUE, MUTED
from cutis.report.svg import Picture


def risk_coverage_picture(summary: dict[str, Any]) -> Picture:
    """Draw the share of wrong answers against the share of images answered.

    Parameters
    ----------
    summary
        The record of a selective summary, as in ``result.json`` and ``metrics.json``.
    """
    points = summary["curve"]
    coverage = np.array([p["coverage"] for p in points])
    accuracy = {
        key: np.array([p["accuracy"][key] for p in points], dtype=float)
        for key in ("value", "low", "high")
    }
    risk = 1 - accuracy["value"]
    overall = float(summary["metrics"]["risk"]["value"])
    lines = [
        Line("answering images at random", coverage, np.full(coverage.size, overall),
             colour=MUTED, dash="4 3"),
        Line("answering the surest images first", coverage, risk, 1 - accuracy["high"],
             1 - accuracy["low"], BLUE),
    ]  # fmt: skip
    most = float(np.nanmax(np.concatenate([risk, 1 - accuracy["low"], [overall]])))
    half = int(np.argmin(np.abs(coverage - 0.5)))
    label = (
        f"Risk-coverage curve. Answering all images, {100 * overall:.0f}% are wrong; answering the "
        f"surest {100 * coverage[half]:.0f}%, {100 * risk[half]:.0f}%."
    )
    x = Axis("share of images answered (the surest first)", 0.0, 1.0, (0, 0.2, 0.4, 0.6, 0.8, 1))
    return band_chart(lines, x, nice_axis("share of wrong answers", 0.0, most), label)
