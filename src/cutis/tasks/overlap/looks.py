"""Perceptual hashes that outlive rescaling, compression, small crops and, if asked, turning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cutis.progress import Progress
from cutis.stats.matches import find_matches

if TYPE_CHECKING:
    from PIL.Image import Image

    from cutis.tasks.overlap.sides import Side

BITS = 128
# A copy that lost a border looks like a crop of the original: kept are these shares of each side,
# from the centre and from the four corners.
KEPT_SHARES = (0.94, 0.88)
CORNERS = ((0.5, 0.5), (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
WORKING_SIDE = 128
_CHUNK = 16


class Unreadable(NamedTuple):
    """A row whose picture could not be read: number, name, picture, reason."""

    row: int
    id: str
    image: str
    reason: str


@dataclass(frozen=True)
class Looks:
    """Hashes of the m readable pictures of a set.

    Attributes
    ----------
    rows_m
        Their row numbers, ascending.
    bits_mv2
        For each, v hashes of two 64-bit numbers: first of the whole picture, then of its crops
        and, if asked, of its mirrored and turned forms.
    errors
        The rows without a readable picture.
    """

    rows_m: np.ndarray
    bits_mv2: np.ndarray
    errors: tuple[Unreadable, ...] = ()

    @property
    def flat_m(self) -> np.ndarray:
        """Which pictures are of one brightness throughout, and so look like nothing."""
        flat: np.ndarray = (self.bits_mv2[:, 0] == 0).all(axis=1)
        return flat


def views(image: Image, flips: bool) -> Iterator[Image]:
    """Yield a picture, its crops and, if asked, its seven mirrored and turned forms.

    Examples
    --------
    >>> from PIL import Image
    >>> picture = Image.new("L", (200, 100))
    >>> [len(list(views(picture, flips))) for flips in (False, True)]
    [11, 18]
    """
    from PIL.Image import Transpose

    grey = image.convert("L")
    grey = grey.reduce(max(1, min(grey.size) // WORKING_SIDE))
    yield grey
    width, height = grey.size
    for share, (x, y) in product(KEPT_SHARES, CORNERS):
        left, top = x * (1 - share) * width, y * (1 - share) * height
        right, bottom = left + share * width, top + share * height
        yield grey.crop((round(left), round(top), round(right), round(bottom)))
    if flips:
        for turn in Transpose:
            yield grey.transpose(turn)


def picture_hashes(path: Path, flips: bool) -> np.ndarray | str:
    """Return the hashes of one picture, uint64 (v, 2), or why it cannot be read."""
    from cutis.data.images import ImageError, load_image
    from cutis.data.scan import difference_hash

    try:
        image = load_image(path)
    except ImageError as error:
        return error.problem.removeprefix(f"{path}: ")
    return np.array([difference_hash(view) for view in views(image, flips)], dtype=np.uint64)


def look_at_side(side: Side, flips: bool, workers: int) -> Looks:
    """Hash every picture of a table; those that cannot be read are listed."""
    if side.dataset is None:
        return Looks(np.zeros(0, np.int64), np.zeros((0, 1, 2), np.uint64))
    paths = side.dataset.image_paths
    rows, hashes, errors = [], [], []
    starts = range(0, len(paths), _CHUNK)
    with Progress(len(paths), f"Looking at {side.name}") as progress:
        for start, chunk in zip(starts, _in_chunks(paths, flips, workers), strict=True):
            for row, found in enumerate(chunk, start=start):
                if isinstance(found, str):
                    errors.append(Unreadable(row, side.ids[row], side.image(row), found))
                else:
                    rows.append(row)
                    hashes.append(found)
            progress.advance(len(chunk), sum(isinstance(found, str) for found in chunk))
    stacked = np.stack(hashes) if hashes else np.zeros((0, 1, 2), np.uint64)
    return Looks(np.array(rows, np.int64), stacked, tuple(errors))


def _in_chunks(
    paths: Sequence[Path], flips: bool, workers: int
) -> Iterator[list[np.ndarray | str]]:
    with ThreadPoolExecutor(workers) as pool:
        # A few chunks for each thread at a time: a million paths make no million waiting tasks.
        stride = _CHUNK * 4 * workers
        for begin in range(0, len(paths), stride):
            part = paths[begin : begin + stride]
            chunks = [part[i : i + _CHUNK] for i in range(0, len(part), _CHUNK)]
            yield from pool.map(lambda chunk: [picture_hashes(p, flips) for p in chunk], chunks)


class SignRows:
    """Hashes as rows of 1 and -1, unpacked a block at a time.

    The product of two of them is 128 minus twice the number of differing bits.

    Examples
    --------
    >>> rows = SignRows(np.array([[0, 0], [7, 0]], dtype=np.uint64))
    >>> a, b = rows.block(0, 2)
    >>> float(a @ b)
    122.0
    """

    def __init__(self, bits_n2: np.ndarray) -> None:
        self.bits = np.ascontiguousarray(bits_n2, np.uint64)

    def __len__(self) -> int:
        return len(self.bits)

    def block(self, start: int, stop: int) -> np.ndarray:
        """Return rows start to stop, float32 (stop - start, 128)."""
        packed = self.bits[start:stop].astype(">u8").view(np.uint8)
        return np.unpackbits(packed, axis=1).astype(np.float32) * 2 - 1


def least_cosine(distance: int) -> float:
    """Return the cosine of two rows of signs that differ in that many bits.

    Examples
    --------
    >>> least_cosine(0), least_cosine(64)
    (1.0, 0.0)
    """
    return 1 - 2 * distance / BITS


def close_looks(
    a: Looks,
    b: Looks | None,
    distance: int,
    max_pairs: int,
    progress: Callable[[int], None] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of pairs that look the same, (p, 2), and their differing bits, (p,).

    Any view of one picture may match the whole of the other. Pictures of one brightness are left
    out: they would all be copies of each other.

    Parameters
    ----------
    a, b
        Two sets; ``None`` looks within the first, each pair once, the earlier row first.
    distance
        Most differing bits, of 128.
    max_pairs
        Most pairs to hold.
    progress
        Called with the number of comparisons made.

    Raises
    ------
    TooManyPairs
        If there are more.
    """
    found = [_views_on_wholes(a, b or a, distance, max_pairs, progress)]
    if b is not None:
        found.append(_views_on_wholes(b, a, distance, max_pairs, progress)[:, [1, 0, 2]])
    triples = np.concatenate(found)
    if b is None:
        triples = triples[triples[:, 0] != triples[:, 1]]
        triples[:, :2] = np.sort(triples[:, :2], axis=1)
    triples = triples[np.lexsort(triples.T[::-1])]
    first = np.unique(triples[:, :2], axis=0, return_index=True)[1]
    return triples[first, :2], triples[first, 2]


def _views_on_wholes(
    a: Looks,
    b: Looks,
    distance: int,
    max_pairs: int,
    progress: Callable[[int], None] | None,
) -> np.ndarray:
    mine, theirs = np.flatnonzero(~a.flat_m), np.flatnonzero(~b.flat_m)
    n_views = a.bits_mv2.shape[1]
    matches = find_matches(
        SignRows(a.bits_mv2[mine].reshape(-1, 2)),
        SignRows(b.bits_mv2[theirs, 0]),
        least_cosine(distance),
        best=False,
        # each picture's own views find the picture itself when a set is compared with itself
        max_pairs=max_pairs * n_views + len(mine) * n_views,
        progress=progress,
    )
    differing = np.rint((1 - matches.cosine_p) * BITS / 2).astype(np.int64)
    rows_a = a.rows_m[mine[matches.query_p // n_views]]
    rows_b = b.rows_m[theirs[matches.item_p]]
    return np.stack([rows_a, rows_b, differing], axis=1).astype(np.int64)


def distances(a: Looks, b: Looks, rows_p2: np.ndarray) -> np.ndarray:
    """Return the fewest differing bits of given pairs over all views; -1 where one has no hash."""
    place_a, has_a = _places(a.rows_m, rows_p2[:, 0])
    place_b, has_b = _places(b.rows_m, rows_p2[:, 1])
    result = np.full(len(rows_p2), -1, np.int64)
    both = has_a & has_b
    one, two = a.bits_mv2[place_a[both]], b.bits_mv2[place_b[both]]
    there = np.bitwise_count(one ^ two[:, :1]).sum(axis=2).min(axis=1, initial=BITS)
    back = np.bitwise_count(two ^ one[:, :1]).sum(axis=2).min(axis=1, initial=BITS)
    result[both] = np.minimum(there, back)
    return result


def place_of(rows_m: np.ndarray, row: int) -> int:
    """Return where a row stands among ascending rows that hold it.

    Examples
    --------
    >>> place_of(np.array([0, 2, 5]), 5)
    2
    """
    return int(np.searchsorted(rows_m, row))


def _places(rows_m: np.ndarray, wanted_p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where each row stands among ascending rows, and whether it is there."""
    if not len(rows_m):
        return np.zeros(len(wanted_p), np.int64), np.zeros(len(wanted_p), bool)
    place = np.minimum(np.searchsorted(rows_m, wanted_p), len(rows_m) - 1)
    return place, rows_m[place] == wanted_p
