"""What an audit found, and how a finished one is found again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cutis.runs import Run
from cutis.tasks.closing import closing_lines

RESULT = "result.json"


@dataclass(frozen=True)
class AuditResult:
    """What an audit found.

    Attributes
    ----------
    dir
        The run directory.
    result
        The content of ``result.json``; empty after a dry run.
    lines
        The text the command line shows.
    """

    dir: Path
    result: dict[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


def already_finished(run: Run) -> AuditResult:
    """Return the result of a run that was finished before."""
    result = json.loads((run.dir / RESULT).read_text(encoding="utf-8"))
    lines = ("This run was finished before; nothing to do.", *closing_lines(run.dir))
    return AuditResult(run.dir, result, lines)
