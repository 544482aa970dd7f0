"""``cutis stats decision``: is acting on the model worth more than acting without it."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from cutis.analysis.basics import (
    clusters_of,
    counted,
    facts,
    numbers,
    record_text,
    settings_of,
)
from cutis.analysis.cases import Cases, CasesConfig, load_cases
from cutis.analysis.rest import class_index
from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.errors import CutisError
from cutis.runs import Run

FORMAT = "cutis.decision/1"


class StatsDecisionConfig(CasesConfig):
    """Settings of ``cutis stats decision``."""

    positive: str | None = Field(
        default=None,
        description="Class that is acted upon; several joined by commas count as one [the second "
        "of two].",
    )
    lowest: float = Field(default=0.01, gt=0, lt=1, description="Lowest threshold of the curve.")
    highest: float = Field(default=0.6, gt=0, lt=1, description="Highest threshold of the curve.")
    at: str = Field(
        default="0.05,0.1,0.2,0.5",
        description="Thresholds for the table, as numbers joined by commas.",
    )
    prevalence: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Share of positives where the model would be used [that of the images].",
    )


def stats_decision(config: StatsDecisionConfig) -> AnalysisResult:
    """Draw the decision curve of one class, or of several together, against the rest.

    Raises
    ------
    CutisError
        For predictions, classes or thresholds that cannot be used.
    """
    cases = load_cases(config)
    chosen = positive_classes(cases, config.positive)
    wanted = grid(config)

    def compute(run: Run) -> Found:
        result = measure(cases, chosen, wanted, config)
        return Found(result, [], summary_lines(result))

    return run_analysis(config, "stats decision", file_hashes([config.predictions]), compute)


def positive_classes(cases: Cases, given: str | None) -> list[int]:
    """Return the classes that are acted upon.

    Raises
    ------
    CutisError
        If none is named and there are more than two, a name is unknown, or all are named.
    """
    if given is None:
        if len(cases.classes) == 2:
            return [1]
        raise CutisError(
            f"A decision is for one class or against it, and {cases.source} has "
            f"{len(cases.classes)}: {', '.join(cases.classes)}.",
            fix=f'--positive "{cases.classes[0]}", or several joined by commas',
        )
    names = [given] if given in cases.classes else [part.strip() for part in given.split(",")]
    chosen = sorted({class_index(cases, name) for name in names if name})
    if len(chosen) == len(cases.classes) or not chosen:
        raise CutisError(
            f"--positive is '{given}', which leaves no class to tell the positives from.",
            allowed=f"The classes are {', '.join(cases.classes)}.",
        )
    return chosen


def grid(config: StatsDecisionConfig) -> list[float]:
    """Return the thresholds: 60 evenly spaced ones, and those of the table.

    Raises
    ------
    CutisError
        If a threshold is not between 0 and 1, or the ends are in the wrong order.
    """
    if config.lowest >= config.highest:
        raise CutisError(
            f"--lowest is {config.lowest:g} and --highest {config.highest:g}.",
            allowed="The lowest threshold must be below the highest.",
        )
    marked = numbers(config.at, "--at")
    wrong = [t for t in marked if not 0 < t < 1]
    if wrong:
        raise CutisError(
            f"--at has the threshold {wrong[0]:g}.",
            allowed="Thresholds are probabilities strictly between 0 and 1.",
            fix="--at 0.05,0.1",
        )
    even = np.linspace(config.lowest, config.highest, 60).round(6).tolist()
    return sorted({*even, *marked})


def measure(
    cases: Cases, chosen: list[int], wanted: list[float], config: StatsDecisionConfig
) -> dict[str, Any]:
    """Return the content of ``result.json``."""
    from cutis.stats.decision_summary import decision_summary

    positive = np.isin(cases.labels_n, chosen)
    name = " or ".join(cases.classes[k] for k in chosen)
    scores = np.clip(cases.probs_nc[:, chosen].sum(axis=1), 0.0, 1.0)
    try:
        summary = decision_summary(
            positive,
            scores,
            clusters_of(cases),
            settings_of(cases, config),
            wanted,
            config.prevalence,
        )
    except ValueError as error:
        raise CutisError(
            f"{error} (Positive: {name}.)", fix="choose another class with --positive"
        ) from error
    return facts(cases, config, FORMAT) | {
        "positive": name,
        "share": float(positive.mean()),
        "at": numbers(config.at, "--at"),
        **summary.to_json(),
    }


def summary_lines(result: dict[str, Any]) -> list[str]:
    """Return the main numbers as lines for the terminal."""
    lines = [
        counted(result),
        f"  acting on {result['positive']}: {result['n_positive']} of {result['n']} images",
    ]
    for point in result["points"]:
        if point["threshold"] in result["at"]:
            lines.append(
                f"  threshold {point['threshold']:g}: net benefit "
                f"{record_text(point['net_benefit'], 4)}, above the better default "
                f"{record_text(point['gain'], 4)}"
            )
    lines.append(f"  {verdict(result)}{thin_text(result)}")
    return [*lines, *(f"  Note: {note}" for note in result["notes"])]


def verdict(result: dict[str, Any]) -> str:
    """Say over which thresholds the model is worth acting on.

    Examples
    --------
    >>> verdict({"useful": [[0.1, 0.3]], "confidence": 0.95})[-52:]
    'thresholds 0.1 to 0.3 (pointwise: each taken alone).'
    """
    level = f"{100 * result['confidence']:g} %"
    if not result["useful"]:
        return (
            f"At no threshold shown, with {level} confidence, to be worth more than acting on "
            "everybody or nobody."
        )
    runs = ", ".join(
        f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in result["useful"]
    )
    return (
        f"Worth more than acting on everybody or nobody, with {level} confidence, for thresholds "
        f"{runs} (pointwise: each taken alone)."
    )


def thin_text(result: dict[str, Any]) -> str:
    """Say how many thresholds look worthwhile but rest on too few images; else nothing.

    Examples
    --------
    >>> thin_text({"n_thin": 2, "fewest_groups": 10})[:26]
    ' 2 more thresholds are not'
    """
    n = result["n_thin"]
    if not n:
        return ""
    return (
        f" {n} more threshold{'s are' if n > 1 else ' is'} not counted: fewer than "
        f"{result['fewest_groups']} groups lie on one side, or no mistake of one kind occurs and "
        "chance could explain that."
    )
