"""``cutis data split``: write the table anew with a split or fold column."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from cyclopts import Parameter
from pydantic import Field

from cutis.config import DataConfig
from cutis.data.dataset import Dataset, split_order
from cutis.data.loading import load_from
from cutis.data.roles import folded
from cutis.data.splitting import assign
from cutis.data.tables import read_table, write_table
from cutis.data.text import columns
from cutis.errors import CutisError
from cutis.files import sha256_file

if TYPE_CHECKING:
    import pandas as pd


class DataSplitConfig(DataConfig):
    """Settings of ``cutis data split``."""

    output: Annotated[Path, Parameter(alias="-o")] = Field(
        description="Table to write: CSV, TSV or Parquet; the input is never changed."
    )
    train: float = Field(default=0.7, ge=0, le=1, description="Share of rows in 'train'.")
    val: float = Field(default=0.1, ge=0, le=1, description="Share of rows in 'val'.")
    test: float = Field(default=0.2, ge=0, le=1, description="Share of rows in 'test'.")
    folds: int | None = Field(
        default=None, ge=2, description="Number of equal folds, instead of the three splits."
    )
    name: str | None = Field(
        default=None, min_length=1, description="Name of the new column [split, or fold]."
    )
    seed: int = Field(default=0, ge=0, description="Seed of the random order of the groups.")
    overwrite: bool = Field(default=False, description="Replace an existing output file.")


@dataclass(frozen=True)
class SplitTable:
    """What ``cutis data split`` wrote.

    Attributes
    ----------
    dataset
        The dataset that was split.
    output
        The new table.
    column
        Name of the new column.
    parts_n
        Part of each row, str (n,).
    n_groups
        Number of groups that were kept whole.
    seed
        The seed used.
    """

    dataset: Dataset
    output: Path
    column: str
    parts_n: np.ndarray
    n_groups: int
    seed: int
    exit_code: int = 0

    def counts(self) -> dict[str, dict[str, int]]:
        """Return part -> class -> number of rows; rows without label count as ``no label``."""
        names = [*self.dataset.classes, "no label"]
        result: dict[str, dict[str, int]] = {}
        for part in sorted(set(self.parts_n.tolist()), key=split_order):
            labels = self.dataset.labels[self.parts_n == part]
            numbers = [*range(len(self.dataset.classes)), -1]
            found = {name: int((labels == i).sum()) for name, i in zip(names, numbers, strict=True)}
            result[part] = found if found["no label"] else dict(list(found.items())[:-1])
        return result

    def render(self) -> str:
        """Return the counts per part and class as text."""
        counts = self.counts()
        classes = list(dict.fromkeys(name for part in counts.values() for name in part))
        lines: list[list[object]] = [["", *counts]]
        lines += [[name, *(part.get(name, 0) for part in counts.values())] for name in classes]
        lines.append(["all", *((self.parts_n == part).sum() for part in counts)])
        data = self.dataset
        kept = (
            f"by {self.n_groups} groups of '{data.roles['group']}'"
            if "group" in data.roles
            else ("by image, because no column names lesions or patients")
        )
        return "\n".join(
            [
                f"{self.output}: column '{self.column}', seed {self.seed}, {kept}.",
                *columns(lines),
                f"Next: cutis data check --data {self.output}{self._flags()}",
            ]
        )

    def _flags(self) -> str:
        moved = self.output.absolute().parent != self.dataset.source.absolute().parent
        images = f" --images {self.dataset.root}" if moved else self.dataset.images_argument()
        own_name = self.column not in ("split", "fold")
        return images + (f" --split-column {self.column}" if own_name else "")


def data_split(config: DataSplitConfig) -> SplitTable:
    """Write the table with a new column that splits it by group, evenly over the classes.

    Raises
    ------
    CutisError
        If the table cannot be read, the shares do not sum to 1, the column exists already, or
        the output is the input or another existing file.
    """
    parts = _parts(config)
    column = config.name or ("fold" if config.folds else "split")
    data = load_from(config)
    raw = read_table(data.source).frame
    _refuse_column(raw, column, data.source)
    if len(parts) > len(data):
        raise CutisError(
            f"{len(data)} rows cannot be cut into {len(parts)} parts.", fix="give fewer --folds"
        )
    groups = data.groups if data.groups is not None else np.array(data.ids, dtype=object)
    n_groups = len(set(groups.tolist()))
    if n_groups < len(parts):
        raise CutisError(
            f"The table has {n_groups} groups (by '{data.roles['group']}'), fewer than the "
            f"{len(parts)} parts asked for.",
            fix="give fewer --folds, or another --group-column",
        )
    numbers = assign(data.labels, groups, list(parts.values()), config.seed)
    parts_n = np.array(list(parts), dtype=object)[numbers]
    new = raw.copy()
    new[column] = parts_n if config.folds is None else numbers
    _write(new, config, data.source)
    return SplitTable(data, config.output, column, parts_n, n_groups, config.seed)


def _parts(config: DataSplitConfig) -> dict[str, float]:
    if config.folds is not None:
        return {str(fold): 1 / config.folds for fold in range(config.folds)}
    shares = {"train": config.train, "val": config.val, "test": config.test}
    total = math.fsum(shares.values())
    if abs(total - 1) > 1e-6:
        raise CutisError(
            f"The shares of train, val and test ({config.train}, {config.val}, {config.test}) sum "
            f"to {total:g}, not to 1.",
            fix="for instance --train 0.7 --val 0.1 --test 0.2",
        )
    kept = {name: share / total for name, share in shares.items() if share > 0}
    if len(kept) < 2:
        raise CutisError(
            "With one split of everything there is nothing to split.",
            fix="for instance --train 0.8 --val 0 --test 0.2",
        )
    return kept


def _refuse_column(raw: pd.DataFrame, column: str, source: Path) -> None:
    if folded(column) in {folded(name) for name in raw.columns}:
        raise CutisError(
            f"The table {source} has a column '{column}' already.",
            fix=f"give the new column another name, --name {column}_2, and use it with "
            f"--split-column {column}_2",
        )


def _write(new: pd.DataFrame, config: DataSplitConfig, source: Path) -> None:
    output = config.output
    if output.exists() and output.samefile(source):
        raise CutisError(
            f"The output {output} is the input; the input is never changed.",
            fix="choose another file with -o/--output",
        )
    if output.exists() and not config.overwrite:
        trial = output.with_name(f".{output.stem}.new{output.suffix}")
        try:
            write_table(new, trial)
            same = sha256_file(trial) == sha256_file(output)
        finally:
            trial.unlink(missing_ok=True)
        if same:
            return
        raise CutisError(
            f"{output} exists and holds something else.",
            fix="choose another file with -o/--output, or add --overwrite",
        )
    write_table(new, output)
