"""A Ray cluster: one that is there, or one of this machine for as long as it is needed."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from cutis.errors import CutisError

# Ray reads these when it is imported. It sends usage statistics unless told otherwise.
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
}
# A socket's path has at most 103 bytes on some systems; Ray's names and ours below take 82.
LONGEST_BASE = 21
ATTEMPTS = 4
# Ray raises a bare Exception for it.
SLOW = "timed out during startup"


class Share(NamedTuple):
    """What one worker takes of its node: processors and GPUs."""

    processors: int
    gpus: int


@contextmanager
def cluster(address: str | None, workers: int | None, wanted: Share) -> Iterator[int]:
    """Connect to a cluster, yield the number of workers to start, and leave it as it was.

    Without an address a cluster of this machine alone is started and stopped at the end; no
    dashboard, no usage statistics. A session that the caller opened is used and left open.

    Parameters
    ----------
    address
        Address of a cluster, or ``auto`` for the one this machine belongs to.
    workers
        Workers that were asked for [as many as there is room for].
    wanted
        What each takes.

    Raises
    ------
    CutisError
        If there is no such cluster, or no room in it.
    """
    os.environ.update(QUIET)
    import ray
    import ray.data

    with ExitStack() as stack:
        if not ray.is_initialized():
            folder = stack.enter_context(private_folder()) if address is None else None
            stack.callback(ray.shutdown)
            _start(address, workers, wanted, folder)
        _hush()
        list_nodes: Callable[[], list[dict[str, Any]]] = ray.nodes
        nodes = [node["Resources"] for node in list_nodes() if node["Alive"]]
        yield choose_size(workers, room(nodes, wanted), wanted)


@contextmanager
def private_folder() -> Iterator[str | None]:
    """Yield a folder for the sockets and logs of a cluster of this machine; remove it afterwards.

    It is None, and Ray takes its own folder, where none has a name short enough for sockets.
    """
    candidates = [os.environ.get("RAY_TMPDIR"), tempfile.gettempdir(), "/tmp"]
    for base in candidates:
        if base and len(os.fsencode(base)) <= LONGEST_BASE and os.access(base, os.W_OK | os.X_OK):
            with tempfile.TemporaryDirectory(
                prefix="cutis-", dir=base, ignore_cleanup_errors=True
            ) as folder:
                yield folder
            return
    yield None


def _start(address: str | None, workers: int | None, wanted: Share, folder: str | None) -> None:
    import ray

    common: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        processors = max(os.cpu_count() or 1, (workers or 1) * wanted.processors)
        own: dict[str, Any] = {
            "num_cpus": processors,
            "include_dashboard": False,
            "_temp_dir": folder,
        }
        _patiently(lambda: ray.init("local", **own, **common), ray.shutdown)
        return
    try:
        ray.init(address, **common)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise CutisError(
            f"There is no Ray cluster at '{address}' ({str(error).splitlines()[0]}).",
            allowed="It is HOST:PORT of a head node, or 'auto' on a machine of the cluster.",
            fix="ray start --head, or leave --ray-address away to use this machine alone",
        ) from error


def _patiently(begin: Callable[[], object], undo: Callable[[], object]) -> None:
    """Start a cluster, again if need be: Ray itself waits half a minute, too short when busy."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            begin()
        except Exception as error:
            undo()
            if SLOW not in str(error):
                raise
            if attempt == ATTEMPTS:
                raise CutisError(
                    f"Ray did not start on this machine in {ATTEMPTS} attempts; it is too busy.",
                    fix="try again later, or leave --engine ray away",
                ) from error
        else:
            return


def _hush() -> None:
    import ray

    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False


def room(nodes: Sequence[Mapping[str, float]], wanted: Share) -> int:
    """Return how many workers find room on the nodes.

    Examples
    --------
    >>> room([{"CPU": 8.0}, {"CPU": 3.0}], Share(2, 0))
    5
    >>> room([{"CPU": 8.0, "GPU": 2.0}, {"CPU": 8.0}], Share(1, 1))
    2
    """
    places = 0
    for node in nodes:
        fitting = int(node.get("CPU", 0) // wanted.processors)
        if wanted.gpus:
            fitting = min(fitting, int(node.get("GPU", 0) // wanted.gpus))
        places += fitting
    return places


def choose_size(workers: int | None, places: int, wanted: Share) -> int:
    """Return the number of workers to start.

    Raises
    ------
    CutisError
        If there is no room for one, or for as many as were asked for.

    Examples
    --------
    >>> choose_size(None, 5, Share(2, 0)), choose_size(3, 5, Share(2, 0))
    (5, 3)
    """
    if places >= (workers or 1):
        return workers or places
    each = f"{wanted.processors} processors" + (" and a GPU" if wanted.gpus else "")
    fix = f"--ray-workers {places}" if places else "--threads 1 in an empty cache"
    raise CutisError(
        f"The Ray cluster has room for {places} workers with {each} each, not for {workers or 1}.",
        fix=f"{fix}, or add nodes",
    )
