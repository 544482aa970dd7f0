"""Look for copies: every pair of two sets, or within one, that features or hashes find alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from cutis.errors import CutisError
from cutis.progress import Progress
from cutis.stats.matches import TooManyPairs, find_matches
from cutis.tasks.overlap.aligned import confirm
from cutis.tasks.overlap.looks import Looks, Unreadable, close_looks, distances, look_at_side
from cutis.tasks.overlap.settings import SSCD_THRESHOLD, THRESHOLD, OverlapConfig
from cutis.tasks.overlap.sides import Side
from cutis.tasks.overlap.vectors import (
    Vectors,
    cosines_of,
    load_audit_model,
    refuse_other_models,
    side_vectors,
)

if TYPE_CHECKING:
    from cutis.models import Model

T = TypeVar("T")


@dataclass(frozen=True)
class Material:
    """What one set is compared by.

    Attributes
    ----------
    side
        The set.
    vectors, looks
        Its features and hashes; None where they are not asked for or cannot be made.
    """

    side: Side
    vectors: Vectors | None
    looks: Looks | None

    def readable(self) -> np.ndarray:
        """Return the rows whose picture could be read, ascending."""
        found = [part.rows_m for part in (self.vectors, self.looks) if part is not None]
        rows: np.ndarray = np.unique(np.concatenate([np.zeros(0, np.int64), *found]))
        return rows

    def unreadable(self) -> list[Unreadable]:
        """Return the other rows, ascending."""
        listed: dict[int, Unreadable] = {}
        if self.vectors is not None:
            for row, *words in self.vectors.errors[
                ["row", "id", "image", "reason"]
            ].values.tolist():
                listed[int(row)] = Unreadable(int(row), *map(str, words))
        if self.looks is not None:
            for error in self.looks.errors:
                listed.setdefault(error.row, error)
        return [listed[row] for row in sorted(listed)]


@dataclass(frozen=True)
class Comparison:
    """The copies between two sets, or within one, by row numbers.

    Attributes
    ----------
    a, b
        Numbers of the sets; equal when it is one.
    rows_p2
        Rows of each pair, the first set's first; within one set the earlier row first.
    cosine_p
        Cosine of their features, NaN without.
    distance_p
        Differing bits of their hashes, -1 without.
    likeness_p
        Correlation of their detail, NaN where the hashes do not make them copies.
    nearest_n
        Highest cosine of each readable picture of the first set to one of the second.
    zeros
        Rows of the two sets whose features are all zero.
    """

    a: int
    b: int
    rows_p2: np.ndarray
    cosine_p: np.ndarray
    distance_p: np.ndarray
    likeness_p: np.ndarray
    nearest_n: np.ndarray
    zeros: tuple[np.ndarray, np.ndarray]


def chosen_threshold(config: OverlapConfig) -> float:
    """Return the cosine from which two pictures are copies."""
    from cutis.models.torchscript import is_torchscript_name

    if config.threshold is not None:
        return config.threshold
    published = config.model is not None and is_torchscript_name(config.model)
    return SSCD_THRESHOLD if published else THRESHOLD


def gather(
    config: OverlapConfig, sides: Sequence[Side], model: Model | None, cache: Path
) -> list[Material]:
    """Return features and hashes of every set.

    Raises
    ------
    CutisError
        If there is nothing to compare by, no picture of a set can be read, or the features of two
        sets were not made alike.
    """
    by_features = config.model is not None or any(side.store is not None for side in sides)
    if config.no_hash and not by_features:
        raise CutisError(
            "--no-hash leaves nothing to compare the pictures by.",
            fix="name a model with --model, or leave --no-hash out",
        )
    found = []
    for side in sides:
        vectors = side_vectors(side, model, config, cache) if by_features else None
        looks = None
        if not config.no_hash and side.dataset is not None:
            looks = look_at_side(side, config.flips, config.workers)
        material = Material(side, vectors, looks)
        _refuse_nothing(material)
        found.append(material)
    if by_features:
        parts = [material.vectors for material in found if material.vectors is not None]
        refuse_other_models(list(sides), parts)
    return found


def the_model(config: OverlapConfig, sides: Sequence[Side]) -> Model | None:
    """Load the model, unless every set comes with features and none is needed."""
    return load_audit_model(config) if any(s.dataset is not None for s in sides) else None


def _refuse_nothing(material: Material) -> None:
    if len(material.readable()):
        return
    lost = material.unreadable()
    first = f" (the first: {lost[0].image}: {lost[0].reason})" if lost else ""
    raise CutisError(
        f"None of the {len(material.side)} pictures of {material.side.path} could be read{first}.",
        fix=f"cutis data check --data {material.side.path}; give the folder of the pictures with "
        "--images",
    )


def compare(
    config: OverlapConfig, materials: Sequence[Material], which: tuple[int, int]
) -> Comparison:
    """Find the copies between two sets, or within one.

    Raises
    ------
    CutisError
        If the threshold finds far too many, or a feature is not finite.
    """
    a, b = materials[which[0]], materials[which[1]]
    within = which[0] == which[1]
    threshold = chosen_threshold(config)
    found = [np.zeros((0, 2), np.int64)]
    nearest, zeros = np.zeros(0), (np.zeros(0, np.int64), np.zeros(0, np.int64))
    what = f"Within {a.side.name}" if within else f"{a.side.name} and {b.side.name}"
    if a.vectors is not None and b.vectors is not None:
        left, right = a.vectors, b.vectors
        n_compared = len(left.rows_m) * len(right.rows_m)
        with Progress(n_compared, f"{what}, features", "comparisons", after=2) as progress:
            matches = _guarded(
                lambda: find_matches(
                    left.values,
                    None if within else right.values,
                    threshold,
                    ranks_m=_ranks(b.side, right.rows_m),
                    max_pairs=config.max_pairs,
                    progress=progress.advance,
                ),
                a, b, f"--threshold {min(1.0, (1 + threshold) / 2):.3g}",
            )  # fmt: skip
        found.append(np.stack([left.rows_m[matches.query_p], right.rows_m[matches.item_p]], axis=1))
        nearest = matches.best_cosine_n
        zeros = (left.rows_m[matches.zeros_n], right.rows_m[matches.zeros_m])
    alike = Alike(np.zeros((0, 2), np.int64), np.zeros(0))
    if a.looks is not None and b.looks is not None:
        one, two = a.looks, b.looks
        n_compared = len(one.rows_m) * len(two.rows_m) * one.bits_mv2.shape[1] * (2 - within)
        with Progress(n_compared, f"{what}, hashes", "comparisons", after=2) as progress:
            close, _ = _guarded(
                lambda: close_looks(
                    one, None if within else two, config.hash_distance, config.max_pairs,
                    progress.advance,
                ),
                a, b, f"--hash-distance {config.hash_distance // 2}",
            )  # fmt: skip
        alike = _confirmed(config, a, b, close, what)
        found.append(alike.rows_p2)
    rows_p2 = np.unique(np.concatenate(found), axis=0)
    return _described(which, a, b, rows_p2, alike, nearest, zeros)


class Alike(NamedTuple):
    """Pairs that look the same: rows (p, 2), and the correlation of their detail (p,)."""

    rows_p2: np.ndarray
    likeness_p: np.ndarray


def _confirmed(
    config: OverlapConfig, a: Material, b: Material, close: np.ndarray, what: str
) -> Alike:
    """Keep the pairs with close hashes whose detail agrees."""
    if a.looks is None or b.looks is None or a.side.dataset is None or b.side.dataset is None:
        return Alike(close[:0], np.zeros(0))
    paths = (a.side.dataset.image_paths, b.side.dataset.image_paths)
    with Progress(len(close), f"{what}, detail", "pairs", after=2) as progress:
        found = confirm(a.looks, b.looks, paths, close, config.likeness, progress.advance)
    kept = found >= config.likeness if config.likeness else np.ones(len(close), bool)
    return Alike(close[kept], found[kept])


def _described(
    which: tuple[int, int],
    a: Material,
    b: Material,
    rows_p2: np.ndarray,
    alike: Alike,
    nearest: np.ndarray,
    zeros: tuple[np.ndarray, np.ndarray],
) -> Comparison:
    """Give every pair both measures where both exist, and put the surest first."""
    cosine = np.full(len(rows_p2), np.nan)
    if a.vectors is not None and b.vectors is not None:
        cosine = cosines_of(a.vectors, b.vectors, rows_p2)
    distance = np.full(len(rows_p2), -1, np.int64)
    if a.looks is not None and b.looks is not None:
        distance = distances(a.looks, b.looks, rows_p2)
    known = dict(zip(map(tuple, alike.rows_p2.tolist()), alike.likeness_p.tolist(), strict=True))
    likeness = np.array([known.get(tuple(pair), np.nan) for pair in rows_p2.tolist()])
    ranks = [_ranks(m.side, np.arange(len(m.side))) for m in (a, b)]
    order = np.lexsort(
        (
            ranks[1][rows_p2[:, 1]],
            ranks[0][rows_p2[:, 0]],
            np.where(distance < 0, 999, distance),
            -np.nan_to_num(cosine, nan=-1.0),
        )
    )
    return Comparison(
        *which, rows_p2[order], cosine[order], distance[order], likeness[order], nearest, zeros
    )


def _ranks(side: Side, rows_m: np.ndarray) -> np.ndarray:
    """Return the place of each row's name among the names of all: what decides between equals."""
    order = np.argsort(np.array([side.ids[i] for i in rows_m], dtype=str), kind="stable")
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _guarded(search: Callable[[], T], a: Material, b: Material, fix: str) -> T:
    """Say what a search that stopped means to a user."""
    names = a.side.name if a is b else f"{a.side.name} and {b.side.name}"
    try:
        return search()
    except TooManyPairs as error:
        raise CutisError(
            f"More than {error.count:,} pairs of {names} count as copies, {100 * error.share:.2g} "
            "% of those compared: the limit is too loose for these pictures.",
            fix=f"{fix}; if there are so many copies, --max-pairs with a larger number",
        ) from None
    except ValueError as error:
        raise CutisError(
            f"The features of {names} cannot be compared: {error}",
            fix="remove those features from the cache, or make them again",
        ) from error
