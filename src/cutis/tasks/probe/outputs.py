"""What a probe's run leaves behind beside the files of every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.files import atomic_path, write_json
from cutis.predictions import Predictions, make_predictions, read_predictions, write_predictions
from cutis.tasks.probe.config import ProbeConfig
from cutis.tasks.probe.curve import curve_of, curve_rows
from cutis.tasks.probe.naming import probe_label, training_words
from cutis.tasks.probe.points import Point, PointResult
from cutis.tasks.probe.published import published_metrics

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features import Features

PROBE_FORMAT = "cutis.probe/1"
POINTS = "points"


def predictions_of(
    result: PointResult, tested: Dataset, features: Features, provenance: dict[str, Any]
) -> Predictions:
    """Return a point's answers as a table of predictions."""
    from cutis.features.extract import image_name
    from cutis.tasks.subgroups import subgroup_columns

    rows = features.rows
    return make_predictions(
        ids=[tested.ids[i] for i in rows],
        images=[image_name(tested, int(i)) for i in rows],
        probs_nc=result.probs_tc,
        classes=tested.classes,
        labels_n=tested.labels[rows],
        groups_n=None if tested.groups is None else tested.groups[rows],
        splits_n=None if tested.splits is None else tested.splits[rows],
        carried=subgroup_columns(tested.metadata.iloc[rows].reset_index(drop=True)),
        provenance={**provenance, "point": _facts(result)},
    )


def _facts(result: PointResult) -> dict[str, Any]:
    facts = {k: v for k, v in asdict(result).items() if k not in ("probs_tc", "point")}
    return {**result.point._asdict(), **facts, "absent": list(result.absent)}


def write_point(folder: Path, name: str, predictions: Predictions) -> None:
    """Keep a point, so that a run that was stopped need not fit it again."""
    write_predictions(folder / POINTS / f"{name}.parquet", predictions)


def kept_point(folder: Path, point: Point, provenance: dict[str, Any]) -> PointResult | None:
    """Return a point that an earlier call of the same run finished, if there is one."""
    from cutis.errors import CutisError

    path = folder / POINTS / f"{point.name}.parquet"
    if not path.exists():
        return None
    try:
        kept = read_predictions(path)
    except CutisError:
        return None
    facts = dict(kept.provenance).pop("point", None)
    if facts is None or {**provenance, "point": facts} != dict(kept.provenance):
        return None
    return PointResult(
        point,
        kept.probs_nc,
        float(facts["n_train"]),
        float(facts["n_train_groups"]),
        facts["per_class"],
        facts["chosen"],
        tuple(facts["absent"]),
    )


def point_record(result: PointResult, labels_t: np.ndarray, with_published: bool) -> dict[str, Any]:
    """Return a point as in ``probe.json``: its size, what was chosen, and its metrics."""
    from cutis.stats import make_sample, measure

    labelled = labels_t >= 0
    labels, probs = labels_t[labelled], result.probs_tc[labelled]
    found = measure(make_sample(labels, probs)).metrics
    record: dict[str, Any] = {
        "name": result.point.name,
        "size_name": result.point.size_name,
        **_facts(result),
        "metrics": {
            name: float(value[0]) if np.isfinite(value[0]) else None
            for name, value in found.items()
        },
    }
    if with_published:
        record["published"] = published_metrics(labels, probs)
    return record


def intervals_of(
    result: PointResult, tested: Dataset, features: Features, config: ProbeConfig
) -> dict[str, dict[str, Any]]:
    """Return the metrics of a point with their sampling intervals, by name."""
    from cutis.stats import evaluate

    rows = features.rows
    evaluation = evaluate(
        tested.labels[rows],
        result.probs_tc,
        tested.classes,
        groups_n=None if tested.groups is None else tested.groups[rows],
        n_bootstrap=config.n_bootstrap,
        confidence=config.confidence,
        seed=config.seed,
        grouping=tested.roles.get("group"),
    )
    records: dict[str, dict[str, Any]] = evaluation.to_json()["metrics"]
    return records


def write_curve(
    folder: Path,
    config: ProbeConfig,
    results: Sequence[PointResult],
    tested: Dataset,
    features: Features,
    evaluated: str,
    notes: Sequence[str],
) -> tuple[dict[str, Any], list[str]]:
    """Write ``probe.json`` and ``learning_curve.csv``; return the former and the names of both."""
    import pandas as pd

    labels_t = tested.labels[features.rows]
    published = config.method == "linear" and config.protocol == "panderm"
    points = [point_record(result, labels_t, published) for result in results]
    intervals = {
        result.point.size_name: intervals_of(result, tested, features, config)
        for result in results
        if result.point.seed == config.seed
    }
    record = {
        "format": PROBE_FORMAT,
        "method": config.method,
        "protocol": config.protocol if config.method == "linear" else None,
        "label": probe_label(config),
        "training": training_words(config, results[0].point),
        "sampling": config.sampling,
        "seeds": [config.seed + i for i in range(config.seeds)],
        "evaluated": evaluated,
        "folds": config.folds,
        "confidence": config.confidence,
        "points": points,
        "curve": curve_of(points, intervals, config.folds),
        "notes": list(notes),
    }
    write_json(folder / "probe.json", record)
    with atomic_path(folder / "learning_curve.csv") as temporary:
        pd.DataFrame(curve_rows(points, intervals)).to_csv(temporary, index=False)
    names = [f"{POINTS}/{result.point.name}.parquet" for result in results]
    return record, ["probe.json", "learning_curve.csv", *names]
