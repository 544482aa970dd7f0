"""What a benchmark suite is: datasets by tasks, with protocol, headline metric and average."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

TaskName = Literal["zero-shot", "retrieve", "probe", "annotate"]


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str | int | float) else value


class SuiteEntry(BaseModel):
    """One dataset under one task: one run for each model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str = Field(
        min_length=1,
        description="Name from 'cutis data list', or the path of a table, from the suite's folder.",
    )
    instead: tuple[str, ...] = Field(
        default=(), description="Datasets to take where that one is not there, best first."
    )
    task: TaskName = Field(default="zero-shot", description="What is done with it.")
    metric: Annotated[tuple[str, ...], BeforeValidator(_several)] = Field(
        min_length=1, description="Headline metric; each further one gets a column of its own."
    )
    fractions: Annotated[tuple[float, ...], BeforeValidator(_several)] = Field(
        default=(), description="Shares of the training data, each a column; probes only."
    )
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Further options of the task's command."
    )
    name: str = Field(
        default="",
        description="Folder and column name [the dataset's, and the task unless zero-shot].",
    )
    title: str = Field(default="", description="Heading of the column [the dataset's title].")
    published_as: str = Field(
        default="", description="Name of the dataset in the published tables [the same]."
    )
    not_runnable: str = Field(
        default="", description="Why cutis cannot run it; it is then only listed."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> SuiteEntry:
        if self.fractions and self.task != "probe":
            raise ValueError(f"fractions belong to probes, not to the task '{self.task}'")
        wrong = [f for f in self.fractions if not 0 < f <= 1]
        if wrong:
            raise ValueError(f"a fraction lies above 0 and at most at 1, not at {wrong[0]:g}")
        if len(set(self.metric)) < len(self.metric):
            raise ValueError("a metric is named twice")
        return self

    @property
    def published_name(self) -> str:
        """The dataset's name in the published tables."""
        return self.published_as or self.data


class Column(NamedTuple):
    """One column of a leaderboard: an entry at a fraction of the training data, by a metric.

    Attributes
    ----------
    entry
        The entry.
    metric
        The metric.
    fraction
        Share of the training data; None where nothing is trained or all of it is used.
    rank_of_metric
        Place of the metric among the entry's; columns of equal places are averaged together.
    """

    entry: SuiteEntry
    metric: str
    fraction: float | None
    rank_of_metric: int

    @property
    def key(self) -> str:
        """Name that no other column of the suite has."""
        parts = [self.entry.name]
        if self.fraction is not None:
            parts.append(percent_of(self.fraction))
        if len(self.entry.metric) > 1:
            parts.append(self.metric)
        return " ".join(parts)

    @property
    def group(self) -> str:
        """Name of the columns it is averaged with; the same task, fraction and kind of metric."""
        parts: list[str] = [self.entry.task]
        if self.fraction is not None:
            parts.append(percent_of(self.fraction))
        if len(self.entry.metric) > 1:
            parts.append(self.metric)
        return " ".join(parts)


class Suite(BaseModel):
    """A benchmark: what is run, and what is quoted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, description="Short name, as on the command line.")
    title: str = Field(default="", description="Name for people.")
    description: str = Field(default="", description="What it measures, in a sentence or two.")
    citation: str = Field(default="", description="Where it was published.")
    published_as: str = Field(
        default="", description="Name of the suite in the published tables [the same]."
    )
    entries: tuple[SuiteEntry, ...] = Field(min_length=1, description="What is run.")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:
        """Give every entry a name: its dataset's, with the task unless that is zero-shot."""
        if not isinstance(values, dict) or not isinstance(values.get("entries"), list | tuple):
            return values
        named = []
        for entry in values["entries"]:
            if isinstance(entry, dict) and not entry.get("name") and entry.get("data"):
                task = str(entry.get("task", "zero-shot"))
                base = folder_name(str(entry["data"]))
                name = (
                    base if task == "zero-shot" or entry.get("not_runnable") else f"{base}-{task}"
                )
                named.append({**entry, "name": name})
            else:
                named.append(entry)
        return {**values, "entries": named}

    @model_validator(mode="after")
    def _distinct(self) -> Suite:
        counted = Counter(entry.name.casefold() for entry in self.entries)
        twice = [name for name, count in counted.items() if count > 1]
        if twice:
            raise ValueError(
                f"two entries are called '{twice[0]}'; give them different values of 'name'"
            )
        return self

    def columns(self) -> list[Column]:
        """Return the columns of the leaderboard, in order."""
        return [
            Column(entry, metric, fraction, place)
            for entry in self.entries
            if not entry.not_runnable
            for fraction in entry.fractions or (None,)
            for place, metric in enumerate(entry.metric)
        ]


def percent_of(fraction: float) -> str:
    """Return a share in percent, as columns and folders are called.

    Examples
    --------
    >>> percent_of(0.1), percent_of(0.015), percent_of(1.0)
    ('10%', '1.5%', '100%')
    """
    return f"{100 * fraction:g}%"


def folder_name(data: str) -> str:
    """Return the folder name of a dataset or table.

    Examples
    --------
    >>> folder_name("ph2"), folder_name("../my data/table one.csv")
    ('ph2', 'table-one')
    """
    import re
    from pathlib import Path

    stem = Path(data).stem if "/" in data or "." in data else data
    return re.sub(r"[^A-Za-z0-9._]+", "-", stem).strip("-.") or "data"
