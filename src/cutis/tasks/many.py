"""Several models on several datasets, and the leaderboard of their runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from cutis.config import ManyConfig
from cutis.features.loader import Loader
from cutis.features.many import ManyResult, run_many

C = TypeVar("C", bound=ManyConfig)


def run_with_leaderboard(verb: str, config: C, run_one: Callable[[C, Loader], Any]) -> ManyResult:
    """Run every pair, then write the leaderboard of the runs that have metrics.

    Parameters
    ----------
    verb
        The verb.
    config
        Settings with several models or tables.
    run_one
        What makes one run.

    Raises
    ------
    CutisError
        If the settings do not fit together or the output folder holds something else.
    """
    from cutis.report.leaderboard import FailedRun, write_leaderboard

    done = run_many(verb, config, run_one)
    if config.dry_run:
        return done
    measured = [result.dir for result in done.results if result.metrics is not None]
    if not measured:
        return replace(done, lines=(*done.lines, "No run has metrics, so there is no leaderboard."))
    failed = [FailedRun(f.model, f.folder.rsplit("/")[-1], f.reason) for f in done.failures]
    page = write_leaderboard(measured, config.output, failed)
    return replace(done, lines=(*done.lines, f"Leaderboard: {page}"))
