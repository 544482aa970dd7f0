"""``cutis stats readings``: any layout of readings becomes the one documented table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from pydantic import Field

from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.loading import read_readings
from cutis.clinical.readers.table import COLUMNS, Readings
from cutis.errors import CutisError


class StatsReadingsConfig(TableConfig):
    """Settings of ``cutis stats readings``."""

    output: Annotated[Path | None, Parameter(alias="-o")] = Field(
        default=None, description="CSV, TSV or Parquet file to write the long table to [none]."
    )


@dataclass(frozen=True)
class ReadingsResult:
    """How a table of readings was understood, and where its long form is."""

    readings: Readings
    path: Path | None

    def render(self) -> str:
        """Return the text for the terminal."""
        found = self.readings
        arms = ", ".join(
            f"{arm} ({int((found.frame['arm'] == arm).sum())} readings)" for arm in found.arms
        )
        lines = [
            f"{found.source}: layout {found.layout}, {len(found.people)} readers, "
            f"{len(found.cases)} cases; arms: {arms}."
        ]
        if found.classes:
            lines.append(f"Classes: {', '.join(found.classes)}.")
        if found.scores:
            lines.append(f"Graded outcomes: {', '.join(found.scores)}.")
        if found.skipped:
            said = ", ".join(f"{r} {n}" for r, n in sorted(found.skipped.items()))
            lines.append(f"Readings without an answer: {said}.")
        lines += [f"Note: {note}" for note in found.notes]
        if self.path is not None:
            lines.append(f"Written to {self.path}.")
            lines.append(f"Next: cutis stats readers {self.path} -o RUN")
        return "\n".join(lines)


def stats_readings(config: StatsReadingsConfig) -> ReadingsResult:
    """Say how a table of readings is understood, and write it as one long table.

    Raises
    ------
    CutisError
        For a table that cannot be read or contradicts itself, or an output that is the input.
    """
    from cutis.data.tables import write_table

    readings = read_readings(config)
    if config.output is not None:
        if config.output.resolve() == config.readings.resolve():
            raise CutisError(
                f"The output {config.output} is the table itself.", fix="give -o another name"
            )
        kept = [c for c in (*COLUMNS, *readings.scores) if readings.frame[c].notna().any()]
        write_table(readings.frame[kept], config.output)
    return ReadingsResult(readings, config.output)
