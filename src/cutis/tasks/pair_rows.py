"""Which rows a pair is trained on and which choose it: never a test row, never a shared lesion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cutis.data.dataset import split_name
from cutis.data.splitting import assign
from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.data import Dataset

TRAIN, VAL, TEST, ALL = "train", "val", "test", "all"


@dataclass(frozen=True)
class Parts:
    """The rows of a table that training may see.

    Attributes
    ----------
    train, val
        Row numbers, ascending, int64: to learn from, and to choose the best step on.
    split
        The split that was asked for, or ``all``.
    val_from
        Where the validation rows come from, in words.
    """

    train: np.ndarray
    val: np.ndarray
    split: str
    val_from: str

    def rows(self) -> np.ndarray:
        """Return all rows that are read, ascending."""
        joined: np.ndarray = np.sort(np.concatenate([self.train, self.val]))
        return joined


def choose_parts(dataset: Dataset, split: str | None, val_share: float, seed: int) -> Parts:
    """Choose training and validation rows.

    Without a name, the split ``train`` is taken and, where there is one, ``val`` chooses; else a
    share of the training rows is held out, whole groups together.

    Parameters
    ----------
    dataset
        The whole table.
    split
        Split to train on, ``all`` for every row, or None.
    val_share
        Share of the rows to hold out, when no split ``val`` is there to choose on.
    seed
        Seed of the choice.

    Raises
    ------
    CutisError
        If the table has no split and none was asked for, test rows would be trained on, or a
        group stands on both sides.
    """
    wanted = _wanted(dataset, split)
    splits = dataset.splits
    chosen = np.ones(len(dataset), bool) if splits is None or wanted == ALL else splits == wanted
    train = np.flatnonzero(chosen)
    held_out = (
        np.zeros(0, np.int64)
        if splits is None or wanted in (ALL, VAL)
        else np.flatnonzero(splits == VAL)
    )
    _refuse_shared_groups(dataset, chosen, wanted)
    if len(held_out):
        return Parts(train, held_out, wanted, f"the split '{VAL}' ({len(held_out)} rows)")
    groups_n = np.array(dataset.ids, object) if dataset.groups is None else dataset.groups
    shares = [1 - val_share, val_share]
    part = assign(dataset.labels[train], groups_n[train], shares, seed)
    if not (part == 1).any():  # classes of a row or two each cannot be shared out
        part = assign(np.full(len(train), -1), groups_n[train], shares, seed)
    if not (part == 0).any() or not (part == 1).any():
        raise CutisError(
            f"{len(train)} rows in {len(set(groups_n[train].tolist()))} groups are too few to hold "
            f"out {val_share:.0%} of them.",
            fix="give more rows, or another --val-share",
        )
    by = f" by {dataset.roles['group']}" if "group" in dataset.roles else ""
    kept, out = train[part == 0], train[part == 1]
    return Parts(kept, out, wanted, f"{len(out)} rows held out of '{wanted}'{by}")


def _wanted(dataset: Dataset, split: str | None) -> str:
    """Return the split to train on, refusing everything that holds test rows."""
    wanted = split_name(split) if split else None
    name = dataset.source.name
    if dataset.splits is None:
        if wanted == ALL:
            return ALL
        if wanted is not None:
            raise CutisError(
                f"There is no split '{split}': {name} has no split column.",
                fix="leave --split out, or name the column with --split-column",
            )
        raise CutisError(
            f"{name} has no split column, so training would use every row and none would be left "
            "to test on.",
            fix=f"cutis data split {dataset.arguments()} -o SPLIT.csv, then --data SPLIT.csv; or "
            "add --split all if you test on another table",
        )
    present = sorted(set(dataset.splits.tolist()) - {""})
    if wanted == TEST or (wanted == ALL and TEST in present):
        raise CutisError(
            f"--split {split} would train on the test rows of {name}.",
            allowed=f"Its splits are {', '.join(present)}.",
            fix=f"--split {next((p for p in present if p != TEST), 'train')}",
        )
    if wanted in (None, TRAIN) and TRAIN not in present:
        raise CutisError(
            f"{name} has no split 'train'.",
            allowed=f"Its splits are {', '.join(present)}.",
            fix=f"--split {next((p for p in present if p != TEST), present[0])}",
        )
    if wanted not in (None, ALL) and wanted not in present:
        raise CutisError(
            f"There is no split '{split}' in {name}.",
            allowed=f"Its splits are {', '.join(present)}; 'all' takes every row.",
            fix=f"--split {TRAIN if TRAIN in present else present[0]}",
        )
    return wanted or TRAIN


def _refuse_shared_groups(dataset: Dataset, chosen: np.ndarray, wanted: str) -> None:
    if dataset.groups is None or dataset.splits is None or chosen.all():
        return
    trained = set(dataset.groups[chosen].tolist())
    shared = sorted(trained & set(dataset.groups[~chosen].tolist()))
    if not shared:
        return
    first = dataset.splits[(dataset.groups == shared[0]) & ~chosen][0]
    raise CutisError(
        f"{len(shared)} groups of '{dataset.roles['group']}' are in '{wanted}' and in other splits "
        f"too (the first, {shared[0]}, also in '{first}'): what is tested would have been learned.",
        fix=f"cutis data split {dataset.arguments()} --name own_split -o SPLIT.csv, then --data "
        "SPLIT.csv --split-column own_split",
    )
