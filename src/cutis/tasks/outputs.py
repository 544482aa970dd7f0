"""What a run of diagnoses leaves behind: predictions, metrics, unreadable rows, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.files import atomic_path, sha256_json, write_json
from cutis.predictions import Predictions, write_predictions, write_predictions_csv

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features import Features
    from cutis.tasks.probe import ProbeConfig
    from cutis.tasks.zero_shot import ZeroShotConfig

SUMMARY_METRICS = (
    "balanced_accuracy", "accuracy", "top3_accuracy", "auroc", "macro_f1", "kappa", "ece",
)  # fmt: skip


def measure(
    predictions: Predictions, dataset: Dataset, config: ZeroShotConfig | ProbeConfig
) -> dict[str, Any] | None:
    """Return the content of ``metrics.json``, or None when no row has a label."""
    from cutis.stats import evaluate
    from cutis.tasks.acting import acting
    from cutis.tasks.operating import operating, positive_classes

    if not (predictions.labels_n >= 0).any():
        return None
    subgroups = {
        name: predictions.table[name].to_numpy(dtype=object)
        for name in predictions.subgroup_columns
    }
    evaluation = evaluate(
        predictions.labels_n,
        predictions.probs_nc,
        predictions.classes,
        groups_n=predictions.groups_n,
        subgroups=subgroups,
        n_bootstrap=config.n_bootstrap,
        confidence=config.confidence,
        seed=config.seed,
        grouping=dataset.roles.get("group"),
    )
    result: dict[str, Any] = evaluation.to_json()
    how = (config.n_bootstrap, config.confidence, config.seed, result["grouping"])
    given = getattr(config, "positive", ())
    positives = positive_classes(predictions.classes, dataset.card, given)
    return result | acting(predictions, positives, *how) | operating(predictions, positives, *how)


def write_all(
    folder: Path,
    predictions: Predictions,
    metrics: dict[str, Any] | None,
    features: Features,
    dataset: Dataset,
    config: ZeroShotConfig | ProbeConfig,
) -> list[str]:
    """Write every file but the report and ``run.json``; return their names."""
    from cutis.report.cases import case_rows
    from cutis.tasks.thumbnails import write_thumbnails

    write_predictions(folder / "predictions.parquet", predictions)
    written = ["predictions.parquet"]
    if config.csv:
        write_predictions_csv(folder / "predictions.csv", predictions)
        written.append("predictions.csv")
    if metrics is not None:
        write_json(folder / "metrics.json", metrics)
        written.append("metrics.json")
    if len(features.errors):
        with atomic_path(folder / "errors.csv") as temporary:
            features.errors.to_csv(temporary, index=False)
        written.append("errors.csv")
    cases = case_rows(predictions)
    paths = [dataset.image_paths[features.rows[i]] for i in cases]
    names = [predictions.table["id"].iloc[i] for i in cases]
    write_thumbnails(folder / "thumbs", zip(names, paths, strict=True))
    return [*written, "thumbs/thumbs.json"]


def describe(
    full: Dataset,
    dataset: Dataset,
    features: Features,
    predictions: Predictions,
    config: ZeroShotConfig | ProbeConfig,
) -> dict[str, Any]:
    """Return the dataset's card and the flow of rows from the table to the evaluation."""
    labelled = predictions.labels_n >= 0
    groups = predictions.groups_n
    return {
        "name": dataset.name,
        "card": dataset.card.model_dump(mode="json"),
        "table": dataset.source.name,
        "table_sha256": dataset.table_sha256(),
        "rows_sha256": sha256_json(predictions.table["id"][labelled].tolist()),
        "roles": dict(dataset.roles),
        "notes": list(full.notes),
        "split": config.split or ("test" if len(dataset) < len(full) else "all"),
        "counts": {
            "rows_in_table": len(full),
            "rows_in_split": len(dataset),
            "unreadable": len(features.errors),
            "without_label": int((~labelled).sum()),
            "evaluated": int(labelled.sum()),
            "groups": None if groups is None else len(set(groups[labelled])),
            "per_class": {
                name: int((predictions.labels_n == i).sum())
                for i, name in enumerate(predictions.classes)
            },
        },
    }


def summary_lines(
    predictions: Predictions, metrics: dict[str, Any] | None, features: Features
) -> tuple[str, ...]:
    """Return the headline metrics as lines for the terminal."""
    lines = []
    if len(features.errors):
        first = features.errors.iloc[0]
        lines.append(
            f"{len(features.errors)} images could not be read (listed in errors.csv); the first "
            f"is row {first['row']}: {first['reason']}."
        )
    if metrics is None:
        lines.append(f"{len(predictions)} images diagnosed; the table has no labels to compare.")
        return tuple(lines)
    grouping = metrics["grouping"]
    grouped = grouping != "none"
    unit = f"{metrics['n_groups']} groups by {grouping}" if grouped else "no grouping column"
    level = f"{100 * metrics['confidence']:g} % CI"
    lines.append(f"{metrics['n']} images, {len(predictions.classes)} classes, {unit}.")
    for name in SUMMARY_METRICS:
        record = metrics["metrics"].get(name)
        if record is not None:
            lines.append(f"  {name.replace('_', ' '):<18} {interval_text(record)}  {level}")
    baseline = metrics["baseline"]
    values = {
        name: record["value"] if isinstance(record, dict) else record
        for name, record in baseline["metrics"].items()
    }
    lines.append(
        f"  always '{baseline['majority_class']}': balanced accuracy "
        f"{values['balanced_accuracy']:.3f}, accuracy {values['accuracy']:.3f}"
    )
    return tuple(lines)


def interval_text(record: dict[str, Any]) -> str:
    """Return a metric record as text.

    Examples
    --------
    >>> interval_text({"value": 0.51, "low": 0.4, "high": 0.6})
    '0.510 (0.400 to 0.600)'
    >>> interval_text({"value": None, "low": None, "high": None})
    'undefined'
    """
    if record["value"] is None or not np.isfinite(record["value"]):
        return "undefined"
    if record["low"] is None:
        return f"{record['value']:.3f}"
    return f"{record['value']:.3f} ({record['low']:.3f} to {record['high']:.3f})"
