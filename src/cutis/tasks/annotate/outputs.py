"""What an annotation leaves behind: scores, metrics, pictures of the highest scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.files import atomic_path, write_json

if TYPE_CHECKING:
    import pandas as pd

    from cutis.data import Dataset
    from cutis.features import Features
    from cutis.tasks.annotate.config import AnnotateConfig
    from cutis.tasks.annotate.labels import ConceptLabels
    from cutis.tasks.annotate.scorer import ConceptScorer

SCORE_PREFIX = "c:"


def annotations_table(
    dataset: Dataset, scores_nk: np.ndarray, labels: ConceptLabels, names: tuple[str, ...]
) -> pd.DataFrame:
    """Return one row per image: id, image, split, group, ``c:<concept>`` scores, expert answers.

    The answers to a concept that has a column follow as ``label:<concept>``, empty where nobody
    said.
    """
    import pandas as pd

    from cutis.features.extract import image_name

    n = len(dataset)
    columns: dict[str, Any] = {
        "id": list(dataset.ids),
        "image": [image_name(dataset, i) for i in range(n)],
        "split": [None] * n if dataset.splits is None else [s or None for s in dataset.splits],
        "group": [None] * n if dataset.groups is None else [str(g) for g in dataset.groups],
    }
    columns |= {SCORE_PREFIX + name: scores_nk[:, i] for i, name in enumerate(names)}
    for i, name in enumerate(names):
        if name in labels.columns:
            columns[f"label:{name}"] = labels.labels_nk[:, i]
    return pd.DataFrame(columns)


def measure(
    scores_nk: np.ndarray,
    labels: ConceptLabels,
    names: tuple[str, ...],
    dataset: Dataset,
    config: AnnotateConfig,
) -> dict[str, Any] | None:
    """Return the content of ``metrics.json``, or None when there is no answer to any concept."""
    from cutis.stats.concepts import evaluate_concepts
    from cutis.stats.estimate import Settings

    judged = [i for i, name in enumerate(names) if name in labels.columns]
    if not judged or np.isnan(labels.labels_nk[:, judged]).all():
        return None
    found = evaluate_concepts(
        scores_nk[:, judged],
        labels.labels_nk[:, judged],
        [names[i] for i in judged],
        dataset.groups,
        Settings(
            n_bootstrap=config.n_bootstrap,
            confidence=config.confidence,
            seed=config.seed,
            grouping=dataset.roles.get("group", "group") if dataset.groups is not None else "none",
        ),
        config.min_positives,
    ).to_json()
    for name, part in found["per_concept"].items():
        part["column"] = labels.columns[name]
    return {**found, "scored_only": [name for name in names if name not in labels.columns]}


def top_rows(
    scores_nk: np.ndarray, names: tuple[str, ...], groups_n: np.ndarray | None, top: int
) -> dict[str, list[int]]:
    """Return the rows with the highest score of each concept, one per lesion or patient.

    Examples
    --------
    >>> top_rows(np.array([[0.2], [0.9], [0.8]]), ("hair",), np.array(["a", "b", "b"]), 2)
    {'hair': [1, 0]}
    """
    found: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        seen: set[str] = set()
        rows: list[int] = []
        for row in np.argsort(-scores_nk[:, i], kind="stable"):
            group = str(row) if groups_n is None else str(groups_n[row])
            if len(rows) == top:
                break
            if group not in seen:
                seen.add(group)
                rows.append(int(row))
        found[name] = rows
    return found


def write_outputs(
    folder: Path,
    table: pd.DataFrame,
    metrics: dict[str, Any] | None,
    features: Features,
    scorer: ConceptScorer,
    csv: bool,
) -> list[str]:
    """Write the tables and the numbers; return the names of the files."""
    with atomic_path(folder / "annotations.parquet") as temporary:
        table.to_parquet(temporary, index=False)
    written = ["annotations.parquet"]
    if csv:
        with atomic_path(folder / "annotations.csv") as temporary:
            table.to_csv(temporary, index=False)
        written.append("annotations.csv")
    write_json(folder / "concepts.json", scorer.record)
    written.append("concepts.json")
    if metrics is not None:
        write_json(folder / "metrics.json", metrics)
        written.append("metrics.json")
    if len(features.errors):
        with atomic_path(folder / "errors.csv") as temporary:
            features.errors.to_csv(temporary, index=False)
        written.append("errors.csv")
    return written


def write_montage(folder: Path, dataset: Dataset, tops: dict[str, list[int]]) -> list[str]:
    """Write ``thumbs/`` with the pictures of the highest scores; return the names of the files."""
    from cutis.tasks.thumbnails import write_thumbnails

    rows = sorted({row for chosen in tops.values() for row in chosen})
    write_thumbnails(folder / "thumbs", ((dataset.ids[i], dataset.image_paths[i]) for i in rows))
    return ["thumbs/thumbs.json"]


def top_records(
    tops: dict[str, list[int]], scores_nk: np.ndarray, labels: ConceptLabels, dataset: Dataset
) -> dict[str, list[dict[str, Any]]]:
    """Return what the montage says of each picture: id, score, the expert's answer."""
    records: dict[str, list[dict[str, Any]]] = {}
    for i, (name, rows) in enumerate(tops.items()):
        answers = labels.labels_nk[:, i]
        records[name] = [
            {
                "id": dataset.ids[row],
                "score": float(scores_nk[row, i]),
                "label": None if np.isnan(answers[row]) else int(answers[row]),
            }
            for row in rows
        ]
    return records
