"""Small files of predictions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.predictions import make_predictions, write_predictions


@pytest.fixture
def published(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV in the published layout: three classes, ten images."""

    def write(name: str = "a.csv", seed: int = 0, n: int = 10, **columns: object) -> Path:
        generator = np.random.default_rng(seed)
        probs = generator.dirichlet(np.ones(3), n)
        frame = pd.DataFrame(
            {
                "image_path": [f"folder/i{i}.jpg" for i in range(n)],
                "true_label": np.arange(n) % 3,
                "predicted_label": probs.argmax(axis=1),
                **{f"probability_class_{k}": probs[:, k] for k in range(3)},
            }
        )
        path = tmp_path / name
        frame.assign(**columns).to_csv(path, index=False)
        return path

    return write


@pytest.fixture
def ours(tmp_path: Path) -> Callable[..., Path]:
    """Write a predictions.parquet: n images of n/2 lesions, three classes, sex."""

    def write(
        name: str = "ours.parquet",
        seed: int = 0,
        n: int = 10,
        classes: tuple[str, ...] = ("nevus", "melanoma", "keratosis"),
    ) -> Path:
        generator = np.random.default_rng(seed)
        path = tmp_path / name
        predictions = make_predictions(
            ids=[f"i{i}" for i in range(n)],
            images=[f"folder/i{i}.jpg" for i in range(n)],
            probs_nc=generator.dirichlet(np.ones(len(classes)), n),
            classes=classes,
            labels_n=np.arange(n) % len(classes),
            groups_n=np.array([f"L{i // 2}" for i in range(n)], dtype=object),
            carried=pd.DataFrame({"sex": ["female", "male"] * (n // 2)}),
        )
        write_predictions(path, predictions)
        return path

    return write
