"""Settings that every verb on readings shares."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from cutis.config import RunConfig, VerbConfig

LayoutName = Literal["auto", "long", "wide", "rs1", "rs2a", "rs2b"]


class TableConfig(VerbConfig):
    """How a table of readings is read."""

    takes_positional: ClassVar[bool] = True

    readings: Path = Field(
        description="Table of readings: reader, case, arm, answer, truth, ... (CSV, TSV or "
        "Parquet), one column per reader, or a published layout."
    )
    layout: LayoutName = Field(
        default="auto",
        description="Layout of the table: long, wide (one column per reader), rs1, rs2a, rs2b, or "
        "found by its columns.",
    )
    reader_columns: str | None = Field(
        default=None,
        description="Columns of a wide table that hold the readers' answers, joined by commas "
        "[those named reader...].",
    )
    classes: str | None = Field(
        default=None,
        description="Class names in the order of their codes, as a,b,c or a card's name [found].",
    )
    drop_readers: str | None = Field(
        default=None, description="Readers to leave out, joined by commas."
    )
    repeated: Literal["refuse", "first", "last"] = Field(
        default="refuse",
        description="What to do with two readings of one case by one reader in one arm.",
    )


class ReadingsConfig(TableConfig, RunConfig):
    """Settings of a verb that analyses readings and writes a run directory."""

    predictions: Path | None = Field(
        default=None,
        description="Predictions of a model on the same cases (run directory, predictions.parquet "
        "or published CSV); it joins as reader and arm 'model'.",
    )
    n_bootstrap: int = Field(
        default=1000, ge=100, description="Bootstrap replicates of each confidence interval."
    )
    confidence: float = Field(
        default=0.95, gt=0.5, lt=1.0, description="Level of the confidence intervals."
    )
