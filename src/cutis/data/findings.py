"""What a check found: errors and warnings with their rows, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

FIRST_ROW = 2  # rows are counted as a spreadsheet does: the header is row 1
CHECK_FORMAT = "cutis.check/1"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or worth knowing.

    Attributes
    ----------
    level
        An ``error`` makes results wrong; a ``warning`` may.
    code
        Short fixed name, such as ``missing-file``.
    message
        What was found, as a sentence.
    rows
        Rows concerned, counted from 0.
    clusters
        Rows that belong together, for instance copies of one image.
    fix
        What repairs it.
    """

    level: Literal["error", "warning"]
    code: str
    message: str
    rows: tuple[int, ...] = ()
    clusters: tuple[tuple[int, ...], ...] = ()
    fix: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the finding with rows as a spreadsheet counts them."""
        return {
            "level": self.level,
            "code": self.code,
            "message": self.message,
            "rows": [row + FIRST_ROW for row in self.rows],
            "clusters": [[row + FIRST_ROW for row in cluster] for cluster in self.clusters],
            "fix": self.fix,
        }

    def render(self, shown: int) -> str:
        """Return the finding as indented text with at most ``shown`` row numbers."""
        lines = [f"{self.level.upper():<8} {self.code}: {self.message}"]
        if self.clusters:
            some = [f"({row_numbers(cluster, shown)})" for cluster in self.clusters[:shown]]
            more = len(self.clusters) - len(some)
            lines.append("rows " + " ".join(some) + (f" and {more} more" if more else ""))
        elif self.rows:
            lines.append("rows " + row_numbers(self.rows, shown))
        if self.fix:
            lines.append("fix: " + self.fix)
        return "\n         ".join(lines)


def row_numbers(rows: Sequence[int], shown: int) -> str:
    """Say rows (counted from 0) as a spreadsheet numbers them, joining neighbours.

    Examples
    --------
    >>> row_numbers([0, 1, 2, 7, 9], 3)
    '2-4, 9, 11'
    >>> row_numbers([0, 2, 4, 6, 8], 2)
    '2, 4 and 3 more'
    """
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    text = [
        f"{a + FIRST_ROW}" if a == b else f"{a + FIRST_ROW}-{b + FIRST_ROW}"
        for a, b in runs[:shown]
    ]
    left = sum(b - a + 1 for a, b in runs[shown:])
    return ", ".join(text) + (f" and {left} more" if left else "")


@dataclass(frozen=True)
class CheckReport:
    """The outcome of ``cutis data check``.

    Attributes
    ----------
    table
        The table that was checked.
    title
        The dataset in a few words.
    n
        Number of rows.
    findings
        Errors first, then warnings.
    arguments
        Flags that name the table on the command line.
    images_read
        Number of images that could be read, or None if the images were not looked at.
    images_per_second
        Reading speed, or None.
    shown
        How many row numbers the text shows per finding.
    as_json
        Whether :meth:`render` gives JSON.
    """

    table: str
    title: str
    n: int
    findings: tuple[Finding, ...]
    arguments: str
    images_read: int | None = None
    images_per_second: float | None = None
    shown: int = 10
    as_json: bool = False

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The errors."""
        return tuple(f for f in self.findings if f.level == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The warnings."""
        return tuple(f for f in self.findings if f.level == "warning")

    @property
    def exit_code(self) -> int:
        """1 when there are errors, else 0."""
        return int(bool(self.errors))

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        speed = self.images_per_second
        return {
            "format": CHECK_FORMAT,
            "table": self.table,
            "title": self.title,
            "n": self.n,
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "images_read": self.images_read,
            "images_per_second": None if speed is None else round(speed, 1),
            "findings": [finding.to_json() for finding in self.findings],
        }

    def render(self) -> str:
        """Return the report as text, or as JSON when that was asked for."""
        if self.as_json:
            return json.dumps(self.to_json(), indent=2, ensure_ascii=False)
        lines = [f"{self.table}: {self.title}"]
        lines += [finding.render(self.shown) for finding in self.findings]
        lines.append(self._last_line())
        return "\n".join(lines)

    def _last_line(self) -> str:
        text = f"{_count(self.errors, 'error')}, {_count(self.warnings, 'warning')}."
        if self.images_read is None:
            text += " The images were not read."
        elif self.images_per_second is not None:
            text += f" {self.images_read} images read, {self.images_per_second:.0f} images/s."
        if self.errors:
            return text + " Rows count as in a spreadsheet: the header is row 1."
        return text + f" Next: cutis zero-shot {self.arguments} -o RUN"


def _count(findings: Sequence[Finding], word: str) -> str:
    return f"{len(findings)} {word}{'' if len(findings) == 1 else 's'}"


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return errors before warnings, otherwise in the order found."""
    return tuple(sorted(findings, key=lambda finding: finding.level != "error"))
