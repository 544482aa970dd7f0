"""Lesions, patients and subgroups from the images' table, joined by name and never by position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.analysis.cases import Cases, JoinConfig
    from cutis.data import Dataset


def joined(cases: Cases, config: JoinConfig) -> Cases:
    """Return the cases with the groups, subgroups and columns of the images' table.

    Harmonised subgroups (age in bands, sex, site, skin tone, modality) come under their own names
    and win over a column of the table that is called the same. The table's splits are taken where
    the predictions have none.

    Raises
    ------
    CutisError
        If the table cannot be read, or images of the predictions are not in it.
    """
    import pandas as pd

    from cutis.analysis.naming import named_by
    from cutis.data import load_dataset
    from cutis.tasks.subgroups import subgroup_columns

    columns = {"group": config.group_column} if config.group_column else {}
    dataset = load_dataset(str(config.data), card=config.card, columns=columns)
    rows = match_rows(cases, dataset)
    taken = dataset.select(rows)
    cases = named_by(cases, taken, given=config.classes is not None)
    bands = subgroup_columns(taken.metadata)
    raw = taken.table.drop(columns=[c for c in bands.columns if c in taken.table.columns])
    own = cases.columns.drop(columns=[c for c in cases.columns.columns if c in raw.columns])
    own = own.drop(columns=[c for c in bands.columns if c in own.columns])
    groups, grouping = cases.groups_n, cases.grouping
    if taken.groups is not None and groups is None:
        groups = np.asarray(taken.groups, dtype=object)
        grouping = dataset.roles.get("group", "group")
    splits = cases.splits
    if not any(splits) and taken.splits is not None:
        splits = tuple(str(name) for name in taken.splits)
    return replace(
        cases,
        groups_n=groups,
        grouping=grouping,
        splits=splits,
        columns=pd.concat([own, bands, raw], axis=1),
    )


def match_rows(cases: Cases, dataset: Dataset) -> list[int]:
    """Return the row of the table of every case.

    Ids are compared first, then image paths, file names, and names without extension; the first
    of these ways that finds every case is taken.

    Raises
    ------
    CutisError
        If no way finds every case, or a name stands for several rows.
    """
    images = [str(name).replace("\\", "/") for name in dataset.table[dataset.roles["image"]]]
    ways: list[tuple[Sequence[str], Iterable[str]]] = [
        (cases.ids, dataset.ids),
        (cases.images, images),
        ([_name(i) for i in cases.images], [_name(i) for i in images]),
        ([_stem(i) for i in cases.images], [_stem(i) for i in images]),
        ([_stem(i) for i in cases.ids], [_stem(i) for i in images]),
    ]
    best: list[str] = list(cases.ids)
    for wanted, offered in ways:
        places: dict[str, list[int]] = {}
        for row, name in enumerate(offered):
            places.setdefault(name, []).append(row)
        missing = [name for name in wanted if len(places.get(name, [])) != 1]
        if not missing:
            return [places[name][0] for name in wanted]
        if len(missing) < len(best):
            best = missing
    raise CutisError(
        f"{len(best)} of the {len(cases)} images of {cases.source} are not in the table "
        f"{dataset.source.name}, or there more than once; the first is '{best[0]}'.",
        allowed="Images are matched by id, path, file name, or name without extension.",
        fix="give the table the predictions were made of with --data",
    )


def _name(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name


def _stem(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).stem
