"""What the model is worth if it may abstain, and if one acts on it."""

from __future__ import annotations

from typing import Any

from cutis.report.charts.decision import decision_picture
from cutis.report.charts.selective import risk_coverage_picture
from cutis.report.source import RunData, dig
from cutis.report.svg import Picture
from cutis.report.wording import decimal, interval, percent


def risk_picture(run: RunData) -> Picture | None:
    """Return the risk-coverage curve; None where the run has none."""
    selective = dig(run.metrics, "selective")
    if dig(selective, "metrics", "risk", "value") is None:
        return None
    return risk_coverage_picture(selective)


def act_picture(run: RunData) -> Picture | None:
    """Return the decision curve; None where the run has none."""
    decision = dig(run.metrics, "decision")
    if decision is None or decision["points"][0]["net_benefit"]["value"] is None:
        return None
    return decision_picture(decision, decision["positive"])


def acting_section(run: RunData) -> dict[str, Any] | None:
    """Return curves, table rows and readings; None where the run's metrics have none."""
    risk, act = risk_picture(run), act_picture(run)
    if risk is None or run.metrics is None:
        return None
    selective = run.metrics["selective"]
    return {
        "risk": risk.inline(),
        "rows": [_row(point) for point in selective["answered"]],
        "aurc": selective["metrics"]["aurc"]["value"],
        "aurc_shown": decimal(selective["metrics"]["aurc"]["value"]),
        "aurc_interval": interval(selective["metrics"]["aurc"]),
        "excess": selective["metrics"]["excess_aurc"]["value"],
        "excess_shown": decimal(selective["metrics"]["excess_aurc"]["value"]),
        "least": _least(selective),
        "decision": None if act is None else act.inline(),
        "useful": None if act is None else _useful(run.metrics),
        "positive": dig(run.metrics, "decision", "positive"),
        "share": percent(dig(run.metrics, "decision", "share", default=0.0)),
    }


def _row(point: dict[str, Any]) -> dict[str, Any]:
    accuracy = point["accuracy"]
    return {
        "coverage": percent(point["coverage"]),
        "n": f"{accuracy['n']:,}",
        "threshold": decimal(point["threshold"], 2),
        "value": accuracy["value"],
        "shown": decimal(accuracy["value"], 2),
        "interval": interval(accuracy, 2),
    }


def _least(selective: dict[str, Any]) -> str:
    """Say which diagnosis is handed on most when a fifth of the images is."""
    point = min(selective["answered"], key=lambda p: abs(p["coverage"] - 0.8))
    known = {n: r["value"] for n, r in point.get("kept", {}).items() if r["value"] is not None}
    if not known:
        return ""
    name = min(known, key=lambda n: known[n])
    return (
        f"Answering {percent(point['coverage'])} of the images, it answers "
        f"{percent(known[name])} of those labelled {name}, less than of any other diagnosis."
    )


def _useful(metrics: dict[str, Any]) -> str:
    runs = metrics["decision"]["useful"]
    level = f"{100 * metrics.get('confidence', 0.95):g}%"
    if not runs:
        return (
            f"At no threshold is it shown, with {level} confidence, to be worth more than acting "
            "on everybody or nobody."
        )
    said = ", ".join(
        percent(low) if low == high else f"{percent(low)} to {percent(high)}" for low, high in runs
    )
    return (
        f"With {level} confidence it is worth more than acting on everybody or nobody at "
        f"thresholds of {said}."
    )
