"""Stop a writer dead at its k-th file operation, before, in the middle of, or after it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path

WHEN = ("before", "halfway", "after")
OPERATIONS = ("touch", "write_bytes", "replace", "hardlink_to", "unlink")


class Crash(BaseException):
    """The process is gone: nothing after this may touch the disk."""


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Writer:
    """Counts the file operations inside feature stores, and dies at one of them."""

    def __init__(self, at: int | None, when: str = "before", die: Callable | None = None) -> None:
        self.at, self.when, self.die = at, when, die
        self.count, self.dead = 0, False

    def step(self, name: str, original: Callable, path: Path, *args, **kwargs):
        if "features" not in path.parts:
            return original(path, *args, **kwargs)
        if self.dead:
            raise Crash
        number, self.count = self.count, self.count + 1
        if number != self.at:
            return original(path, *args, **kwargs)
        self.dead = True
        if self.when == "halfway" and name == "write_bytes":
            original(path, args[0][: len(args[0]) // 2])
        elif self.when != "before":
            with suppress(OSError):  # clearing away a file that was renamed already
                original(path, *args, **kwargs)
        if self.die is not None:
            self.die()
        raise Crash


@contextmanager
def watched(writer: Writer):
    """Send every file operation through a writer."""
    originals = {name: getattr(Path, name) for name in OPERATIONS}

    def through(name: str):
        def operation(path: Path, *args, **kwargs):
            return writer.step(name, originals[name], path, *args, **kwargs)

        return operation

    for name in OPERATIONS:
        setattr(Path, name, through(name))
    try:
        yield writer
    finally:
        for name, original in originals.items():
            setattr(Path, name, original)
