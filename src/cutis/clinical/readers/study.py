"""``cutis stats readers``: the same readers with and without help, and a model beside them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.clinical.readers.config import ReadingsConfig
from cutis.clinical.readers.loading import read_readings
from cutis.clinical.readers.model_arm import Joined, join_model
from cutis.clinical.readers.table import Readings
from cutis.runs import Run

FORMAT = "cutis.readers/1"


class StatsReadersConfig(ReadingsConfig):
    """Settings of ``cutis stats readers``."""

    reference: str | None = Field(
        default=None, description="Arm the others are compared with [the first in the table]."
    )
    positive: str | None = Field(
        default=None,
        description="Classes that count as disease, joined by commas; adds sensitivity, "
        "specificity and, with --predictions, the ROC curve of the model.",
    )
    no_mixed: bool = Field(
        default=False, description="Leave out the mixed-effects logistic regression."
    )


def stats_readers(config: StatsReadersConfig) -> AnalysisResult:
    """Judge readers alone, with help, by experience, and next to a model.

    Every reader gets a share of right answers with an interval; arms are compared within readers
    (signed-rank and paired t-test over readers, bootstrap over readers and cases, McNemar over
    readings, mixed-effects logistic regression); the model is set against the readers on the
    same cases.

    Raises
    ------
    CutisError
        For a table that cannot be read or contradicts itself.
    """
    from cutis.clinical.readers.conclusion import conclude
    from cutis.clinical.readers.numbers import study_numbers

    readings, model = load(config)
    paths = [config.readings, *([config.predictions] if config.predictions else [])]

    def compute(run: Run) -> Found:
        result = {"format": FORMAT, **study_numbers(readings, model, config)}
        result["conclusion"] = conclude(result)
        return Found(result, [], summary(result))

    return run_analysis(config, "stats readers", file_hashes(paths), compute)


def load(config: ReadingsConfig) -> tuple[Readings, Joined | None]:
    """Return the readings, and what a model adds to them."""
    readings = read_readings(config)
    if config.predictions is None:
        return readings, None
    joined = join_model(readings, config.predictions)
    return joined.readings, joined


def summary(result: dict[str, Any]) -> list[str]:
    """Return the lines for the terminal."""
    head = (
        f"{result['n_readers']} readers, {result['n_cases']} cases, {result['n_readings']} "
        f"readings; arms: {', '.join(result['arms'])}."
    )
    return [head, *result["conclusion"], *(f"Note: {note}" for note in result["notes"])]
