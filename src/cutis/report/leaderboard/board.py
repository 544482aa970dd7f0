"""Entries arranged: models by datasets, best values, means; runs that differ are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cutis.errors import CutisError
from cutis.report.leaderboard.entries import Entry, FailedRun
from cutis.report.metric_words import LOWER_IS_BETTER
from cutis.report.retrieval.words import UNBOUNDED

MUST_AGREE = {
    "split": "split",
    "n": "number of images",
    "rows_sha256": "rows",
    "classes": "classes",
    "templates": "prompt templates",
    "class_names": "names of the classes in prompts",
    "captions": "caption columns",
    "grouping": "grouping of the intervals",
    "protocol": "protocol",
    "settings": "settings",
    "ks": "list lengths",
    "exclude_near": "near duplicates left out",
    "confidence": "level of the intervals",
}


class Column(NamedTuple):
    """One dataset under one verb.

    Attributes
    ----------
    entries
        The run of each model that has one, by the model's key.
    headline
        The metric that is quoted.
    best
        Keys of the models with the best headline value; empty with a single model.
    """

    entries: dict[str, Entry]
    headline: str
    best: frozenset[str]

    @property
    def sample(self) -> Entry:
        """Any entry, for what all share."""
        return next(iter(self.entries.values()))

    @property
    def sign(self) -> int:
        """What makes the best headline value the highest: 1, or -1 where less is better."""
        lower = self.headline in LOWER_IS_BETTER or self.headline.endswith(UNBOUNDED)
        return -1 if lower else 1


@dataclass(frozen=True)
class Board:
    """Models by datasets.

    Attributes
    ----------
    models
        Keys of the models, those with the best mean first, then as given.
    columns
        The datasets, as given.
    means
        Mean of the headline values of the models that have all columns, by key; empty when the
        columns come from different verbs, or less is better in some of them only.
    failed
        Pairs without a run.
    """

    models: tuple[str, ...]
    columns: tuple[Column, ...]
    means: dict[str, float]
    failed: tuple[FailedRun, ...]

    def entry(self, model: str) -> Entry:
        """Return any run of a model, for what all of them share."""
        return next(c.entries[model] for c in self.columns if model in c.entries)

    def label(self, model: str) -> str:
        """Return a model's name for the page, with what sets it apart from one of that name."""
        entry = self.entry(model)
        if sum(self.entry(other).model == entry.model for other in self.models) == 1:
            precision = entry.rows["precision"]
            return entry.model if precision == "fp32" else f"{entry.model} ({precision})"
        identity = entry.model_identity
        size = (identity.get("preprocessing") or {}).get("size")
        parts = [str(entry.rows["precision"]), str(identity.get("pooling") or "")]
        parts += [f"{size} px" if isinstance(size, int) else "", model.split()[-2][:6]]
        return f"{entry.model} ({', '.join(part for part in parts if part)})"


def make_board(entries: Sequence[Entry], failed: Sequence[FailedRun] = ()) -> Board:
    """Arrange runs as a board.

    Raises
    ------
    CutisError
        If two runs of one dataset differ in rows, classes, prompts, grouping, protocol or
        settings, if a model has two runs in one column, or if there are no runs.
    """
    if not entries:
        raise CutisError("No runs were given.", fix="cutis leaderboard RUN RUN ... -o FOLDER")
    columns: dict[tuple[str, str, str], dict[str, Entry]] = {}
    for entry in entries:
        column = columns.setdefault(entry.column_key, {})
        if entry.model_key in column:
            _refuse_double(column[entry.model_key], entry)
        for other in column.values():
            _refuse_difference(other, entry)
        column[entry.model_key] = entry
    _refuse_other_tables(columns)
    arranged = tuple(_column(found) for found in columns.values())
    means = _means(arranged)
    keys = dict.fromkeys(entry.model_key for entry in entries)
    sign = arranged[0].sign
    order = sorted(keys, key=lambda key: -sign * means.get(key, -sign * float("inf")))
    return Board(tuple(order), arranged, means, tuple(failed))


def value_of(entry: Entry, metric: str) -> float | None:
    """Return the value of a metric, or None where it is not defined."""
    record: dict[str, Any] = entry.metrics.get(metric) or {}
    value = record.get("value")
    return None if value is None else float(value)


def _column(found: dict[str, Entry]) -> Column:
    sample = next(iter(found.values()))
    values = {key: value_of(entry, sample.headline) for key, entry in found.items()}
    defined = [value for value in values.values() if value is not None]
    column = Column(found, sample.headline, frozenset())
    if len(defined) < 2:
        return column
    best = max(defined, key=lambda value: column.sign * value)
    return column._replace(best=frozenset(key for key, value in values.items() if value == best))


def _means(columns: Sequence[Column]) -> dict[str, float]:
    if len({(column.sample.verb, column.sign) for column in columns}) > 1 or len(columns) < 2:
        return {}
    means = {}
    for key in columns[0].entries:
        if all(key in column.entries for column in columns):
            values = [value_of(column.entries[key], column.headline) for column in columns]
            defined = [value for value in values if value is not None]
            if len(defined) == len(values):
                means[key] = sum(defined) / len(defined)
    return means


def _refuse_difference(one: Entry, other: Entry) -> None:
    differing = [key for key in MUST_AGREE if one.rows.get(key) != other.rows.get(key)]
    if not differing:
        return
    said = "; ".join(
        f"{MUST_AGREE[key]}: {one.rows.get(key)} and {other.rows.get(key)}" for key in differing
    )
    raise CutisError(
        f"The runs {one.dir} and {other.dir} of {one.dataset_name} cannot be ranked, they differ "
        f"in {said}.",
        allowed="Runs of one dataset must rest on the same rows, classes, prompts, grouping, "
        "protocol and settings.",
        fix="make both with the same settings, or leave one out",
    )


def _refuse_double(one: Entry, other: Entry) -> None:
    raise CutisError(
        f"{one.dir} and {other.dir} are both runs of {one.model_name} on {one.dataset_name}.",
        fix="leave one of them out",
    )


def _refuse_other_tables(columns: dict[tuple[str, str, str], dict[str, Entry]]) -> None:
    """Refuse two tables of one dataset that no model has both of: they look like one column."""
    keys = list(columns)
    for i, one in enumerate(keys):
        for other in keys[i + 1 :]:
            if one[:2] != other[:2] or columns[one].keys() & columns[other].keys():
                continue
            a, b = (next(iter(columns[key].values())) for key in (one, other))
            raise CutisError(
                f"The runs {a.dir} and {b.dir} of {a.dataset_name} cannot be ranked: their tables "
                "are different files (SHA-256 "
                f"{str(one[2])[:8]} and {str(other[2])[:8]}).",
                allowed="Runs of one dataset must rest on the same table.",
                fix="run both models on the same table, or leave one out",
            )
