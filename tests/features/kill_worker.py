"""Run by test_crash: extractions in forked processes that are killed by the system.

One process imports everything once and forks, which is many times faster than starting Python
for every kill.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pyarrow.parquet  # noqa: F401  (imported before the forks)
import torch  # noqa: F401

import cutis.data
import cutis.features.describe
from cutis.features import embed
from tests.features.crash import Writer, kill, watched
from tests.features.fakes import TinyModel, make_images, snapshot, stores

cutis.features.describe.SHARD_ROWS = 4
BROKEN = (1, 4, 5, 6, 7, 13)


def fork(task) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        task()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def wait(child: int) -> int:
    """Return the signal that ended a child, or minus its exit code."""
    status = os.waitpid(child, 0)[1]
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)


def extraction(dataset, cache: Path, **options):
    def task():
        embed(dataset, TinyModel(**options), cache, batch_size=3)

    return task


def killed_at(dataset, cache: Path, operation: int):
    def task():
        with watched(Writer(operation, "halfway", die=kill)):
            extraction(dataset, cache)()

    return task


def bytes_of(cache: Path) -> list[dict[str, bytes]]:
    return [snapshot(store) for store in stores(cache)]


def operations(dataset, folder: Path, calm, words: list[str]) -> None:
    for operation in map(int, words):
        cache = folder / f"operation-{operation}"
        number = wait(fork(killed_at(dataset, cache, operation)))
        leftover = [name for files in bytes_of(cache) for name in files]
        wait(fork(extraction(dataset, cache)))
        same = bytes_of(cache) == calm
        print(json.dumps({"signal": number, "leftover": leftover, "same": same}))


def times(dataset, folder: Path, calm, words: list[str]) -> None:
    rng = random.Random(5)
    for number in range(int(words[0])):
        cache = folder / f"time-{number}"
        signals = []
        for _ in range(2):
            child = fork(extraction(dataset, cache, seconds=0.03))
            time.sleep(rng.uniform(0.05, 0.35))
            os.kill(child, signal.SIGKILL)
            signals.append(wait(child))
        wait(fork(extraction(dataset, cache)))
        print(json.dumps({"signals": signals, "same": bytes_of(cache) == calm}))


def together(dataset, folder: Path, calm, words: list[str]) -> None:
    cache, diary, said = folder / "together", folder / "diary", folder / "stderr"

    def task():
        stream = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(stream, 2)
        extraction(dataset, cache, seconds=0.1, diary=diary)()

    children = [fork(task), fork(task)]
    exits = [wait(child) for child in children]
    lines = [line.split() for line in diary.read_text().splitlines()]
    result = {
        "exit": exits,
        "images": sum(int(size) for _, size in lines),
        "readable": len(dataset) - len(BROKEN),
        "writers": len({pid for pid, _ in lines}),
        "waited": said.read_text().count("waiting for it"),
        "same": bytes_of(cache) == calm,
    }
    print(json.dumps(result))


def main() -> None:
    mode, folder, *words = sys.argv[1:]
    dataset = make_images(Path(folder) / "images", 22, BROKEN)
    wait(fork(extraction(dataset, Path(folder) / "calm")))
    calm = bytes_of(Path(folder) / "calm")
    {"operations": operations, "times": times, "together": together}[mode](
        dataset, Path(folder), calm, words
    )


if __name__ == "__main__":
    main()
