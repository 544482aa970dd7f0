"""Finished runs written directly: predictions of invented models, or of published ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from cutis.data.cards import bundled_cards
from cutis.files import sha256_json, write_json
from cutis.predictions import Predictions, make_predictions, write_predictions
from cutis.runs import RUN_FORMAT
from cutis.stats import evaluate
from cutis.tasks.benchmark.board import Material
from cutis.tasks.benchmark.locating import Located
from cutis.tasks.benchmark.suite import Suite


def write_run(
    folder: Path, predictions: Predictions, model: str, dataset: str, n_bootstrap: int = 100
) -> Path:
    """Write a zero-shot run with what a leaderboard reads of it."""
    folder.mkdir(parents=True)
    groups = predictions.groups_n
    metrics = evaluate(
        predictions.labels_n, predictions.probs_nc, predictions.classes, groups_n=groups,
        n_bootstrap=n_bootstrap, grouping=None if groups is None else "lesion_id",
    ).to_json()  # fmt: skip
    write_predictions(folder / "predictions.parquet", predictions)
    write_json(folder / "metrics.json", metrics)
    card = bundled_cards().get(dataset)
    record: dict[str, Any] = {
        "format": RUN_FORMAT,
        "status": "finished",
        "verb": "zero-shot",
        "model": {
            "card": {"name": model, "title": model.upper(), "licence": "MIT", "parameters": 9_000},
            "identity": {"name": model, "weights_sha256": sha256_json(model)},
        },
        "dataset": {
            "name": dataset,
            "card": card.model_dump(mode="json") if card else {},
            "table_sha256": sha256_json(dataset),
            "rows_sha256": sha256_json(predictions.table["id"].tolist()),
            "split": "all",
        },
    }
    write_json(folder / "run.json", record)
    (folder / "report.html").write_text("<p>a report</p>")
    return folder


def invented(
    seed: int, skill: float, n: int = 90, classes: tuple[str, ...] = ("a", "b", "c"),
    grouped: bool = True, model_seed: int = 0,
) -> Predictions:  # fmt: skip
    """Predictions of a model of some skill; the cases depend on ``seed`` alone."""
    labels = np.random.default_rng(seed).integers(0, len(classes), n)
    noise = np.random.default_rng([seed, model_seed, 9]).random((n, len(classes)))
    probs = noise + skill * np.eye(len(classes))[labels]
    return make_predictions(
        ids=[f"i{k:03d}" for k in range(n)],
        images=[f"i{k:03d}.jpg" for k in range(n)],
        probs_nc=probs / probs.sum(axis=1, keepdims=True),
        classes=classes,
        labels_n=labels,
        groups_n=np.array([f"L{k // 2}" for k in range(n)], dtype=object) if grouped else None,
    )


def material(
    folder: Path, suite: Suite, skills: dict[str, float], n: int = 90, without: tuple = ()
) -> Material:
    """Runs of several models on every entry of a suite."""
    runs = {}
    for place, entry in enumerate(suite.entries):
        for number, (model, skill) in enumerate(skills.items()):
            if (model, entry.name) in without:
                continue
            predictions = invented(place, skill, n, model_seed=number)
            runs[model, entry.name] = write_run(
                folder / model / entry.name, predictions, model, entry.data
            )
    located = tuple(Located(entry, folder / "t.csv", None) for entry in suite.entries)
    return Material(suite, located, (), tuple(skills), runs)


def suite_of(*entries: dict[str, Any], name: str = "test-suite") -> Suite:
    """A suite of some entries."""
    return Suite.model_validate({"name": name, "title": "A test suite", "entries": list(entries)})


def strict_json(value: Any) -> Any:
    """Return what a reader of the file gets; NaN and infinity are refused."""
    return json.loads(json.dumps(value, allow_nan=False))
