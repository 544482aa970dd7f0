"""The runs of a suite: every model on every dataset that is here, one failure stopping no other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cutis.config import ManyConfig
from cutis.features.loader import Loader
from cutis.features.many import Failure, Pair, attempt, model_folder
from cutis.progress import say
from cutis.tasks.benchmark.locating import Located
from cutis.tasks.benchmark.suite import SuiteEntry
from cutis.tasks.benchmark.tasks import make_config, run_function


class CellPlan(NamedTuple):
    """A model on an entry's table, with the settings of its run."""

    model: str
    located: Located
    config: ManyConfig

    @property
    def folder(self) -> Path:
        """The run directory."""
        return self.config.output

    @property
    def is_finished(self) -> bool:
        """Whether a finished run lies there; the run itself checks that it is the same."""
        return (self.folder / "run.json").exists()


class RunCells(NamedTuple):
    """What running a suite gave: finished runs by model and entry, failures, lines to show."""

    runs: dict[tuple[str, str], Path]
    failures: tuple[Failure, ...]
    lines: tuple[str, ...]


def plan_cells(
    located: Sequence[Located],
    models: Sequence[str],
    output: Path,
    decided: dict[str, Any],
    beside: Path | None = None,
) -> list[CellPlan]:
    """Return the cells of a suite, all datasets of a model in a row.

    Parameters
    ----------
    located
        The entries whose tables are here.
    models
        Models as given.
    output
        The folder of the benchmark.
    decided
        Settings that hold for all runs.
    beside
        Folder of the suite's file: settings that name a file or folder there mean that one.

    Raises
    ------
    CutisError
        If the settings of an entry are wrong.
    """
    plans = []
    for model in models:
        for one in located:
            card = {} if one.card is None or "card" in one.entry.settings else {"card": one.card}
            config = make_config(
                _with_paths(one.entry, beside),
                **decided,
                **card,
                model=model,
                data=one.table,
                output=output / model_folder(model) / one.entry.name,
            )
            plans.append(CellPlan(model, one, config))
    return plans


def _with_paths(entry: SuiteEntry, beside: Path | None) -> SuiteEntry:
    """Return the entry with the files it names found beside the suite."""
    if beside is None:
        return entry
    settings = {
        name: str(beside / value)
        if isinstance(value, str) and value and (beside / value).exists()
        else value
        for name, value in entry.settings.items()
    }
    return entry.model_copy(update={"settings": settings})


def run_cells(plans: Sequence[CellPlan], output: Path) -> RunCells:
    """Run every cell; what is finished is found again, and a failure stops no other cell.

    Parameters
    ----------
    plans
        The cells.
    output
        The folder of the benchmark.
    """
    loader = Loader()
    runs: dict[tuple[str, str], Path] = {}
    failures: list[Failure] = []
    lines = []
    for number, plan in enumerate(plans, start=1):
        entry = plan.located.entry
        head = f"{plan.model} on {entry.name} ({entry.task})"
        say(f"[{number}/{len(plans)}] {head}")
        outcome = attempt(
            Pair(plan.model, plan.config.data, plan.config),
            run_function(entry.task),
            loader,
            output,
        )
        if isinstance(outcome, Failure):
            failures.append(outcome._replace(data=entry.name))
            lines.append(f"{head}: failed, {outcome.reason}")
        elif getattr(outcome, "metrics", {}) is None:
            reason = "the table has no labels, so there is nothing to measure"
            where = plan.folder.relative_to(output).as_posix()
            failures.append(Failure(plan.model, entry.name, where, reason))
            lines.append(f"{head}: {reason}")
        else:
            runs[plan.model, entry.name] = plan.folder
            lines.append(f"{head}: {_first_line(outcome)}")
    return RunCells(runs, tuple(failures), tuple(lines))


def _first_line(outcome: Any) -> str:
    lines = [line for line in str(outcome.render()).splitlines() if line.strip()]
    return lines[0].strip().rstrip(".") if lines else "done"
