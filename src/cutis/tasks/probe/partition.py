"""Which rows are learnt from, chosen by and tested on; what leaks between them is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cutis.data.splitting import assign
from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.tasks.probe.config import ProbeConfig

TRAIN, VAL, TEST = "train", "val", "test"


@dataclass(frozen=True)
class Turn:
    """One training and what it is tested on: row numbers of the dataset, ascending.

    Attributes
    ----------
    train, val
        Rows with a label.
    test
        Rows with or without.
    """

    train: np.ndarray
    val: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class Partition:
    """How a table is used.

    Attributes
    ----------
    turns
        One for splits, one per fold otherwise; each row is tested at most once.
    evaluated
        The split that is tested, or ``all``.
    notes
        What a reader must know, one sentence each.
    """

    turns: tuple[Turn, ...]
    evaluated: str
    notes: tuple[str, ...]

    @property
    def tested(self) -> np.ndarray:
        """All tested rows, ascending."""
        return np.sort(np.concatenate([turn.test for turn in self.turns]))


def divide_rows(dataset: Dataset, config: ProbeConfig) -> Partition:
    """Return the rows to learn from, to choose by and to test on.

    Raises
    ------
    CutisError
        If the table has no labels, no splits and no ``folds`` are asked for, a split is missing,
        or a lesion or patient is in several splits.
    """
    if not (dataset.labels >= 0).any():
        raise CutisError(
            f"A probe learns from labels, and no row of {dataset.source.name} has one.",
            fix="name the column with --label-column, or use 'cutis zero-shot'",
        )
    if config.folds:
        return _folds(dataset, config.folds, config.seed)
    return _splits(dataset, config.split or TEST, config.allow_shared_groups)


def group_names(dataset: Dataset) -> np.ndarray:
    """Return the group of every row; each row is its own where the table names none."""
    if dataset.groups is not None:
        return dataset.groups
    return np.array(dataset.ids, dtype=object)


def _folds(dataset: Dataset, n_folds: int, seed: int) -> Partition:
    groups = group_names(dataset)
    n_groups = len(set(groups.tolist()))
    if n_groups < n_folds:
        raise CutisError(
            f"{n_folds} folds were asked for, and {dataset.source.name} has {n_groups} groups "
            "that must stay whole.",
            fix=f"--folds {max(n_groups, 2)} or fewer",
        )
    fold_n = assign(dataset.labels, groups, [1 / n_folds] * n_folds, seed)
    labelled = dataset.labels >= 0
    turns = tuple(
        Turn(
            np.flatnonzero((fold_n != fold) & labelled),
            np.zeros(0, np.int64),
            np.flatnonzero(fold_n == fold),
        )
        for fold in range(n_folds)
    )
    kept = f"'{dataset.roles['group']}'" if dataset.groups is not None else "image"
    note = (
        f"Every row was predicted out of fold: {n_folds} folds by {kept}, classes spread evenly, "
        f"seed {seed}."
    )
    return Partition(turns, "all", (note,))


def _splits(dataset: Dataset, tested: str, allow_shared: bool) -> Partition:
    if dataset.splits is None:
        raise CutisError(
            f"{dataset.source.name} has no split column, so nothing says which rows to learn from.",
            allowed="A probe needs the splits train and test (and val to choose settings by), or "
            "folds.",
            fix=f"cutis data split {dataset.arguments()} -o NEW.csv, or --folds 5",
        )
    from cutis.data.dataset import split_name

    tested = split_name(tested)
    present = sorted({str(s) for s in dataset.splits} - {""})
    if tested in (TRAIN, VAL):
        raise CutisError(
            f"--split {tested} would test on rows that the probe learns from or chooses by.",
            allowed=f"Its splits are {', '.join(present)}.",
            fix="leave --split out, or use --folds 5 to predict every row out of fold",
        )
    missing = [name for name in (TRAIN, tested) if name not in present]
    if missing:
        raise CutisError(
            f"{dataset.source.name} has no split '{missing[0]}'.",
            allowed=f"Its splits are {', '.join(present)}; a probe learns from 'train' and is "
            f"tested on '{tested}'.",
            fix=f"cutis data split {dataset.arguments()} --name other_split -o NEW.csv, or "
            "--folds 5",
        )
    labelled = dataset.labels >= 0
    rows = {name: np.flatnonzero(dataset.splits == name) for name in (TRAIN, VAL, tested)}
    turn = Turn(rows[TRAIN][labelled[rows[TRAIN]]], rows[VAL][labelled[rows[VAL]]], rows[tested])
    notes = _shared_groups(dataset, turn, tested, allow_shared)
    return Partition((turn,), tested, notes)


def _shared_groups(
    dataset: Dataset, turn: Turn, tested: str, allow_shared: bool
) -> tuple[str, ...]:
    """Refuse, or note, lesions or patients in several splits."""
    if dataset.groups is None:
        return (
            "No column names lesions or patients, so whether one is in several splits cannot be "
            "told.",
        )
    parts = ((TRAIN, turn.train), (VAL, turn.val), (tested, turn.test))
    names = {name: set(dataset.groups[rows].tolist()) for name, rows in parts}
    column = dataset.roles.get("group", "group")
    notes = []
    for one, other in ((TRAIN, tested), (VAL, tested), (TRAIN, VAL)):
        shared = sorted(names[one] & names[other])
        if not shared:
            continue
        n = len(shared)
        what = (
            f"{n} {'value' if n == 1 else 'values'} of '{column}' (such as {shared[0]}) "
            f"{'is' if n == 1 else 'are'} in both '{one}' and '{other}' of {dataset.source.name}"
        )
        if not allow_shared:
            raise CutisError(
                f"{what}: the probe would be judged on lesions or patients it has seen.",
                fix=f"cutis data split {dataset.arguments()} --name other_split -o NEW.csv, "
                "--folds 5, or --allow-shared-groups for a published split",
            )
        images = int(np.isin(dataset.groups[dict(parts)[other]], shared).sum())
        notes.append(f"LEAKAGE: {what} ({images} images of '{other}'); the numbers are too good.")
    return tuple(notes)
