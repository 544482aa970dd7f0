"""Published figures: every value with its source, for comparison with runs of one's own."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

PUBLISHED = Path(__file__).with_name("published")
AVERAGE = "average"
SECOND_HAND = "make-second-hand"


class Source(NamedTuple):
    """Where a figure was published: a short title, how to cite it, and its address."""

    title: str
    citation: str
    url: str


class Figure(NamedTuple):
    """One published figure.

    Attributes
    ----------
    model
        Name of a model card, or of a model without one (``models.yaml``).
    dataset
        Name of a dataset card; of an average the suite.
    task, metric, fraction
        What was measured; ``average`` is the metric of an average over a suite.
    value, low, high
        The figure, and its published interval or None.
    n
        Images it was measured on, None where it is not stated.
    source
        Key of the source.
    where
        Place in the source.
    note
        What to know when it is compared.
    """

    model: str
    dataset: str
    task: str
    metric: str
    fraction: float | None
    value: float
    low: float | None
    high: float | None
    n: int | None
    source: str
    where: str
    note: str


@cache
def published_figures() -> tuple[Figure, ...]:
    """Return every published figure that cutis knows, in the order of the tables."""
    found = []
    for path in sorted(PUBLISHED.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            found += [_figure(row) for row in csv.DictReader(stream)]
    return tuple(found)


def _figure(row: dict[str, str]) -> Figure:
    def number(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    return Figure(
        model=row["model"],
        dataset=row["dataset"],
        task=row["task"],
        metric=row["metric"],
        fraction=number("fraction"),
        value=float(row["value"]),
        low=number("low"),
        high=number("high"),
        n=int(row["n"]) if row["n"] else None,
        source=row["source"],
        where=row["where"],
        note=row["note"],
    )


@cache
def published_sources() -> dict[str, Source]:
    """Return the sources of published figures, by key."""
    import yaml

    content = yaml.safe_load((PUBLISHED / "sources.yaml").read_text(encoding="utf-8"))
    return {key: Source(**value) for key, value in content.items()}


@cache
def models_without_card() -> dict[str, str]:
    """Return the titles of published models that have no card, by name."""
    import yaml

    return dict(yaml.safe_load((PUBLISHED / "models.yaml").read_text(encoding="utf-8")))


def published_title(model: str) -> str:
    """Return the name for people of a model in the published tables.

    Examples
    --------
    >>> published_title("monet"), published_title("gpt-4o")
    ('MONET (ViT-L/14)', 'GPT-4o')
    """
    from cutis.models.cards import list_cards

    titles = {card.name: card.title for card in list_cards()} | models_without_card()
    return titles.get(model, model)


def figures_of(
    dataset: str,
    task: str,
    fraction: float | None = None,
    metric: str | None = None,
    model: str | None = None,
) -> list[Figure]:
    """Return the published figures of a dataset under a task, narrowed down.

    Parameters
    ----------
    dataset, task
        As in the tables.
    fraction
        Share of the training data; of tasks that train nothing None.
    metric, model
        Only those of one metric or model [all].

    Examples
    --------
    >>> [f.value for f in figures_of("ham10000-zero-shot", "zero-shot", None, "accuracy", "make")]
    [0.4551]
    """
    return [
        figure
        for figure in published_figures()
        if (figure.dataset, figure.task, figure.fraction) == (dataset, task, fraction)
        and metric in (None, figure.metric)
        and model in (None, figure.model)
    ]
