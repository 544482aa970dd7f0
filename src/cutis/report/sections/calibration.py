"""Whether the stated probabilities can be believed."""

from __future__ import annotations

from typing import Any

from cutis.report.charts.reliability import Bin, reliability_diagram
from cutis.report.source import RunData, dig
from cutis.report.svg import Picture
from cutis.report.wording import count, decimal, hundred, interval, percent


def reliability_bins(run: RunData) -> list[Bin]:
    """Return the bins of ``metrics.json``, with the interval of the accuracy where it is given."""
    bins = dig(run.metrics, "calibration", "bins", default=[])
    return [
        Bin(
            float(item["low"]), float(item["high"]), int(item["n"]), item.get("confidence"),
            item.get("accuracy"), _margin(item),
        )
        for item in bins
    ]  # fmt: skip


def _margin(item: dict[str, Any]) -> tuple[float, float] | None:
    low, high = item.get("accuracy_low"), item.get("accuracy_high")
    return None if low is None or high is None else (float(low), float(high))


def reliability_picture(run: RunData) -> Picture | None:
    """Return the reliability diagram; None without bins."""
    bins = reliability_bins(run)
    if not any(item.n for item in bins):
        return None
    label = "Reliability diagram. " + " ".join(
        f"Confidence {item.confidence:.2f}: {item.accuracy:.2f} right, {item.n} images."
        for item in bins
        if item.confidence is not None and item.accuracy is not None
    )
    return reliability_diagram(bins, label)


def mean_gap(bins: list[Bin]) -> float:
    """Return mean confidence minus share right over all images; positive is over-confident.

    Examples
    --------
    >>> mean_gap([Bin(0.5, 1.0, 4, 0.9, 0.5), Bin(0.0, 0.5, 0, None, None)])
    0.4
    """
    total = sum(item.n for item in bins) or 1
    return (
        sum(
            item.n * (item.confidence - item.accuracy)
            for item in bins
            if item.confidence is not None and item.accuracy is not None
        )
        / total
    )


def calibration_section(run: RunData) -> dict[str, Any] | None:
    """Return the diagram and its reading; None without bins."""
    picture = reliability_picture(run)
    if picture is None:
        return None
    bins = reliability_bins(run)
    ece = dig(run.metrics, "metrics", "ece", default={})
    return {
        "picture": picture.inline(),
        "ece": ece.get("value"),
        "ece_shown": decimal(ece.get("value")),
        "ece_interval": interval(ece),
        "reading": _reading(bins),
        "has_margins": any(item.margin for item in bins),
    }


def _reading(bins: list[Bin]) -> str:
    gap = mean_gap(bins)
    if abs(gap) < 0.02:
        direction = "On average the model states neither too much nor too little confidence."
    else:
        word = "more" if gap > 0 else "less"
        tendency = "over-confident" if gap > 0 else "under-confident"
        direction = (
            f"On average the model states {hundred(abs(gap))} percentage points {word} confidence "
            f"than it earns: it is {tendency}."
        )
    sure = [item for item in bins if item.low >= 0.8 - 1e-9 and item.accuracy is not None]
    n = sum(item.n for item in sure)
    if not n:
        return direction
    right = round(sum(item.n * (item.accuracy or 0) for item in sure))
    return (
        f"{direction} Of the {count(n, 'answer')} stated with a confidence of 80% or more, "
        f"{right:,} ({percent(right / n)}) were right."
    )
