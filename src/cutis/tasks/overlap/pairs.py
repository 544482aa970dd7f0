"""The table of copies: one row per pair, told by names, with what both sides say of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.files import atomic_path
from cutis.tasks.overlap.search import Comparison, chosen_threshold
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.sides import Side

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "dataset_a", "id_a", "image_a", "label_a", "split_a",
    "dataset_b", "id_b", "image_b", "label_b", "split_b",
    "cosine", "hash_distance", "likeness", "found_by",
    "same_group", "across_splits", "label_conflict", "cluster", "row_a", "row_b",
)  # fmt: skip


def pair_table(
    config: OverlapConfig, sides: Sequence[Side], comparisons: Sequence[Comparison]
) -> pd.DataFrame:
    """Return one row per pair of copies, comparison by comparison, the surest first.

    ``row_a`` and ``row_b`` count the rows of the tables from 0; a pair is told by its ids. What
    cannot be known, such as whether patients of two tables are the same, is empty.
    """
    import pandas as pd

    frames = [_frame(config, sides, comparison) for comparison in comparisons]
    table = pd.concat(frames, ignore_index=True)
    table["cluster"] = _clusters(sides, comparisons)
    return table[list(COLUMNS)]


def _frame(config: OverlapConfig, sides: Sequence[Side], found: Comparison) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, Any] = {}
    for end, number, rows in (
        ("a", found.a, found.rows_p2[:, 0]),
        ("b", found.b, found.rows_p2[:, 1]),
    ):
        side = sides[number]
        columns |= {
            f"dataset_{end}": [side.name] * len(rows),
            f"id_{end}": [side.ids[row] for row in rows],
            f"image_{end}": [side.image(row) for row in rows],
            f"label_{end}": [side.label(row) or None for row in rows],
            f"split_{end}": [side.split(row) or None for row in rows],
            f"row_{end}": side.numbers[rows],
        }
    frame = pd.DataFrame(columns)
    for name in ("label_a", "split_a", "label_b", "split_b"):
        frame[name] = frame[name].astype("string")
    distance = pd.array(found.distance_p, dtype="Int64")
    distance[found.distance_p < 0] = pd.NA
    by_hash = ~np.isnan(found.likeness_p)
    with np.errstate(invalid="ignore"):
        by_cosine = found.cosine_p >= chosen_threshold(config)
    frame["cosine"], frame["hash_distance"] = found.cosine_p, distance
    frame["likeness"] = found.likeness_p.round(4)
    frame["found_by"] = np.select([by_cosine & by_hash, by_cosine], ["both", "cosine"], "hash")
    within = found.a == found.b
    a, b = sides[found.a], sides[found.b]
    frame["same_group"] = (
        _flags(same_group(a, *ends) for ends in found.rows_p2) if within else pd.NA
    )
    frame["across_splits"] = _flags(across(a, *ends) for ends in found.rows_p2) if within else pd.NA
    frame["label_conflict"] = _flags(conflict(a, b, *ends) for ends in found.rows_p2)
    for name in ("same_group", "across_splits", "label_conflict"):
        frame[name] = frame[name].astype("boolean")
    return frame


def _flags(values: Any) -> Any:
    import pandas as pd

    return pd.array(list(values), dtype="boolean")


def same_group(side: Side, one: int, two: int) -> bool | None:
    """Tell whether two rows of a set show one lesion or patient; None where nobody says."""
    if side.dataset is None or side.dataset.groups is None:
        return None
    return side.group(one) == side.group(two)


def across(side: Side, one: int, two: int) -> bool | None:
    """Tell whether two rows of a set are in different splits; None where one has none."""
    splits = side.split(one), side.split(two)
    return splits[0] != splits[1] if all(splits) else None


def conflict(a: Side, b: Side, one: int, two: int) -> bool | None:
    """Tell whether two rows bear different labels.

    None where one has no label, or where the class of one is unknown to the other set: two
    vocabularies may call one disease by two names.
    """
    first, second = a.label(one), b.label(two)
    if not first or not second or a.dataset is None or b.dataset is None:
        return None
    names_a, names_b = ({c.casefold() for c in d.classes} for d in (a.dataset, b.dataset))
    if first.casefold() not in names_b or second.casefold() not in names_a:
        return None
    return first.casefold() != second.casefold()


def _clusters(sides: Sequence[Side], comparisons: Sequence[Comparison]) -> list[int]:
    """Number the clusters of copies over all sets, from 1, by their first picture."""
    from cutis.data.near import clusters

    starts = np.concatenate([[0], np.cumsum([len(side) for side in sides])])
    pairs = np.concatenate(
        [np.zeros((0, 2), np.int64)]
        + [found.rows_p2 + starts[[found.a, found.b]] for found in comparisons]
    )
    number: dict[int, int] = {}
    for count, members in enumerate(clusters(map(tuple, pairs.tolist())), start=1):
        number |= dict.fromkeys(members, count)
    return [number[first] for first in pairs[:, 0].tolist()]


def write_pairs(directory: Path, table: pd.DataFrame, csv: bool) -> list[str]:
    """Write ``overlap.parquet``, and ``overlap.csv`` if asked; return the names."""
    with atomic_path(directory / "overlap.parquet") as temporary:
        table.to_parquet(temporary, index=False, engine="pyarrow")
    if not csv:
        return ["overlap.parquet"]
    with atomic_path(directory / "overlap.csv") as temporary:
        table.to_csv(temporary, index=False)
    return ["overlap.parquet", "overlap.csv"]
