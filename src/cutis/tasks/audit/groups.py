"""Two groups of images, chosen by the values of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    from cutis.data import Dataset

SHOWN = 12
MALIGNANCY = "malignancy"


class Groups(NamedTuple):
    """Two groups of rows.

    Attributes
    ----------
    rows
        Numbers of the rows in either group.
    in_a
        For each, whether it is in A.
    column
        What the groups are made by.
    a, b
        Their names.
    n_left_out
        Rows in neither.
    """

    rows: np.ndarray
    in_a: np.ndarray
    column: str
    a: str
    b: str
    n_left_out: int


def choose_groups(dataset: Dataset, by: str, a: str, b: str | None) -> Groups:
    """Return the rows of two groups.

    Parameters
    ----------
    dataset
        The rows to choose from.
    by
        ``label``, ``malignancy`` (by the dataset's card), a harmonised column (sex, site, age in
        bands, skin_tone, modality), or any column of the table.
    a, b
        Values of the groups; without ``b`` it is all other values.

    Raises
    ------
    CutisError
        If there is no such column or value, a group is empty, or they overlap.
    """
    values = _values(dataset, by)
    known = [value for value in values if value is not None]
    counts = {value: known.count(value) for value in sorted(set(known))}
    in_a = _member(values, _wanted(a, counts, by, "--a"))
    given_b = None if b is None else _wanted(b, counts, by, "--b")
    in_b = (
        np.array([value is not None for value in values]) & ~in_a
        if given_b is None
        else _member(values, given_b)
    )
    if (in_a & in_b).any():
        raise CutisError(
            f"The groups overlap: --a {a} and --b {b} share a value.", fix="give each value once"
        )
    if not in_b.any():
        raise CutisError(
            f"Every row with a value in '{by}' is in the group --a {a}, so there is nothing to "
            "compare it with.",
            allowed=_listed(counts),
            fix="give --a fewer values",
        )
    rows = np.flatnonzero(in_a | in_b)
    return Groups(rows, in_a[rows], by, a, b or "all others", int(len(dataset) - rows.size))


def _values(dataset: Dataset, by: str) -> list[str | None]:
    """Return the value of every row as text, None where it is empty."""
    import pandas as pd

    from cutis.tasks.subgroups import subgroup_columns

    if by == "label" and dataset.classes:
        return [None if i < 0 else dataset.classes[i] for i in dataset.labels]
    if by == MALIGNANCY and by not in dataset.table.columns:
        return _malignancy(dataset)
    bands = subgroup_columns(dataset.metadata)
    by_name = {str(c).casefold(): c for c in dataset.table.columns}
    if by in bands.columns:
        column = bands[by]
    elif by.casefold() in by_name:
        column = dataset.table[by_name[by.casefold()]]
    else:
        have = list(
            dict.fromkeys(["label", MALIGNANCY, *bands.columns, *map(str, dataset.table.columns)])
        )
        raise CutisError(
            f"{dataset.source.name} has no column '{by}' to make groups by.",
            allowed=f"Columns: {', '.join(have[:SHOWN])}{' ...' if len(have) > SHOWN else ''}.",
            nearest=nearest_names(by, have),
            fix="--by label --a melanoma",
        )
    return [None if pd.isna(v) or str(v).strip() == "" else _text(v) for v in column]


def _malignancy(dataset: Dataset) -> list[str | None]:
    """Return malignant or benign for every labelled row, by what the dataset's card says."""
    from cutis.data.cards import plain

    flagged = {plain(name) for name in dataset.card.malignant}
    if not flagged & {plain(name) for name in dataset.classes}:
        raise CutisError(
            f"The card of {dataset.name} does not say which classes are malignant.",
            allowed=f"Its classes are {', '.join(dataset.classes) or 'not named'}.",
            fix="--by label --a CLASS,CLASS, or a line 'malignant: [CLASS]' in the card",
        )
    words = ["malignant" if plain(name) in flagged else "benign" for name in dataset.classes]
    return [None if i < 0 else words[i] for i in dataset.labels]


def _text(value: object) -> str:
    """Return a value as text; whole numbers without a point, as they stand in the table."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _wanted(given: str, counts: dict[str, int], by: str, flag: str) -> set[str]:
    folded = {value.casefold(): value for value in counts}
    if given.casefold() in folded:
        return {folded[given.casefold()]}
    names = [name.strip() for name in given.split(",") if name.strip()]
    for name in names or [given]:
        if name.casefold() not in folded:
            raise CutisError(
                f"{flag} {given}: no row has '{name}' in '{by}'.",
                allowed=_listed(counts),
                nearest=nearest_names(name, counts),
                fix=f"{flag} {next(iter(counts), 'VALUE')}",
            )
    return {folded[name.casefold()] for name in names}


def _listed(counts: dict[str, int]) -> str:
    shown = [f"{value} ({n})" for value, n in list(counts.items())[:SHOWN]]
    rest = f" and {len(counts) - SHOWN} more" if len(counts) > SHOWN else ""
    return f"Values and their rows: {', '.join(shown) or 'none'}{rest}."


def _member(values: list[str | None], wanted: set[str]) -> np.ndarray:
    return np.array([value in wanted for value in values], dtype=bool)
