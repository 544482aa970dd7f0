"""One writer per feature store; the others wait and say so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cutis.errors import CutisError
from cutis.files import as_cutis_error
from cutis.progress import duration

WAIT_SECONDS = 6 * 3600.0


@contextmanager
def store_lock(cache: Path, key: str, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock of one store; the system frees it when the process dies, however it dies.

    Parameters
    ----------
    cache
        Cache folder; locks live in its ``locks`` folder, outside the stores.
    key
        Name of the store.
    wait_seconds
        How long to wait for another process that is computing the same features.

    Raises
    ------
    CutisError
        If the other process is still busy after that, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    path = cache / "locks" / f"{key}.lock"
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            sys.stderr.write(
                f"Another process is computing these features ({key[:12]}); waiting for it.\n"
            )
            sys.stderr.flush()
            lock.acquire(timeout=wait_seconds, poll_interval=0.2)
    except Timeout:
        raise CutisError(
            f"Another process has been computing these features ({key[:12]}) for more than "
            f"{duration(wait_seconds)}.",
            fix="wait until it ends, then run the same command again; nothing is computed twice",
        ) from None
    except OSError as error:
        raise as_cutis_error(error, path) from error
    try:
        yield
    finally:
        lock.release()
