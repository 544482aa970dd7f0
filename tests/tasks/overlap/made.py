"""Sets, features and findings made by hand, without a picture on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from cutis.data import load_dataset
from cutis.tasks.overlap.search import Comparison, Material
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.sides import Side
from cutis.tasks.overlap.vectors import Vectors


class ArrayRows:
    """Features in memory, with the manner of those on disk."""

    def __init__(self, values_md: np.ndarray) -> None:
        self.values, self.meta = values_md, {"dim": values_md.shape[1]}

    def __len__(self) -> int:
        return len(self.values)

    def block(self, start: int, stop: int) -> np.ndarray:
        return self.values[start:stop].astype(np.float32)

    def take(self, places: np.ndarray) -> np.ndarray:
        return self.values[places].astype(np.float32)


def config(**more) -> OverlapConfig:
    return OverlapConfig(**{"data": [Path("a.csv")], "output": Path("run"), **more})


def bare_side(names: Sequence[str], name: str = "a") -> Side:
    """A set of which nothing is known but the names of its rows."""
    return Side(name, Path(name), tuple(names), False, np.arange(len(names)))


def table_side(folder: Path, name: str, columns: dict[str, list], against: bool = False) -> Side:
    """A table, whose pictures need not be there."""
    pd.DataFrame(columns).to_csv(folder / f"{name}.csv", index=False)
    dataset = load_dataset(folder / f"{name}.csv")
    return Side(name, dataset.source, dataset.ids, against, np.arange(len(dataset)), dataset)


def vectors(values_md: np.ndarray, rows_m: Sequence[int] | None = None, **made_by) -> Vectors:
    """Features of some rows; the rows between them could not be read."""
    rows = np.arange(len(values_md)) if rows_m is None else np.array(rows_m, np.int64)
    lost = [i for i in range(rows.max(initial=-1)) if i not in rows]
    errors = pd.DataFrame(
        [(i, f"id{i}", f"{i}.png", "broken") for i in lost],
        columns=["row", "id", "image", "reason"],
    )
    return Vectors(rows, ArrayRows(np.asarray(values_md)), errors, made_by)


def material(
    values_md: np.ndarray, names: Sequence[str] | None = None, name: str = "a"
) -> Material:
    ids = [f"{name}{i}" for i in range(len(values_md))] if names is None else names
    return Material(bare_side(ids, name), vectors(values_md), None)


def comparison(a: int, b: int, pairs: Sequence[tuple[int, int]], **more) -> Comparison:
    """What was found: pairs, and if wanted their cosines, distances and likenesses."""
    rows = np.array(pairs, np.int64).reshape(-1, 2)
    nothing, none = np.full(len(rows), np.nan), np.zeros(0, np.int64)
    facts = {
        "cosine_p": nothing, "distance_p": np.full(len(rows), -1), "likeness_p": nothing,
        "nearest_n": np.zeros(0), "zeros": (none, none), **more,
    }  # fmt: skip
    arrays = {k: v if k == "zeros" else np.asarray(v) for k, v in facts.items()}
    return Comparison(a, b, rows, **arrays)
