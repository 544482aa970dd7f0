"""Cases back to a predictions.parquet that every other verb reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cutis.analysis.cases import Cases
from cutis.predictions import (
    FIXED_COLUMNS,
    PROBABILITY_PREFIX,
    make_predictions,
    write_predictions,
)


def write_recalibrated(path: Path, cases: Cases, recalibration: dict[str, Any]) -> None:
    """Write cases with changed probabilities as predictions.

    Parameters
    ----------
    path
        The file.
    cases
        The cases with the probabilities to write; their other columns are carried as text.
    recalibration
        What was done to the probabilities, for the file's provenance.
    """
    import pandas as pd

    taken = [
        str(name)
        for name in cases.columns.columns
        if name not in FIXED_COLUMNS and not str(name).startswith(PROBABILITY_PREFIX)
    ]
    carried = pd.DataFrame(
        {name: [None if v is None else str(v) for v in cases.column(name)] for name in taken},
        index=range(len(cases)),
        dtype=object,
    )
    groups = cases.groups_n
    predictions = make_predictions(
        ids=cases.ids,
        images=cases.images,
        probs_nc=cases.probs_nc,
        classes=cases.classes,
        labels_n=cases.labels_n,
        groups_n=None if groups is None else _texts(groups),
        splits_n=_texts(np.array(cases.splits, dtype=object)) if any(cases.splits) else None,
        carried=carried,
        provenance={**cases.provenance, "recalibration": recalibration},
    )
    write_predictions(path, predictions)


def _texts(values_n: np.ndarray) -> np.ndarray:
    return np.array(
        [None if v is None or v != v or str(v) == "" else str(v) for v in values_n], dtype=object
    )
