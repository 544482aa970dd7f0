"""A table and features made by hand: whole probes without images or a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from cutis.data import Dataset
from cutis.data.cards import DatasetCard
from cutis.features import Features
from cutis.tasks.probe.config import ProbeConfig
from cutis.tasks.probe.material import Material
from cutis.tasks.probe.partition import divide_rows
from cutis.tasks.probe.working import Task

CLASSES = ("wart", "nevus", "melanoma")


def hand_dataset(n: int = 48, per_group: int = 2, c: int = 3) -> Dataset:
    """Rows in three splits, whole groups in each, classes in turn."""
    groups = np.array([f"L{i // per_group:02d}" for i in range(n)], dtype=object)
    splits = np.array([("train", "val", "test")[i // 6 % 3] for i in range(n)], dtype=object)
    people = pd.DataFrame({"sex": ["female", "male"] * (n // 2), "age": np.arange(n) + 20.0})
    return Dataset(
        name="hand", table=pd.DataFrame({"id": range(n)}), roles={"group": "lesion_id"},
        card=DatasetCard(name="hand"), source=Path("hand.csv"), root=Path("/pictures"),
        ids=tuple(f"i{i:02d}" for i in range(n)),
        image_paths=tuple(Path(f"/pictures/{i:02d}.png") for i in range(n)),
        found=np.ones(n, bool), classes=CLASSES[:c], labels=np.arange(n) % c,
        groups=groups, splits=splits, metadata=people,
    )  # fmt: skip


def hand_values(dataset: Dataset, noise: float = 0.6) -> np.ndarray:
    """Noisy axes of the classes, float32 (n, 6)."""
    rng = np.random.default_rng(1)
    axes = np.eye(6)[np.maximum(dataset.labels, 0)]
    return (axes + rng.normal(0, noise, axes.shape)).astype(np.float32)


def hand_features(dataset: Dataset, unreadable: tuple[int, ...] = ()) -> Features:
    """Features of a dataset's rows, some of which could not be read."""
    rows = np.array([i for i in range(len(dataset)) if i not in unreadable], dtype=np.int64)
    errors = pd.DataFrame(
        {"row": list(unreadable), "id": [dataset.ids[i] for i in unreadable],
         "image": "x.png", "reason": "truncated"}
    )  # fmt: skip
    return Features(
        Path("store"), "key", tuple(dataset.ids[i] for i in rows),
        hand_values(dataset)[rows], rows, errors, {},
    )  # fmt: skip


def hand_task(config: ProbeConfig, dataset: Dataset | None = None) -> tuple[Task, Material]:
    """The work of a run of these settings, and the features it needs."""
    full = hand_dataset() if dataset is None else dataset
    partition = divide_rows(full, config)
    tested = full.select(partition.tested)
    model: Any = SimpleNamespace(identity=lambda: {"name": "hand-model"})
    inputs = {"table_sha256": "aa", "model": model.identity()}
    task = Task(config, full, partition, tested, model, None, Path("cache"), inputs)
    values = hand_values(full)
    found = replace(hand_features(tested), values_nd=values[partition.tested])
    return task, Material(values, np.arange(len(full)), found, 0)
