"""``cutis stats selective``: what a model is worth that answers only where it is sure."""

from __future__ import annotations

from typing import Any, Literal

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
from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.errors import CutisError
from cutis.runs import Run

FORMAT = "cutis.selective/1"


class StatsSelectiveConfig(CasesConfig):
    """Settings of ``cutis stats selective``."""

    coverages: str = Field(
        default="0.5,0.7,0.8,0.9,0.95,1",
        description="Shares of the images to be answered, as numbers joined by commas.",
    )
    score: Literal["top", "margin", "entropy"] = Field(
        default="top",
        description="How sure the model is: its top probability, the margin over the second, or "
        "the entropy of all.",
    )


def stats_selective(config: StatsSelectiveConfig) -> AnalysisResult:
    """Measure risk against coverage: accuracy when only the surest images are answered.

    Raises
    ------
    CutisError
        For predictions or coverages that cannot be used.
    """
    cases = load_cases(config)
    coverages = numbers(config.coverages, "--coverages")

    def compute(run: Run) -> Found:
        result = measure(cases, coverages, config)
        return Found(result, [], summary_lines(result))

    return run_analysis(config, "stats selective", file_hashes([config.predictions]), compute)


def measure(cases: Cases, coverages: list[float], config: StatsSelectiveConfig) -> dict[str, Any]:
    """Return the content of ``result.json``."""
    from cutis.stats.selective_summary import selective_summary

    try:
        summary = selective_summary(
            cases.labels_n,
            cases.probs_nc,
            cases.classes,
            clusters_of(cases),
            settings_of(cases, config),
            coverages,
            config.score,
        )
    except ValueError as error:
        raise CutisError(
            f"--coverages is '{config.coverages}'. {error}", fix="--coverages 0.5,0.8,1"
        ) from error
    return facts(cases, config, FORMAT) | summary.to_json()


def summary_lines(result: dict[str, Any]) -> list[str]:
    """Return the main numbers as lines for the terminal."""
    metrics = result["metrics"]
    lines = [
        counted(result),
        f"  area under risk-coverage  {record_text(metrics['aurc'], 4)}",
        f"  of it avoidable           {record_text(metrics['excess_aurc'], 4)}",
    ]
    for point in result["answered"]:
        kept = point["kept"]
        least = min((name for name in kept if kept[name]["value"] is not None),
                    key=lambda name: kept[name]["value"])  # fmt: skip
        line = (
            f"  answering {100 * point['coverage']:g} %: accuracy {record_text(point['accuracy'])}"
        )
        if kept[least]["value"] < 1:
            line += f", least answered: {least} ({100 * kept[least]['value']:.0f} %)"
        lines.append(line)
    return [*lines, *(f"  Note: {note}" for note in result["notes"])]
