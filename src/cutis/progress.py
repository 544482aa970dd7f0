"""Progress: a bar with rate and remaining time on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType


def say(text: str) -> None:
    """Write one line to standard error, at once: something long begins."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def duration(seconds: float) -> str:
    """Say a duration the way a person would.

    Examples
    --------
    >>> duration(4.2), duration(75), duration(7300)
    ('4.2 s', '1 min 15 s', '2 h 1 min')
    """
    seconds = round(seconds, 1)
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


class Progress:
    """Count items towards a total on standard error.

    Parameters
    ----------
    total
        Number of items to come.
    what
        What is being done, for the start of the line.
    unit
        Plural of the item.
    every
        Seconds between two plain lines when standard error is not a terminal.
    after
        Seconds before anything is shown; what ends sooner leaves no line.
    """

    def __init__(
        self,
        total: int,
        what: str,
        unit: str = "images",
        every: float = 15.0,
        after: float = 0.0,
    ) -> None:
        self.total, self.what, self.unit, self.every = total, what, unit, every
        self.after = after
        self.done = self.unreadable = 0
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        """Start the clock."""
        self._start = self._last = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the line."""
        if kind is None and self.done:
            self._write(final=True)
        elif self._terminal and self.done and self.seconds >= self.after:
            sys.stderr.write("\n")

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    @property
    def rate(self) -> float:
        """Items per second since the start."""
        return self.done / max(self.seconds, 1e-9)

    def advance(self, count: int = 1, unreadable: int = 0) -> None:
        """Count more items and show it when it is time to.

        Parameters
        ----------
        count
            Items that are done with.
        unreadable
            How many of them came to nothing.
        """
        self.done += count
        self.unreadable += unreadable
        now = time.monotonic()
        if now - self._last >= (0.2 if self._terminal else self.every):
            self._last = now
            self._write(final=False)

    def _write(self, final: bool) -> None:
        if self.seconds < self.after:
            return
        text = f"{self.what}: {self.done - self.unreadable}/{self.total} {self.unit}"
        if self.unreadable:
            text += f" and {self.unreadable} unreadable"
        text += f", {self.rate:.1f} {self.unit}/s"
        if final:
            text += f", took {duration(self.seconds)}"
        elif self.rate > 0:
            text += f", {duration((self.total - self.done) / self.rate)} left"
        if self._terminal:
            filled = int(24 * self.done / max(self.total, 1))
            bar = "#" * filled + "-" * (24 - filled)
            sys.stderr.write(f"\r\x1b[K[{bar}] {text}" + ("\n" if final else ""))
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()
