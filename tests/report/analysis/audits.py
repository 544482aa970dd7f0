"""Small audits to make pages of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cutis.analysis.cases import Cases
from cutis.analysis.fairness import said
from cutis.stats.fairness.audit import audit
from tests.stats.fairness.people import CANCERS, CLASSES, People, people


def audited(
    made: People | None = None, positive: bool = True, threshold: float | None = None, **columns
) -> dict:
    """Return the content of ``result.json`` of an audit of invented people."""
    made = made or people(240)
    n = made.labels.size
    columns = columns or {"sex": made.sex, "skin_tone": made.tone}
    found = audit(
        made.labels, made.probs, CLASSES, columns, groups_n=made.patients,
        positive=CANCERS if positive else None, threshold=threshold, n_bootstrap=100,
        n_permutations=99, grouping="patient_id",
    )  # fmt: skip
    names = tuple(f"i{i}" for i in range(n))
    cases = Cases(
        names, made.labels, made.probs, tuple(CLASSES), made.patients, "patient_id",
        pd.DataFrame(columns), names, ("",) * n, Path("a.parquet"),
    )  # fmt: skip
    counts = np.bincount(made.labels, minlength=len(CLASSES))
    per_class = dict(zip(CLASSES, counts.tolist(), strict=True))
    return {**found.to_json(), "source": "a.parquet", "per_class": per_class, "notes": []} | said(
        found, cases
    )
