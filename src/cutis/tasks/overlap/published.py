"""The published audit's files: ``overlaps.csv`` for each two sets and ``overlap_summary.csv``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.files import atomic_path
from cutis.tasks.overlap.search import Comparison, Material

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "downstream_image", "pretrain_image", "cosine_similarity", "downstream_label",
    "downstream_index", "pretrain_index",
)  # fmt: skip


def published_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the nearest copy of each picture of the first set, as the published audit lists them.

    ``downstream_index`` and ``pretrain_index`` are rows of the tables, whatever pictures could not
    be read; a folder of features has ids for pictures. Pictures found by their hash alone are
    left out, for the published audit knows the cosine only.

    Parameters
    ----------
    table
        Pairs of two sets, the surest first.
    """
    import pandas as pd

    by_cosine = table[table["found_by"].isin(["both", "cosine"])]
    first = by_cosine.drop_duplicates("id_a").sort_values("row_a", kind="stable")
    values: dict[str, Any] = {
        "downstream_image": first["image_a"].where(first["image_a"] != "", first["id_a"]),
        "pretrain_image": first["image_b"].where(first["image_b"] != "", first["id_b"]),
        "cosine_similarity": first["cosine"].map("{:.4f}".format),
        "downstream_label": first["label_a"],
        "downstream_index": first["row_a"],
        "pretrain_index": first["row_b"],
    }
    return pd.DataFrame(values, columns=list(COLUMNS))


def write_published(
    directory: Path,
    materials: Sequence[Material],
    comparisons: Sequence[Comparison],
    table: pd.DataFrame,
) -> list[str]:
    """Write the published files below ``published/``; return their names."""
    import pandas as pd

    written, summary = [], []
    for found in comparisons:
        if found.a == found.b:
            continue
        a, b = materials[found.a], materials[found.b]
        pairs = table[(table["dataset_a"] == a.side.name) & (table["dataset_b"] == b.side.name)]
        rows = published_rows(pairs)
        folder = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{a.side.name}_in_{b.side.name}")
        name = f"published/{folder}/overlaps.csv"
        _write(directory / name, rows)
        written.append(name)
        n = len(a.readable())
        summary.append(
            {
                "dataset": a.side.name,
                "pretrain": b.side.name,
                "total_images": n,
                "overlapping_images": len(rows),
                "overlap_rate": f"{100 * len(rows) / n:.2f}%" if n else "",
            }
        )
    if not summary:
        return written
    _write(directory / "published/overlap_summary.csv", pd.DataFrame(summary))
    return [*written, "published/overlap_summary.csv"]


def _write(path: Path, frame: pd.DataFrame) -> None:
    with atomic_path(path) as temporary:
        frame.to_csv(temporary, index=False)
