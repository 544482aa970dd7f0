"""Cases made in memory, without a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cutis.analysis.cases import Cases


def cases(n: int = 60, groups: object = None, classes=("nevus", "melanoma"), **columns) -> Cases:
    names = tuple(f"i{i}" for i in range(n))
    labels = np.arange(n) % len(classes)
    probs = np.full((n, len(classes)), 0.2 / (len(classes) - 1))
    probs[np.arange(n), labels] = 0.8
    return Cases(
        names, labels, probs, tuple(classes),
        None if groups is None else np.asarray(groups, dtype=object),
        "none" if groups is None else "lesion_id", pd.DataFrame(columns, index=range(n)), names,
        ("",) * n, Path("made.csv"),
    )  # fmt: skip
