"""``cutis stats compare FILES...``: models on the same cases, with a conclusion."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar

from cyclopts import Parameter
from pydantic import Field

from cutis.analysis.comparing import FORMAT, ComparingConfig, compare_entries
from cutis.analysis.finding import Entry, Listing, find_predictions
from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.errors import CutisError
from cutis.runs import Run


class StatsCompareConfig(ComparingConfig):
    """Settings of ``cutis stats compare``."""

    takes_positional: ClassVar[bool] = True

    predictions: Annotated[list[Path], Parameter(negative_iterable=())] = Field(
        min_length=1,
        description="Two or more files of predictions (run directory, predictions.parquet or "
        "published CSV), or folders of them.",
    )


def stats_compare(config: StatsCompareConfig) -> AnalysisResult:
    """Compare the predictions of two or more models on the same cases.

    Every metric gets its value, its difference from the anchor, both with intervals from the same
    resamples of lesions or patients, raw and corrected p-values, and a verdict. A folder with
    several datasets gives one comparison for each.

    Raises
    ------
    CutisError
        For files that cannot be read or do not fit together.
    """
    listing = find_predictions(config.predictions)
    groups = comparable(listing)
    paths = [entry.path for entries in groups.values() for entry in entries]

    def compute(run: Run) -> Found:
        return found_of(groups, listing, config)

    return run_analysis(config, "stats compare", file_hashes(paths), compute)


def comparable(listing: Listing) -> dict[str, list[Entry]]:
    """Return the datasets that have at least two models; files given one by one are one dataset.

    Raises
    ------
    CutisError
        If no dataset has two.
    """
    groups = listing.by_dataset()
    several = {name: entries for name, entries in groups.items() if len(entries) > 1}
    alone = groups.get("", [])
    if len(alone) == 1 and len(groups) > 1:
        raise CutisError(
            f"It is not clear what {alone[0].path} is to be compared with.",
            fix="give files, or folders, but not a single file beside folders",
        )
    if several:
        return several
    if len(groups) > 1:
        raise CutisError(
            f"There are {len(groups)} datasets ({', '.join(groups)}) with one model each; models "
            "can only be compared on the same images.",
            fix="give several models of one dataset",
        )
    return groups


def found_of(groups: dict[str, list[Entry]], listing: Listing, config: ComparingConfig) -> Found:
    """Compare the models of every dataset."""
    datasets = {name: compare_entries(entries, config) for name, entries in groups.items()}
    single = [name for name in listing.by_dataset() if name not in groups]
    notes = listing.notes()
    notes += [f"{name} has one model only and was left out." for name in single]
    result = {"format": FORMAT, "datasets": datasets, "notes": notes}
    return Found(result, [], [*notes, *summary_lines(datasets)])


def summary_lines(datasets: dict[str, dict[str, Any]]) -> list[str]:
    """Return the conclusions, and the values they rest on, as lines for the terminal."""
    lines = []
    for name, record in datasets.items():
        grouped = record["grouping"] != "none"
        unit = f"{record['n_groups']} groups by {record['grouping']}" if grouped else "ungrouped"
        about = f"{name}: " if name else ""
        lines.append(f"{about}{len(record['models'])} models on {record['n']} images, {unit}.")
        metric = record["headline"]
        width = max(len(model) for model in record["models"])
        for model in ranked(record):
            value = record["metrics"][model][metric]
            anchor = "  (anchor)" if model == record["anchor"] else ""
            lines.append(f"  {model:<{width}}  {metric.replace('_', ' ')} {_text(value)}{anchor}")
        lines += [f"  {sentence}" for sentence in record["conclusions"]]
        lines += [f"  Note: {note}" for note in record["notes"]]
    return lines


def ranked(record: dict[str, Any]) -> list[str]:
    """Return the models of a comparison, the best on the headline metric first."""
    from cutis.stats.comparison import LOWER_IS_BETTER

    metric = record["headline"]
    sign = 1 if metric in LOWER_IS_BETTER else -1
    values = {model: record["metrics"][model][metric]["value"] for model in record["models"]}
    return sorted(values, key=lambda m: (values[m] is None, sign * (values[m] or 0.0)))


def _text(record: dict[str, Any]) -> str:
    if record["value"] is None:
        return "undefined"
    if record["low"] is None:
        return f"{record['value']:.3f}"
    return f"{record['value']:.3f} ({record['low']:.3f} to {record['high']:.3f})"
