"""The outcome of one check, and of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["PASS", "WARN", "FAIL"]


@dataclass(frozen=True)
class Check:
    """The outcome of one check.

    Attributes
    ----------
    name
        What was looked at.
    status
        ``PASS``, ``WARN`` (works, with a limitation) or ``FAIL`` (something will not work).
    found
        What was found.
    fix
        What to do about it; always given unless the status is ``PASS``.
    """

    name: str
    status: Status
    found: str
    fix: str | None = None


@dataclass(frozen=True)
class Diagnosis:
    """All checks of one machine."""

    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        """1 if any check failed, otherwise 0."""
        return int(any(check.status == "FAIL" for check in self.checks))

    def render(self) -> str:
        """Return one line per check, its fix below it, and a line that sums up."""
        width = max(len(check.name) for check in self.checks)
        lines = []
        for check in self.checks:
            lines.append(f"{check.status}  {check.name:<{width}}  {check.found}")
            if check.fix:
                lines.append(f"{'':<{width + 6}}  fix: {check.fix}")
        counts = {s: sum(c.status == s for c in self.checks) for s in ("PASS", "WARN", "FAIL")}
        total = ", ".join(f"{n} {status}" for status, n in counts.items())
        return "\n".join([*lines, "", total])
