"""How a probe learnt: its method, what was chosen, the learning curve, the published metrics."""

from __future__ import annotations

from typing import Any

from cutis.report.charts.learning import Amount, Series, learning_chart
from cutis.report.metric_words import words_for
from cutis.report.sections.overview import model_title
from cutis.report.source import RunData
from cutis.report.svg import Picture
from cutis.report.wording import decimal, interval

PUBLISHED = {
    "lin_acc": "Accuracy",
    "lin_bacc": "Balanced accuracy",
    "lin_kappa": "Kappa, quadratic weights",
    "lin_weighted_f1": "Weighted F1",
    "lin_auroc": "AUROC, one against one",
    "lin_aupr": "Average precision",
}
SHOWN = ("balanced_accuracy", "accuracy", "auroc", "macro_f1")


def probe_section(run: RunData) -> dict[str, Any] | None:
    """Return what the section on the probe shows, or None for a run of another verb."""
    if run.probe is None:
        return None
    metric = headline_metric(run)
    curve = run.probe.get("curve") or []
    first = (run.probe.get("points") or [{}])[0]
    picture = learning_picture(run)
    return {
        "label": str(run.probe.get("label", "probe")),
        "training": str(run.probe.get("training", "")),
        "classes": [
            (name, f"{float(n):,.0f}") for name, n in (first.get("per_class") or {}).items()
        ],
        "chosen": chosen_words(first.get("chosen") or []),
        "metric": words_for(metric).title,
        "metrics": [words_for(name).title for name in _shown(metric)],
        "rows": [_row(entry, _shown(metric)) for entry in curve],
        "n_seeds": len(run.probe.get("seeds") or [0]),
        "picture": "" if picture is None else picture.inline(),
        "level": f"{100 * float(run.probe.get('confidence', 0.95)):g}",
        "published": [
            (title, decimal(first["published"].get(name), 4), first["published"].get(name))
            for name, title in PUBLISHED.items()
        ] if first.get("published") else [],
        "notes": [str(note) for note in run.probe.get("notes") or []],
    }  # fmt: skip


def headline_metric(run: RunData) -> str:
    """Return the metric the curve shows: the dataset's headline, if it was measured."""
    wanted = str(run.get("dataset", "card", "headline_metric", default="balanced_accuracy"))
    known = (run.metrics or {}).get("metrics", {})
    return wanted if wanted in known else "balanced_accuracy"


def _shown(metric: str) -> tuple[str, ...]:
    return (metric, *(name for name in SHOWN if name != metric))[:4]


def size_words(entry: dict[str, Any]) -> str:
    """Return an amount of training rows in a word or two.

    Examples
    --------
    >>> size_words({"fraction": 0.05}), size_words({"shots": 4})
    ('5 %', '4 per class')
    """
    if entry.get("shots"):
        return f"{entry['shots']} per class"
    return f"{100 * float(entry.get('fraction') or 0):g} %"


def chosen_words(chosen: list[dict[str, Any]]) -> str:
    """Return what was chosen and by what, in words; nothing where there was no choice.

    Examples
    --------
    >>> chosen_words([{"c": 0.1, "by": "validation split", "score": -0.4}])
    'c 0.1, by validation split'
    """
    found = []
    for one in chosen:
        facts = [f"{k} {v:g}" for k, v in one.items() if k in ("c", "k", "alpha", "beta")]
        if facts:
            found.append(f"{', '.join(facts)}, by {one.get('by', 'default')}")
    distinct = list(dict.fromkeys(found))
    return "; ".join(distinct)


def _row(entry: dict[str, Any], metrics: tuple[str, ...]) -> dict[str, Any]:
    return {
        "size": size_words(entry),
        "n": f"{float(entry['n_train']):,.0f}",
        "cells": [_cell(entry["metrics"].get(name) or {}) for name in metrics],
    }


def _cell(record: dict[str, Any]) -> dict[str, Any]:
    seeds = record.get("seeds") or {}
    spread = ""
    if seeds.get("sd") is not None:
        spread = f"seeds: {decimal(seeds['mean'])}, SD {decimal(seeds['sd'])}"
    return {
        "value": record.get("value"),
        "shown": decimal(record.get("value")),
        "interval": interval(record),
        "spread": spread,
    }


def amounts(curve: list[dict[str, Any]], metric: str) -> list[Amount]:
    """Return the points of a curve for drawing."""
    found = []
    for entry in curve:
        record = entry["metrics"].get(metric) or {}
        seeds = record.get("seeds") or {}
        several = seeds.get("sd") is not None
        found.append(
            Amount(
                max(float(entry["n_train"]), 1.0),
                size_words(entry),
                record.get("value"),
                record.get("low"),
                record.get("high"),
                seeds.get("min") if several else None,
                seeds.get("max") if several else None,
            )
        )
    return found


def learning_picture(run: RunData) -> Picture | None:
    """Return the learning curve; None when there are fewer than two points."""
    curve = (run.probe or {}).get("curve") or []
    metric = headline_metric(run)
    points = amounts(curve, metric)
    if sum(point.value is not None for point in points) < 2:
        return None
    return learning_chart([Series(model_title(run), points)], words_for(metric).title)
