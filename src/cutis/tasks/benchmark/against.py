"""A run's numbers against the published ones: difference, whether they agree, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutis.data.cards import DatasetCard
from cutis.tasks.benchmark.cells import Cell
from cutis.tasks.benchmark.locating import Located
from cutis.tasks.benchmark.published import (
    SECOND_HAND,
    Figure,
    figures_of,
    published_sources,
    published_title,
)
from cutis.tasks.benchmark.suite import Column, Suite


def figure_record(figure: Figure) -> dict[str, Any]:
    """Return a published figure as JSON values, with its source in words."""
    source = published_sources()[figure.source]
    return {
        "model": figure.model,
        "title": published_title(figure.model),
        "metric": figure.metric,
        "fraction": figure.fraction,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
        "source": source.title,
        "citation": source.citation,
        "url": source.url,
        "where": figure.where,
        "note": figure.note,
    }


def column_figures(column: Column, model: str | None = None) -> list[Figure]:
    """Return the published figures of a column's metric, best source first."""
    return figures_of(
        column.entry.published_name, column.entry.task, column.fraction, column.metric, model
    )


def average_figures(suite: Suite, group: list[Column], model: str | None = None) -> list[Figure]:
    """Return the published averages of a suite over a group of columns."""
    first = group[0]
    if len(first.entry.metric) > 1:
        return []
    name = suite.published_as or suite.name
    return figures_of(name, first.entry.task, first.fraction, "average", model)


def is_as_published(suite: Suite, group: list[Column], stand_ins: Mapping[str, str]) -> bool:
    """Tell whether an average is of the datasets of the published one: all of them, none replaced.

    Parameters
    ----------
    suite
        The suite.
    group
        The columns that are averaged.
    stand_ins
        Names of entries whose data stand in for others, to the dataset that was wanted.
    """
    whole = sum(column.group == group[0].group for column in suite.columns()) == len(group)
    return whole and not any(column.entry.name in stand_ins for column in group)


def compare(figure: Figure, cell: Cell, located: Located) -> dict[str, Any] | None:
    """Return a published figure beside a run's own number; None if the run has no such metric.

    The published figure is called reproduced when it lies in the run's confidence interval and
    both rest on equally many images. Without an interval, on other images, or where the
    publication does not state how many there were, nothing is claimed.

    Parameters
    ----------
    figure
        The published figure, of the same dataset, task and fraction.
    cell
        The run.
    located
        Which table the run rests on.
    """
    ours = cell.metrics.get(figure.metric)
    if not ours or ours.get("value") is None:
        return None
    value, low, high = float(ours["value"]), ours.get("low"), ours.get("high")
    n = ours.get("n", cell.entry.n)
    inside = None if low is None or high is None else bool(low <= figure.value <= high)
    reasons = known_reasons(figure, cell, located, n)
    other = located.instead_of is not None or figure.n not in (None, n)
    return {
        "published": figure_record(figure),
        "value": value,
        "low": low,
        "high": high,
        "n": n,
        "difference": value - figure.value,
        "inside": inside,
        "verdict": _verdict(inside, other, stated=figure.n is not None),
        "reasons": reasons,
    }


def _verdict(inside: bool | None, other: bool, stated: bool) -> str:
    if other:
        return "other images"
    if not stated:
        return "n not stated"
    if inside is None:
        return "no interval"
    return "reproduced" if inside else "differs"


def known_reasons(figure: Figure, cell: Cell, located: Located, n: int) -> list[str]:
    """Return why the two numbers may differ, as far as it is known, in words."""
    entry = located.entry
    reasons = []
    if located.instead_of is not None:
        reasons.append(f"{cell.entry.dataset_name} stands in for {located.instead_of}")
    if figure.n is not None and figure.n != n:
        reasons.append(f"{n:,} images here, {figure.n:,} there")
    if figure.n is None:
        reasons.append("the number of images there is not stated")
    if entry.task == "zero-shot" and not entry.settings.get("templates"):
        reasons.append("our own prompt templates and synonyms, not the published sentences")
    if entry.task == "probe" and entry.settings.get("protocol") != "panderm":
        reasons.append("our own classifier, not the published one")
    if entry.task == "retrieve" and entry.settings.get("protocol") != "diagonal":
        reasons.append("equal captions count as right here, not there")
    if cell.entry.rows.get("precision") == "bf16":
        reasons.append("computed in bf16")
    if figure.note and figure.source != SECOND_HAND:
        reasons.append(figure.note)
    if figure.source == SECOND_HAND:
        reasons.append("the figure is second hand")
    return reasons


def published_n(card: DatasetCard | None) -> int | None:
    """Return the number of evaluated images a card states: its test split, else all rows.

    Examples
    --------
    >>> published_n(DatasetCard(name="x", expected_n={"train": 9, "test": 3, "total": 12}))
    3
    """
    if card is None:
        return None
    return card.expected_n.get("test") or card.total
