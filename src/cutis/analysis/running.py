"""From settings to a run directory with result.json and a page, for every analysis."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cutis.config import RunConfig, command_line
from cutis.errors import CutisError
from cutis.files import sha256_file, write_json
from cutis.runs import DISCLAIMER, Run

RESULT = "result.json"


class Found(NamedTuple):
    """What an analysis found.

    Attributes
    ----------
    result
        Content of ``result.json``; its ``format`` names what it is.
    files
        Names of further files written.
    lines
        The summary for the terminal.
    """

    result: dict[str, Any]
    files: Sequence[str]
    lines: Sequence[str]


@dataclass(frozen=True)
class AnalysisResult:
    """A finished analysis.

    Attributes
    ----------
    dir
        The run directory.
    result
        Content of ``result.json``; empty after a dry run.
    lines
        The text the command line shows.
    """

    dir: Path
    result: dict[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


def file_hashes(paths: Sequence[Path]) -> dict[str, str]:
    """Return the SHA-256 of every file of predictions; a run directory counts by its table.

    Raises
    ------
    CutisError
        If a file is missing.
    """
    from cutis.predictions import predictions_file

    files = [predictions_file(path) for path in paths]
    return {f"{i}:{file.name}": sha256_file(file) for i, file in enumerate(files)}


def table_hashes(config: RunConfig) -> dict[str, str]:
    """Return the SHA-256 of the table, and the card's file, that are joined to predictions."""
    from cutis.data.named import resolve

    table, card = getattr(config, "data", None), getattr(config, "card", None)
    found = {} if table is None else {"data_sha256": sha256_file(resolve(str(table))[0])}
    if card is not None and Path(card).is_file():
        found["card_sha256"] = sha256_file(Path(card))
    return found


def run_analysis(
    config: RunConfig,
    verb: str,
    inputs: Mapping[str, Any],
    compute: Callable[[Run], Found],
) -> AnalysisResult:
    """Carry out an analysis in its run directory, or find that it was done before.

    Parameters
    ----------
    config
        Settings of the verb.
    verb
        Its name, as on the command line.
    inputs
        Hashes of everything read: they decide whether a finished run is still right.
    compute
        Does the work; may write files into the run directory.

    Raises
    ------
    CutisError
        If the directory cannot be used, or by ``compute``.
    """
    from cutis.report import build_report

    inputs = {**inputs, **table_hashes(config)}
    if config.dry_run:
        return AnalysisResult(config.output, {}, _dry_lines(config))
    with Run(config.output, verb, config) as run:
        if run.is_finished(inputs, [RESULT]):
            result = json.loads((run.dir / RESULT).read_text(encoding="utf-8"))
            first = "This run was finished before; nothing to do."
            return AnalysisResult(run.dir, result, (first, *_closing(run.dir)))
        try:
            found = compute(run)
        except CutisError:
            _forget(run.dir)
            raise
        write_json(run.dir / RESULT, {**found.result, "disclaimer": DISCLAIMER})
        run.finish(
            inputs=inputs,
            outputs=[RESULT, *found.files, "report.html"],
            command=command_line(verb, config),
        )
        build_report(run.dir)
    return AnalysisResult(run.dir, dict(found.result), (*found.lines, *_closing(run.dir)))


def _forget(directory: Path) -> None:
    """Drop the settings of a run that was refused, so that the corrected command may follow."""
    left = {path.name for path in directory.iterdir()} - {".lock", "log.jsonl"}
    if left == {"config.yaml"}:
        (directory / "config.yaml").unlink()


def _dry_lines(config: RunConfig) -> tuple[str, ...]:
    import yaml

    resolved = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False).rstrip()
    return ("Dry run: nothing is written.", resolved)


def _closing(directory: Path) -> tuple[str, ...]:
    return (
        f"Run: {directory}",
        f"Next: open {directory / 'report.html'} in a browser; the numbers are in "
        f"{directory / RESULT}",
    )
