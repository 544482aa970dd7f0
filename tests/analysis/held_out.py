"""Predictions with a validation and a test split, over-confident, several images per lesion."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cutis.predictions import make_predictions, write_predictions

CLASSES = ("nevus", "melanoma", "keratosis")


def write(
    path: Path,
    n: int = 240,
    seed: int = 0,
    classes: tuple[str, ...] = CLASSES,
    first: int = 0,
    splits: bool = True,
    groups: bool = True,
) -> Path:
    """Write n images of n/2 lesions, the first half of the lesions being validation."""
    generator = np.random.default_rng(seed)
    c = len(classes)
    lesion = np.arange(n) // 2
    labels = generator.permutation(lesion.max() + 1)[lesion] % c
    logits = generator.normal(size=(n, c))
    logits[np.arange(n), labels] += 1.2
    probs = np.exp(2.5 * logits)
    write_predictions(
        path,
        make_predictions(
            ids=[f"i{first + i}" for i in range(n)],
            images=[f"folder/i{first + i}.jpg" for i in range(n)],
            probs_nc=probs / probs.sum(axis=1, keepdims=True),
            classes=classes,
            labels_n=labels,
            groups_n=np.array([f"L{first + k}" for k in lesion], object) if groups else None,
            splits_n=np.where(lesion < n // 4, "val", "test").astype(object) if splits else None,
            carried=pd.DataFrame(
                {"sex": np.where(lesion % 3 == 0, "female", "male"), "lesion_id": lesion + first}
            ),
        ),
    )
    return path
