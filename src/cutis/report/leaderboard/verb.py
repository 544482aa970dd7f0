"""``cutis leaderboard RUN...``: finished runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from cyclopts import Parameter
from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError
from cutis.report.wording import count


class LeaderboardConfig(VerbConfig):
    """Settings of ``cutis leaderboard``."""

    takes_positional: ClassVar[bool] = True

    runs: Annotated[list[Path], Parameter(negative_iterable=())] = Field(
        min_length=1,
        description="Run directories, or folders that hold some at any depth.",
    )
    output: Annotated[Path | None, Parameter(alias="-o")] = Field(
        default=None, description="Folder for the leaderboard [the one folder that was given]."
    )


@dataclass(frozen=True)
class LeaderboardResult:
    """Where the leaderboard is.

    Attributes
    ----------
    path
        The HTML file.
    n_runs
        Runs it shows.
    skipped
        Runs without metrics, left out.
    """

    path: Path
    n_runs: int
    skipped: tuple[Path, ...]

    def render(self) -> str:
        """Return the summary for the terminal."""
        lines = [f"{run} has no metrics and was left out." for run in self.skipped]
        lines.append(f"Leaderboard of {count(self.n_runs, 'run')}: {self.path}")
        lines.append("Next: open it in a browser; the numbers are in leaderboard.csv and .json")
        return "\n".join(lines)


def leaderboard(config: LeaderboardConfig) -> LeaderboardResult:
    """Put finished runs side by side: models by datasets, with intervals.

    Raises
    ------
    CutisError
        If there are no finished runs, or runs of one dataset cannot be ranked.
    """
    from cutis.report.leaderboard.files import write_leaderboard

    output = config.output
    if output is None:
        if len(config.runs) > 1 or (config.runs[0] / "run.json").exists():
            raise CutisError(
                "Where the leaderboard should go is not clear.",
                fix="give a folder with -o/--output",
            )
        output = config.runs[0]
    runs = find_runs(config.runs)
    measured = [run for run in runs if (run / "metrics.json").exists()]
    if not measured:
        raise CutisError(
            f"None of the {len(runs)} runs has metrics, so there is nothing to rank.",
            fix="run them on tables with labels",
        )
    skipped = tuple(run for run in runs if run not in measured)
    return LeaderboardResult(write_leaderboard(measured, output), len(measured), skipped)


def find_runs(folders: list[Path]) -> list[Path]:
    """Return the finished runs that are these folders or lie below them, each once, in order.

    Raises
    ------
    CutisError
        If a folder holds none.
    """
    found: dict[Path, Path] = {}
    for folder in folders:
        below = [folder] if (folder / "run.json").exists() else []
        if not below and folder.is_dir():
            below = [path.parent for path in sorted(folder.rglob("run.json"))]
        if not below:
            raise CutisError(
                f"{folder} holds no finished run.",
                allowed="A finished run has a run.json.",
                fix="give run directories, or a folder that holds some",
            )
        for run in below:
            found.setdefault(run.resolve(), run)
    return list(found.values())
