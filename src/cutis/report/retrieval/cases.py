"""Which queries a retrieval report shows: a fair sample, and those that failed most."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

SAMPLE, FAILURES, SHOWN = 4, 4, 5


def choose_queries(table: pd.DataFrame) -> dict[str, tuple[list[int], list[int]]]:
    """Return, for each direction, the rows of a sample and of the worst failures.

    The sample is drawn by hashes of the names, so it does not depend on the answers. A failure is
    a query with no right item among those shown; the worst come first, each picture and group
    once.

    Parameters
    ----------
    table
        Content of ``retrieval.parquet``.
    """
    chosen = {}
    for direction in dict.fromkeys(table["direction"]):
        rows = np.flatnonzero((table["direction"] == direction).to_numpy())
        part = table.iloc[rows]
        names = [
            f"{query} {caption if _given(caption) else ''}"
            for query, caption in zip(part["query"], part["caption"], strict=True)
        ]
        hashes = [sha256(name.encode()).digest() for name in names]
        sample = _distinct(part, sorted(range(len(part)), key=lambda i: hashes[i]), SAMPLE)
        ranks = part["rank"].to_numpy(float)
        failed = [i for i in np.argsort(-ranks, kind="stable").tolist() if not _found(part, i)]
        worst = _distinct(part, failed, FAILURES, set(sample))
        chosen[direction] = ([int(rows[i]) for i in sample], [int(rows[i]) for i in worst])
    return chosen


def _found(part: pd.DataFrame, i: int) -> bool:
    return bool(np.any(part["right"].iloc[i][:SHOWN]))


def _distinct(
    part: pd.DataFrame, order: list[int], most: int, without: set[int] | None = None
) -> list[int]:
    """Return the first rows of an order, each picture, caption and group once."""
    seen: set[str] = set()
    kept: list[int] = []
    for i in order:
        row = part.iloc[i]
        marks = {f"q {row['query']}"}
        marks |= {f"{key} {row[key]}" for key in ("caption", "group") if _given(row[key])}
        if len(kept) == most:
            break
        if i in (without or ()) or marks & seen:
            continue
        seen |= marks
        kept.append(i)
    return kept


def _given(value: object) -> bool:
    return value is not None and value == value


def chosen_images(table: pd.DataFrame) -> list[str]:
    """Return the names of the images the report shows; they are the ones worth a picture."""
    names: dict[str, None] = {}
    for direction, (sample, failures) in choose_queries(table).items():
        for i in (*sample, *failures):
            names[str(table["query"].iloc[i])] = None
            if direction != "image-to-text":
                names |= dict.fromkeys(str(item) for item in table["top"].iloc[i][:SHOWN])
    return list(names)
