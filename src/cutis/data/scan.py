"""Look at every image once: can it be read, which pixels has it, what does it resemble."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cutis.data.images import MAX_PIXELS, ImageError, Reason, bit_depth, load_image
from cutis.progress import Progress

if TYPE_CHECKING:
    from PIL.Image import Image

GRID = 8
_CHUNK = 16


@dataclass(frozen=True)
class Seen:
    """What one image file turned out to be.

    Attributes
    ----------
    pixels
        128-bit hash of size and RGB pixels; empty if the image could not be read.
    look
        128-bit difference hash as two 64-bit numbers; equal pictures in another size or
        compression differ in few bits.
    reason, detail
        Why it could not be read.
    bits
        Bits per channel in the file, 8 or 16.
    """

    pixels: bytes = b""
    look: tuple[int, int] = (0, 0)
    reason: Reason | None = None
    detail: str = ""
    bits: int = 8


def look_at(path: Path, max_pixels: int = MAX_PIXELS) -> Seen:
    """Read one image and reduce it to two hashes."""
    try:
        image = load_image(path, max_pixels)
    except ImageError as error:
        return Seen(reason=error.reason, detail=error.problem.removeprefix(f"{path}: "))
    digest = hashlib.blake2b(repr(image.size).encode(), digest_size=16)
    digest.update(image.tobytes())
    return Seen(digest.digest(), difference_hash(image), bits=bit_depth(path))


def difference_hash(image: Image) -> tuple[int, int]:
    """Return whether brightness rises from cell to cell of an 8 x 8 grid, across and down.

    Two 64-bit numbers. The picture is averaged over the cells, so size and compression hardly
    matter; a rotated or mirrored copy has another hash.

    Examples
    --------
    >>> from PIL import Image
    >>> difference_hash(Image.linear_gradient("L")) == (0, 2**64 - 1)
    True
    """
    from PIL import Image as pil

    small = image.convert("L").resize((GRID + 1, GRID + 1), pil.Resampling.BOX)
    grey = np.asarray(small, dtype=np.int16)
    across = grey[:GRID, 1:] > grey[:GRID, :-1]
    down = grey[1:, :GRID] > grey[:-1, :GRID]
    return _number(across), _number(down)


def _number(bits: np.ndarray) -> int:
    return int.from_bytes(np.packbits(bits.ravel()).tobytes(), "big")


def look_at_all(
    paths: Sequence[Path], workers: int = 2, max_pixels: int = MAX_PIXELS
) -> tuple[list[Seen], float]:
    """Read all images with some threads and return what was seen, and images per second.

    Only the hashes are kept, and only a few chunks of paths wait at a time, so memory does not
    grow with the number of images beyond some hundred bytes each.
    """
    seen: list[Seen] = []
    with (
        Progress(len(paths), "Reading images") as progress,
        ThreadPoolExecutor(max(1, workers)) as pool,
    ):

        def chunk(start: int) -> list[Seen]:
            return [look_at(path, max_pixels) for path in paths[start : start + _CHUNK]]

        starts = iter(range(0, len(paths), _CHUNK))
        waiting = [pool.submit(chunk, start) for start in islice(starts, 4 * max(1, workers))]
        try:
            for done in _in_turn(waiting):
                seen += done
                progress.advance(len(done))
                waiting += [pool.submit(chunk, start) for start in islice(starts, 1)]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return seen, progress.rate


def _in_turn(waiting: list[Future[list[Seen]]]) -> Iterator[list[Seen]]:
    while waiting:
        yield waiting.pop(0).result()
