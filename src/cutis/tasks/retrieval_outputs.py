"""What a retrieval run leaves behind: ranks, captions, metrics, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.files import atomic_path, write_json
from cutis.tasks.outputs import interval_text
from cutis.tasks.retrieval_directions import Direction, caption_name

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features import Features
    from cutis.tasks.retrieval_inputs import Inputs
    from cutis.tasks.retrieve import RetrieveConfig

METRICS_FORMAT = "cutis.retrieval/1"


def measure(
    directions: Sequence[Direction], found: Inputs, config: RetrieveConfig, dataset: Dataset
) -> dict[str, Any]:
    """Return the content of ``metrics.json``."""
    results = {d.name: d.result.to_json() for d in directions}
    first = directions[0].result
    flat = {
        f"{name.replace('-', '_')}_{metric}": record
        for name, result in results.items()
        for metric, record in result["metrics"].items()
    }
    return {
        "format": METRICS_FORMAT,
        "n": first.n,
        "n_groups": first.n_groups,
        "grouping": dataset.roles.get("group", "none"),
        "protocol": config.protocol,
        "ks": list(config.k),
        "exclude_near": config.exclude_near,
        "confidence": config.confidence,
        "n_bootstrap": config.n_bootstrap,
        "interval": "percentile",
        "seed": config.seed,
        "metrics": flat,
        "directions": results,
        "captions": found.facts,
        "notes": [
            *picture_notes(found),
            *(note for d in directions for note in d.left_out),
            *caption_notes(found),
        ],
    }


def picture_notes(found: Inputs) -> list[str]:
    """Return what a reader must know of rows that hold one picture, as sentences."""
    if not found.repeated:
        return []
    return [
        f"{found.repeated} rows hold a picture of another row and are left out; of such rows the "
        "first with a label counts"
    ]


def caption_notes(found: Inputs) -> list[str]:
    """Return what a reader must know of the captions, as sentences."""
    facts = found.facts
    if facts is None:
        return []
    notes = []
    if facts["rows_without"]:
        notes.append(
            f"{facts['rows_without']} rows have no caption and take no part (missing_captions.csv)"
        )
    if facts["n_cut"]:
        notes.append(
            f"{facts['n_cut']} of {facts['n']} captions ({100 * facts['share_cut']:.0f} %) are "
            f"longer than the {facts['context_length']} tokens the model reads; it misses up to "
            f"{facts['most_lost']} tokens of one, {facts['median_lost']:g} in the middle case"
        )
    if facts["n_distinct"] < facts["n"]:
        notes.append(f"{facts['n']} captions, {facts['n_distinct']} of them distinct")
    return notes


def write_all(
    folder: Path,
    directions: Sequence[Direction],
    metrics: dict[str, Any],
    found: Inputs,
    dataset: Dataset,
    features: Features,
) -> list[str]:
    """Write every file but the report and ``run.json``; return their names."""
    import pandas as pd

    from cutis.report.retrieval.cases import chosen_images
    from cutis.tasks.thumbnails import write_thumbnails

    table = pd.concat([d.table for d in directions], ignore_index=True)
    with atomic_path(folder / "retrieval.parquet") as temporary:
        table.to_parquet(temporary, index=False, compression="zstd")
    write_json(folder / "metrics.json", metrics)
    written = ["retrieval.parquet", "metrics.json"]
    if found.pairs is not None:
        written += _write_captions(folder, found)
    if len(features.errors):
        with atomic_path(folder / "errors.csv") as temporary:
            features.errors.to_csv(temporary, index=False)
        written.append("errors.csv")
    path_of = {name: dataset.image_paths[row] for name, row in
               zip(found.ids, found.rows, strict=True)}  # fmt: skip
    names = chosen_images(table)
    write_thumbnails(folder / "thumbs", [(name, path_of[name]) for name in names])
    return [*written, "thumbs/thumbs.json"]


def _write_captions(folder: Path, found: Inputs) -> list[str]:
    import pandas as pd

    pairs = found.pairs
    if pairs is None:
        return []
    n = len(pairs.captions)
    known = len(found.tokens_u) == n
    table = pd.DataFrame(
        {
            "caption": [caption_name(i) for i in range(n)],
            "text": list(pairs.captions),
            "images": pairs.weights_u,
            "tokens": pd.array(found.tokens_u if known else [None] * n, dtype="Int64"),
            "tokens_lost": pd.array(found.lost_u if known else [None] * n, dtype="Int64"),
        }
    )
    with atomic_path(folder / "captions.parquet") as temporary:
        table.to_parquet(temporary, index=False, compression="zstd")
    if not pairs.missing:
        return ["captions.parquet"]
    rows = np.array(pairs.missing)
    bare = pd.DataFrame({"id": [found.ids[i] for i in rows], "row": found.rows[rows]})
    with atomic_path(folder / "missing_captions.csv") as temporary:
        bare.to_csv(temporary, index=False)
    return ["captions.parquet", "missing_captions.csv"]


def describe(
    full: Dataset,
    dataset: Dataset,
    features: Features,
    found: Inputs,
    config: RetrieveConfig,
) -> dict[str, Any]:
    """Return the dataset's card and the flow of rows from the table to the evaluation."""
    from cutis.files import sha256_json

    facts = found.facts
    evaluated = int((found.labels_n >= 0).sum()) if facts is None else facts["n_images"]
    groups = found.groups_n
    rows = found.pairs.rows_i if found.pairs else np.flatnonzero(found.labels_n >= 0)
    return {
        "name": dataset.name,
        "card": dataset.card.model_dump(mode="json"),
        "table": dataset.source.name,
        "table_sha256": dataset.table_sha256(),
        "rows_sha256": sha256_json([found.ids[i] for i in rows]),
        "roles": dict(dataset.roles),
        "notes": list(full.notes),
        "split": config.split or ("test" if len(dataset) < len(full) else "all"),
        "counts": {
            "rows_in_table": len(full),
            "rows_in_split": len(dataset),
            "unreadable": len(features.errors),
            "without_caption": None if facts is None else facts["rows_without"],
            "without_label": len(found.ids) - evaluated if facts is None else None,
            "evaluated": evaluated,
            "groups": None if groups is None else len({str(groups[i]) for i in rows}),
        },
    }


def summary_lines(metrics: dict[str, Any], features: Features, found: Inputs) -> tuple[str, ...]:
    """Return the metrics as lines for the terminal."""
    level = f"{100 * metrics['confidence']:g} % CI"
    lines = []
    if len(features.errors):
        first = features.errors.iloc[0]
        lines.append(
            f"{len(features.errors)} images could not be read (listed in errors.csv); the first "
            f"is row {first['row']}: {first['reason']}."
        )
    for name, result in metrics["directions"].items():
        queries = f"{result['n']} queries of {result['n_groups']} groups"
        if result["n"] == result["n_groups"]:
            queries = f"{result['n']} queries"
        lines.append(f"{name}: {queries}, {result['n_gallery']} in the gallery.")
        for metric, record in result["metrics"].items():
            chance = result["chance"][metric]
            lines.append(
                f"  {metric.replace('_', ' '):<15} {interval_text(record)}  {level}, "
                f"chance {'unknown' if chance is None else f'{chance:.3f}'}"
            )
    lines += [f"{note}." for note in metrics["notes"]]
    return tuple(lines)
