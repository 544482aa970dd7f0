"""Image files to the tower's pixels, in order, by several threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from PIL import Image

    Decoded = torch.Tensor | str


def decoded(
    paths: Sequence[Path],
    preprocess: Callable[[Image.Image], torch.Tensor],
    workers: int,
    chunk: int,
    ahead: int,
) -> Generator[Decoded]:
    """Yield the pixels of every file in order, or the reason why there are none.

    Threads, not processes: Pillow decodes and resizes outside the interpreter's lock, and nothing
    has to be copied between processes.

    Parameters
    ----------
    paths
        Image files.
    preprocess
        PIL image to tensor (3, h, w).
    workers
        Threads; 0 decodes in the caller's.
    chunk
        Files handed to the threads at a time.
    ahead
        Chunks decoded while the caller computes. 0 decodes only while the caller waits, which is
        faster where both would share the same cores.
    """
    if workers == 0:
        for path in paths:
            yield read_pixels(path, preprocess)
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="cutis-decode")
    waiting: deque[Future[Decoded]] = deque()
    rest = iter(paths)
    try:
        for _ in paths:
            if len(waiting) <= ahead * chunk:
                for path in islice(rest, chunk):
                    waiting.append(pool.submit(read_pixels, path, preprocess))
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def read_pixels(path: Path, preprocess: Callable[[Image.Image], torch.Tensor]) -> Decoded:
    """Return one image's pixels, or the reason why it cannot be read."""
    from cutis.data import ImageError, load_image

    try:
        return preprocess(load_image(path))
    except ImageError as error:
        detail = error.problem.removeprefix(f"{path}: ").replace(str(path), path.name)
        return f"{error.reason}: {detail}"
