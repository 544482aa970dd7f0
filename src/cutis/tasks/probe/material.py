"""The features of the rows a probe needs, from the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features import Features
    from cutis.models import Model
    from cutis.tasks.probe.config import ProbeConfig
    from cutis.tasks.probe.partition import Partition


@dataclass(frozen=True)
class Material:
    """Features of the rows of a dataset that have one.

    Attributes
    ----------
    values_md
        float32, as the model gives them.
    position_n
        Where each of the dataset's n rows is among the m features; -1 where it has none.
    tested
        The features of the tested rows, numbered within these.
    n_unreadable
        Rows that were needed and could not be read.
    """

    values_md: np.ndarray
    position_n: np.ndarray
    tested: Features
    n_unreadable: int

    def readable(self, rows: np.ndarray) -> np.ndarray:
        """Return those of the rows that have features, in their order."""
        kept: np.ndarray = rows[self.position_n[rows] >= 0]
        return kept

    def of(self, rows: np.ndarray) -> np.ndarray:
        """Return the features of rows that have some."""
        values: np.ndarray = self.values_md[self.position_n[rows]]
        return values


def parts_of(partition: Partition) -> dict[str, np.ndarray]:
    """Return the rows that are embedded together, by name, each as ``cutis embed`` would.

    Each split is a store of its own, so that the tested rows are shared with zero-shot.
    """
    if len(partition.turns) > 1:
        return {"tested": partition.tested}
    turn = partition.turns[0]
    parts = {"train": turn.train, "val": turn.val, "tested": turn.test}
    return {name: rows for name, rows in parts.items() if len(rows)}


def part_keys(
    dataset: Dataset, partition: Partition, model: Model, cache: Path, workers: int | None
) -> dict[str, str]:
    """Return the key of the features of each part."""
    from cutis.features import features_key

    return {
        name: features_key(dataset.select(rows), model, cache, workers)
        for name, rows in parts_of(partition).items()
    }


def gather(
    dataset: Dataset, partition: Partition, model: Model, cache: Path, config: ProbeConfig
) -> Material:
    """Return the features of all rows a partition needs; what is not there is computed.

    Complete features of the whole table, as ``cutis embed`` leaves them, are taken as they are.

    Raises
    ------
    CutisError
        If features cannot be computed.
    """
    whole = _whole(dataset, model, cache, config.workers)
    position_n = np.full(len(dataset), -1, np.int64)
    values: list[np.ndarray] = []
    found: dict[str, Features] = {}
    start = n_unreadable = 0
    for name, rows in parts_of(partition).items():
        part = _select(whole, rows) if whole else _embed(dataset, rows, model, cache, config)
        found[name] = part
        position_n[rows[part.rows]] = np.arange(start, start + len(part))
        values.append(part.values_nd)
        start += len(part)
        n_unreadable += len(part.errors)
    return Material(np.concatenate(values), position_n, found["tested"], n_unreadable)


def _whole(dataset: Dataset, model: Model, cache: Path, workers: int | None) -> Features | None:
    from cutis.features import features_key, open_features
    from cutis.features.store import FeatureStore

    folder = cache / "features" / features_key(dataset, model, cache, workers)
    return open_features(folder) if FeatureStore(folder).is_complete() else None


def _embed(
    dataset: Dataset, rows: np.ndarray, model: Model, cache: Path, config: ProbeConfig
) -> Features:
    from cutis.features import embed

    return embed(
        dataset.select(rows),
        model,
        cache=cache,
        batch_size=config.batch_size,
        workers=config.workers,
    )


def _select(whole: Features, rows: np.ndarray) -> Features:
    """Return the features of some rows of a table, numbered within these."""
    number: Mapping[int, int] = {int(row): i for i, row in enumerate(rows)}
    kept = np.flatnonzero(np.isin(whole.rows, rows))
    errors = whole.errors[whole.errors["row"].isin(list(number))].reset_index(drop=True)
    facts: dict[str, Any] = {
        "ids": tuple(whole.ids[i] for i in kept),
        "values_nd": whole.values_nd[kept],
        "rows": np.array([number[int(row)] for row in whole.rows[kept]], np.int64),
        "errors": errors.assign(row=[number[int(row)] for row in errors["row"]]),
    }
    return replace(whole, **facts)
