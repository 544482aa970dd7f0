"""The sets of pictures that are compared: tables, or folders of features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.errors import CutisError, nearest_names
from cutis.tasks.overlap.checks import is_features
from cutis.tasks.overlap.settings import OverlapConfig

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features.store import FeatureStore

AUTO = "auto"


@dataclass(frozen=True)
class Side:
    """One set of n pictures.

    Attributes
    ----------
    name
        Short name, unique among the sets compared.
    path
        As it was given.
    ids
        n row names; everything found is told by them.
    against
        Whether it was given to ``--against``.
    numbers
        Where each row stands in the table, counted from 0.
    dataset
        The table, or None for a folder of features.
    store
        The folder of features, or None for a table.
    """

    name: str
    path: Path
    ids: tuple[str, ...]
    against: bool
    numbers: np.ndarray
    dataset: Dataset | None = None
    store: FeatureStore | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def image(self, row: int) -> str:
        """Return a row's picture below the image folder; empty for a folder of features."""
        if self.dataset is None:
            return ""
        path = self.dataset.image_paths[row]
        try:
            return path.relative_to(self.dataset.root).as_posix()
        except ValueError:
            return path.name

    def label(self, row: int) -> str:
        """Return a row's class, or nothing."""
        if self.dataset is None or self.dataset.labels[row] < 0:
            return ""
        return self.dataset.classes[int(self.dataset.labels[row])]

    def split(self, row: int) -> str:
        """Return a row's split, or nothing."""
        if self.dataset is None or self.dataset.splits is None:
            return ""
        return str(self.dataset.splits[row])

    def group(self, row: int) -> str:
        """Return a row's lesion or patient, or nothing."""
        if self.dataset is None or self.dataset.groups is None:
            return ""
        return str(self.dataset.groups[row])

    def facts(self) -> dict[str, Any]:
        """Return what a record says of the set."""
        grouping = None if self.dataset is None else self.dataset.roles.get("group")
        return {"name": self.name, "n_rows": len(self), "against": self.against, "group": grouping}


def load_sides(config: OverlapConfig) -> tuple[Side, ...]:
    """Read every set, those of ``--data`` first.

    Raises
    ------
    CutisError
        If a set cannot be read or is given twice, or folders or cards do not fit the tables.
    """
    paths = [*config.data, *(config.against or [])]
    images = _aligned("--images", config.images, len(paths))
    cards = _aligned("--card", config.card, len(paths))
    sides: list[Side] = []
    for i, (path, root, card) in enumerate(zip(paths, images, cards, strict=True)):
        against = i >= len(config.data)
        taken = [side.name for side in sides]
        side = (
            _from_store(Path(path), taken, against)
            if is_features(path)
            else _from_table(config, path, root, card, taken, against)
        )
        _refuse_twin(sides, side)
        sides.append(side)
    return tuple(sides)


def _from_table(
    config: OverlapConfig,
    path: Path,
    root: str | None,
    card: str | None,
    taken: Sequence[str],
    against: bool,
) -> Side:
    from cutis.data import load_dataset
    from cutis.data.dataset import split_name

    dataset = load_dataset(path, images=root, card=card, columns=config.columns())
    numbers = np.arange(len(dataset))
    if config.split is not None and not against:
        chosen = dataset.split(config.split)
        numbers = np.flatnonzero(np.asarray(dataset.splits) == split_name(config.split))
        dataset = chosen
    name = _name(dataset.name, taken)
    return Side(name, Path(path), dataset.ids, against, numbers, dataset)


def _from_store(path: Path, taken: Sequence[str], against: bool) -> Side:
    import pandas as pd

    from cutis.features.store import ERRORS, IDS, FeatureStore

    store = FeatureStore(path)
    meta = store.meta()
    if meta is None or not store.is_complete():
        raise CutisError(
            f"{path} holds no complete features.",
            fix="run the 'cutis embed' command that began them again; it finishes what is missing",
        )
    there = pd.read_parquet(path / IDS, columns=["id", "row"])
    lost = pd.read_parquet(path / ERRORS, columns=["id", "row"])
    ids = pd.concat([there, lost]).sort_values("row")["id"]
    name = _name(f"features-{meta['key'][:8]}", taken)
    return Side(name, path, tuple(ids), against, np.arange(len(ids)), store=store)


def _name(name: str, taken: Sequence[str]) -> str:
    """Return a name nobody has yet."""
    count = 1
    while (found := name if count == 1 else f"{name}-{count}") in taken:
        count += 1
    return found


def _aligned(flag: str, given: Sequence[Any] | None, n: int) -> list[str | None]:
    """Return one value per table: none, one for all, or as many as there are tables."""
    values = [None if str(value) == AUTO else str(value) for value in given or [AUTO]]
    if len(values) == 1:
        return values * n
    if len(values) != n:
        raise CutisError(
            f"{flag} is given {len(values)} times for {n} tables.",
            allowed=f"It is given once for all, or once for each, the tables of --data first; "
            f"'{AUTO}' stands for the default.",
            fix=f"give {flag} {n} times, or leave it out",
        )
    return values


def _refuse_twin(sides: Sequence[Side], new: Side) -> None:
    for old in sides:
        if _source(old) == _source(new) or _same_table(old, new):
            raise CutisError(
                f"{old.path} and {new.path} are the same table: every picture would be its own "
                "copy.",
                allowed="Copies within one table are found when it is given once.",
                fix=f"cutis data overlap {old.path} -o RUN",
            )


def _source(side: Side) -> Path:
    return (side.path if side.dataset is None else side.dataset.source).resolve()


def _same_table(a: Side, b: Side) -> bool:
    """Tell whether two tables have the same bytes and the same pictures."""
    if a.dataset is None or b.dataset is None or a.ids != b.ids:
        return False
    same_place = a.dataset.root.resolve() == b.dataset.root.resolve()
    return same_place and a.dataset.table_sha256() == b.dataset.table_sha256()


def side_named(sides: Sequence[Side], name: str) -> Side:
    """Return the set of a name, path or file name.

    Raises
    ------
    CutisError
        If there is none, or several files of that name.
    """
    for side in sides:
        if name in (side.name, str(side.path)):
            return side
    of_file = [side for side in sides if side.path.name == name]
    if len(of_file) == 1:
        return of_file[0]
    if of_file:
        raise CutisError(
            f"{len(of_file)} of the tables compared are called '{name}'.",
            allowed=f"They are {', '.join(str(side.path) for side in of_file)}.",
            fix=f"--drop-from {of_file[0].path}",
        )
    names = [side.name for side in sides]
    raise CutisError(
        f"'{name}' is none of the tables compared.",
        allowed=f"They are {', '.join(names)}.",
        nearest=nearest_names(name, names),
        fix=f"--drop-from {names[0]}",
    )


def comparisons(sides: Sequence[Side], scope: str) -> list[tuple[int, int]]:
    """Return the sets to compare, by number; a set with itself looks for copies within it.

    Raises
    ------
    CutisError
        If nothing is left to compare.

    Examples
    --------
    >>> a, b = (Side(n, Path(n), ("1",), n == "b", np.zeros(1)) for n in "ab")
    >>> comparisons([a, b], "all"), comparisons([a, b], "between")
    ([(0, 0), (0, 1)], [(0, 1)])
    """
    mine = [i for i, side in enumerate(sides) if not side.against]
    others = [i for i, side in enumerate(sides) if side.against]
    within = [(i, i) for i in mine]
    between = [(i, j) for i in mine for j in (others or [k for k in mine if k > i])]
    chosen = {"all": [*within, *between], "within": within, "between": between}[scope]
    if not chosen:
        raise CutisError(
            f"There is one table, {sides[0].path}, and --scope between needs two.",
            fix=f"cutis data overlap {sides[0].path} --against OTHER -o RUN, or leave --scope out",
        )
    return chosen
