"""Is one picture a copy of the other? Lay them over each other and compare the fine detail.

Two moles on pale skin may have the same perceptual hash. Where the hash finds a pair, the frame of
one picture within the other is found by least squares (Lucas and Kanade, 1981, with gain and
offset of the brightness), and what remains after local averages are taken away is correlated: the
detail of a copy agrees, that of another lesion does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.tasks.overlap.looks import CORNERS, KEPT_SHARES, Looks, place_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grey = NDArray[np.float32]

WIDTH, GRID = 96, 64
# Smoothing in pixels and number of steps, coarse first.
LEVELS = ((4.0, 5), (1.5, 5), (0.7, 4))
LARGEST_STEP = 0.05
# Agreement after the first round that every copy exceeds: 0.63 and more were seen.
HOPELESS = 0.45
DETAIL, BORDER = 9, 3
WHOLE = (0.0, 0.0, 1.0, 1.0)
# left, top, right and bottom of the views of a picture, as shares of its sides
FRAMES = (
    WHOLE,
    *(
        (x * (1 - s), y * (1 - s), x * (1 - s) + s, y * (1 - s) + s)
        for s, (x, y) in product(KEPT_SHARES, CORNERS)
    ),
)


def small_grey(path: Path) -> Grey:
    """Return a picture as 96 by 96 grey values, whatever its aspect."""
    from PIL import Image

    from cutis.data.images import load_image

    picture = load_image(path).convert("L")
    smooth = Image.Resampling.BOX if min(picture.size) >= WIDTH else Image.Resampling.BILINEAR
    return np.asarray(picture.resize((WIDTH, WIDTH), smooth), np.float32)


def likeness(one: Grey, two: Grey, frame: Sequence[float] = WHOLE) -> float:
    """Return how well the detail of one picture agrees with a frame of the other, at most 1.

    Parameters
    ----------
    one, two
        Grey pictures, 96 by 96.
    frame
        Where the second is thought to lie in the first: left, top, right, bottom as shares.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32)
    >>> round(likeness(noise, 2 * noise + 7), 3), abs(likeness(noise, noise[::-1])) < 0.5
    (1.0, True)
    """
    rough = fit_frame(one, two, frame, LEVELS[:1])
    if _agreement(one, two, rough) < HOPELESS:  # most pairs end here, after a third of the work
        return 0.0
    return _agreement(one, two, fit_frame(one, two, rough, LEVELS[1:]))


def _agreement(one: Grey, two: Grey, found: NDArray[np.float64]) -> float:
    """Return the correlation of the detail of a frame of one picture with that of the other."""
    from scipy.ndimage import uniform_filter

    pieces = []
    for picture, where in ((one, found), (two, np.array(WHOLE))):
        detail = _sample(picture, where)
        detail = (detail - uniform_filter(detail, DETAIL))[BORDER:-BORDER, BORDER:-BORDER]
        pieces.append((detail - detail.mean()).ravel())
    power = float(np.sqrt((pieces[0] @ pieces[0]) * (pieces[1] @ pieces[1])))
    return float(pieces[0] @ pieces[1]) / power if power > 0 else 0.0


def fit_frame(
    one: Grey,
    two: Grey,
    frame: Sequence[float] | NDArray[np.float64],
    levels: Sequence[tuple[float, int]] = (),
) -> NDArray[np.float64]:
    """Return the frame of the first picture that looks most like the second.

    Parameters
    ----------
    one, two
        Grey pictures, 96 by 96.
    frame
        A first guess: left, top, right, bottom as shares.
    levels
        Smoothing in pixels and number of steps of each round [coarse to fine].

    Examples
    --------
    >>> from scipy.ndimage import gaussian_filter
    >>> noise = np.random.default_rng(0).normal(size=(96, 96))
    >>> smooth = gaussian_filter(noise, 5).astype(np.float32)
    >>> fit_frame(smooth, smooth, (0.03, 0.03, 0.97, 0.97)).round(2) + 0.0
    array([0., 0., 1., 1.])
    """
    from scipy.ndimage import gaussian_filter

    place = np.array(frame, np.float64)
    u = (np.arange(GRID) + 0.5) / GRID
    across, down = np.broadcast_to(u, (GRID, GRID)), np.broadcast_to(u[:, None], (GRID, GRID))
    damping = np.diag([1e-3] * 4 + [0.0, 0.0])
    for smoothing, steps in levels or LEVELS:
        first, second = gaussian_filter(one, smoothing), gaussian_filter(two, smoothing)
        slope_y, slope_x = np.gradient(first)
        wanted = _sample(second, np.array(WHOLE)).ravel()
        for _ in range(steps):
            dx, dy = _sample(slope_x, place) * WIDTH, _sample(slope_y, place) * WIDTH
            moved = np.stack([dx * (1 - across), dy * (1 - down), dx * across, dy * down], axis=-1)
            terms = np.column_stack([-moved.reshape(-1, 4), wanted, np.ones(GRID * GRID)])
            normal = terms.T @ terms
            normal += damping * normal + 1e-6 * np.eye(6)
            answer = np.linalg.solve(normal, terms.T @ _sample(first, place).ravel())
            place = place + np.clip(answer[:4], -LARGEST_STEP, LARGEST_STEP)
    return place


def _sample(picture: NDArray[Any], frame: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a frame of a picture as 64 by 64 values, bilinear."""
    left, top, right, bottom = frame
    values: NDArray[np.float64] = _weights(top, bottom) @ picture @ _weights(left, right).T
    return values


def _weights(start: float, stop: float) -> NDArray[np.float64]:
    """Return what each of 96 pixels contributes to 64 points between two shares of a side."""
    shares = start + (stop - start) * (np.arange(GRID) + 0.5) / GRID
    at = np.clip(shares * WIDTH - 0.5, 0, WIDTH - 1)
    low = np.minimum(at.astype(np.int64), WIDTH - 2)
    weights = np.zeros((GRID, WIDTH))
    points = np.arange(GRID)
    weights[points, low] = 1 - (at - low)
    weights[points, low + 1] = at - low
    return weights


def turned(picture: Grey, view: int) -> Grey:
    """Return the view of a picture that a hash was made of, without cropping it."""
    from PIL import Image

    if view < len(FRAMES):
        return picture
    turn = list(Image.Transpose)[view - len(FRAMES)]
    return np.asarray(Image.fromarray(picture).transpose(turn), np.float32)


def confirm(
    a: Looks,
    b: Looks,
    paths: tuple[Sequence[Path], Sequence[Path]],
    rows_p2: np.ndarray,
    least: float,
    progress: Callable[[int], None] | None = None,
) -> np.ndarray:
    """Return the likeness of each pair that hashes found.

    Parameters
    ----------
    a, b
        Hashes of the two sets.
    paths
        Pictures of the two sets, by row.
    rows_p2
        Rows of the pairs, (p, 2).
    least
        Likeness that is enough; a pair that reaches it one way round is not tried the other way.
    progress
        Called with 1 after each pair.
    """
    kept: dict[Path, Grey] = {}

    def grey(path: Path) -> Grey:
        if path not in kept:
            if len(kept) > 4096:
                kept.clear()
            kept[path] = small_grey(path)
        return kept[path]

    found = np.zeros(len(rows_p2))
    for i, (row_a, row_b) in enumerate(rows_p2.tolist()):
        bits = a.bits_mv2[place_of(a.rows_m, row_a)], b.bits_mv2[place_of(b.rows_m, row_b)]
        pictures = grey(paths[0][row_a]), grey(paths[1][row_b])
        found[i] = _best(bits, pictures, least)
        if progress is not None:
            progress(1)
    return found


def _best(bits: tuple[np.ndarray, np.ndarray], pictures: tuple[Grey, Grey], least: float) -> float:
    """Return the higher likeness of the two ways round, the likelier one first."""
    ways = []
    for mine, other in ((0, 1), (1, 0)):
        differing = np.bitwise_count(bits[mine] ^ bits[other][0]).sum(axis=1)
        ways.append((int(differing.min()), mine, int(differing.argmin())))
    best = -1.0
    for _, mine, view in sorted(ways):
        frame = FRAMES[view] if view < len(FRAMES) else WHOLE
        best = max(best, likeness(turned(pictures[mine], view), pictures[1 - mine], frame))
        if best >= least:
            break
    return best
