"""What is known of copies of training data among the evaluated images, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cutis.report.metric_words import words_for
from cutis.report.wording import count, decimal, interval, listing

SHOWN = ("balanced_accuracy", "accuracy", "auroc")


def leak_sentences(metrics: dict[str, Any] | None, shown: Sequence[str] = SHOWN) -> list[str]:
    """Return sentences on the key ``without_overlap`` of ``metrics.json``; none without it.

    Parameters
    ----------
    metrics
        Content of ``metrics.json``.
    shown
        Metrics to give with and without the copies.

    Examples
    --------
    >>> leak_sentences({"metrics": {}, "without_overlap": {
    ...     "n_removed": 0, "n_left": 9, "n_not_searched": 0, "metrics": None, "reasons": []}})
    ['None of the 9 evaluated images is known to be a copy of training data.']
    """
    record = (metrics or {}).get("without_overlap")
    if metrics is None or not record:
        return []
    n = record["n_removed"] + record["n_left"]
    unsearched = record["n_not_searched"]
    gap = f" {count(unsearched, 'image was', 'images were')} not searched." if unsearched else ""
    warnings = list(record.get("warnings", []))
    if not record["n_removed"]:
        said = f"None of the {n} evaluated images is known to be a copy of training data.{gap}"
        return [said, *warnings]
    first = (
        f"{record['n_removed']} of the {n} evaluated images "
        f"{'has a copy' if record['n_removed'] == 1 else 'have copies'} in training data."
    )
    sentences = [" ".join([first, *record.get("reasons", [])]) + gap, *warnings]
    if record["metrics"] is None:
        return [*sentences, record.get("note") or "Nothing that could be measured is left."]
    changes = [
        _change(name, metrics["metrics"][name], record["metrics"][name])
        for name in shown
        if name in metrics["metrics"] and name in record["metrics"]
    ]
    if changes:
        sentences.append(f"Without them: {listing(changes, most=len(changes))}.")
    return sentences


def _change(name: str, whole: dict[str, Any], left: dict[str, Any]) -> str:
    """Return a metric without the copies, and with them."""
    bounds = f" ({interval(left)})" if interval(left) else ""
    title = words_for(name).title
    said = title[:1].lower() + title[1:] if not title.isupper() else title
    return f"{said} {decimal(left.get('value'))}{bounds} instead of {decimal(whole.get('value'))}"
