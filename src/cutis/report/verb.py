"""``cutis report RUN``: make the report of a finished run again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from cutis.config import VerbConfig


class ReportConfig(VerbConfig):
    """Settings of ``cutis report``."""

    takes_positional: ClassVar[bool] = True

    run: Path = Field(description="Run directory that holds a run.json.")
    no_pictures: bool = Field(
        default=False, description="Leave the pictures of cases out, to pass the report on."
    )


@dataclass(frozen=True)
class ReportResult:
    """Where the report is.

    Attributes
    ----------
    path
        The HTML file.
    """

    path: Path

    def render(self) -> str:
        """Return the summary for the terminal."""
        size = self.path.stat().st_size / 1e6
        return f"Report: {self.path} ({size:.1f} MB)\nNext: open it in a browser, or print it on A4"


def report(config: ReportConfig) -> ReportResult:
    """Make the report of a finished run again, from the run directory alone.

    Raises
    ------
    CutisError
        If the folder holds no finished run or a file of it cannot be parsed.
    """
    from cutis.report.build import build_report

    return ReportResult(build_report(config.run, pictures=not config.no_pictures))
