"""The headline: the key result in words, 100 dots, and every metric beside its baseline."""

from __future__ import annotations

from typing import Any

from cutis.report.charts.interval import interval_axis, interval_bar
from cutis.report.charts.waffle import hundredths, waffle
from cutis.report.footnotes import Footnotes, plain_note
from cutis.report.metric_words import LOWER_IS_BETTER, ORDER, words_for
from cutis.report.sections.leaks import leak_sentences
from cutis.report.sections.limits import overlap
from cutis.report.sections.overview import grouping, groups_text, unit_words
from cutis.report.source import RunData, dig
from cutis.report.wording import count, decimal, interval, listing, unit

WIDTH = 170


def headline(run: RunData) -> dict[str, Any] | None:
    """Return the key result, the dots and the table rows; None without metrics."""
    metrics = run.metrics
    if metrics is None:
        return None
    names = [n for n in ORDER if n in metrics["metrics"]]
    names += [n for n in metrics["metrics"] if n not in ORDER]
    first = run.get("dataset", "card", "headline_metric", default="balanced_accuracy")
    names.sort(key=lambda name: name != first)
    notes = Footnotes()
    return {
        "rows": [_row(run, name, notes) for name in names],
        "axis": interval_axis(WIDTH).inline(),
        "key": _key_result(run, first if first in metrics["metrics"] else names[0]),
        "dots": _dots(metrics),
        "majority": dig(metrics, "baseline", "majority_class", default="the most frequent"),
        "level": level(metrics),
        "method": _method(run),
        "n": groups_text(run, metrics["n"], metrics.get("n_groups")),
        "notes": notes.items(),
        "remarks": [n for n in metrics.get("notes", []) if "without a label" not in n],
        "seen": _seen(run),
        "leaks": leak_sentences(metrics),
    }


def level(metrics: dict[str, Any]) -> str:
    """Return the level of the intervals in percent.

    Examples
    --------
    >>> level({"confidence": 0.95})
    '95'
    """
    return f"{100 * metrics.get('confidence', 0.95):g}"


def baseline_value(metrics: dict[str, Any], name: str) -> float | None:
    """Return what always answering the majority class reaches, or chance, where known."""
    found = dig(metrics, "baseline", "metrics", name)
    if isinstance(found, dict):
        found = found.get("value")
    return words_for(name).chance if found is None else float(found)


VERDICTS = {"above": "better", "below": "worse", "unclear": "no clear difference"}


def verdict(record: dict[str, Any], reference: float | None, lower_is_better: bool = False) -> str:
    """Return how a metric's interval lies to the baseline: 'above', 'below', 'unclear' or ''.

    Examples
    --------
    >>> verdict({"value": 0.6, "low": 0.55, "high": 0.65}, 0.2)
    'above'
    >>> verdict({"value": 0.6, "low": 0.15, "high": 0.65}, 0.2)
    'unclear'
    """
    if reference is None or record.get("low") is None or record.get("high") is None:
        return ""
    if record["low"] > reference:
        return "below" if lower_is_better else "above"
    if record["high"] < reference:
        return "above" if lower_is_better else "below"
    return "unclear"


def _row(run: RunData, name: str, notes: Footnotes) -> dict[str, Any]:
    metrics = run.metrics or {}
    record, words = metrics["metrics"][name], words_for(name)
    value, reference = record.get("value"), baseline_value(metrics, name)
    picture = ""
    if value is not None and words.bounded and value >= 0:
        picture = interval_bar(
            value, record.get("low"), record.get("high"), reference=reference, width=WIDTH
        ).inline()
    return {
        "name": name,
        "title": words.title,
        "value": value,
        "shown": decimal(value),
        "interval": interval(record),
        "mark": notes.mark(_note(run, record)) if value is not None else "",
        "baseline": decimal(reference) if reference is not None else "",
        "verdict": VERDICTS.get(verdict(record, reference, name in LOWER_IS_BETTER), ""),
        "picture": picture,
        "reading": words.reading(value) if value is not None else _why_not(record),
    }


def _note(run: RunData, record: dict[str, Any]) -> str:
    return plain_note(record.get("note") or "", unit_words(run))


def _why_not(record: dict[str, Any]) -> str:
    note = str(record.get("note") or "not defined on these images").strip()
    return f"Not defined: {note.rstrip('.')}."


def _key_result(run: RunData, name: str) -> dict[str, Any]:
    metrics = run.metrics or {}
    record = metrics["metrics"][name]
    reference = baseline_value(metrics, name)
    judgement = {
        "above": "The interval lies above the baseline.",
        "below": "The interval lies below the baseline: on this measure the model does worse "
        "than a fixed answer.",
        "unclear": "The interval includes the baseline: these data do not show that the model does "
        "better than a fixed answer.",
    }
    return {
        "title": words_for(name).title,
        "name": name,
        "value": record.get("value"),
        "shown": decimal(record.get("value")),
        "interval": interval(record),
        "reading": words_for(name).reading(record["value"]) if record.get("value") is not None
        else _why_not(record),
        "baseline": decimal(reference) if reference is not None else "",
        "judgement": judgement.get(verdict(record, reference, name in LOWER_IS_BETTER), ""),
    }  # fmt: skip


def _dots(metrics: dict[str, Any]) -> dict[str, Any] | None:
    right = dig(metrics, "metrics", "accuracy", "value")
    if right is None:
        return None
    top3 = dig(metrics, "metrics", "top3_accuracy", "value")
    close = max((top3 or right) - right, 0.0)
    first, second, rest = hundredths([right, close, 1 - right - close])
    legend = [("right", first, "the first answer is right")]
    if top3 is not None:
        legend.append(("close", second, "right as the second or third answer"))
        legend.append(("missed", rest, "not among the first three answers"))
    else:
        legend.append(("missed", rest, "the first answer is wrong"))
    return {"picture": waffle(right, close).inline(), "legend": legend}


def _seen(run: RunData) -> str:
    shared = overlap(run)
    if not shared:
        return ""
    n = len(run.classes)
    if len(shared) == n:
        what, which = f"all {n} diagnoses", "the diagnoses were"
    else:
        what = f"{len(shared)} of the {n} diagnoses ({listing(shared, most=6)})"
        which = "that one was" if len(shared) == 1 else "these were"
    how = "" if run.probe is not None else "Prompts alone gave the answers, but "
    new = f"{how}{which} not new to it."
    return (
        f"The model saw {what} with labels in training, under these names or as part of a wider "
        f"diagnosis. {new[:1].upper()}{new[1:]}"
    )


def _method(run: RunData) -> str:
    metrics = run.metrics or {}
    replicates = count(int(metrics.get("n_bootstrap", 0)), "bootstrap replicate")
    column = grouping(run)
    if column is None:
        return (
            f"Intervals: {replicates}, images resampled one by one. The table names no lesion or "
            "patient; if it holds several images of one, the true intervals are wider."
        )
    return f"Intervals: {replicates}, whole {unit(column)[1]} resampled together."
