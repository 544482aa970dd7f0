"""Metadata columns to the subgroups that metrics are reported for."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

AGE_EDGES = (30, 50, 70)


def age_band(age_years: float) -> str | None:
    """Return the band an age in years falls into, or None when it is missing.

    Examples
    --------
    >>> age_band(29.5), age_band(30), age_band(85), age_band(float("nan"))
    ('under 30', '30 to 49', '70 and over', None)
    """
    if not np.isfinite(age_years):
        return None
    if age_years < AGE_EDGES[0]:
        return f"under {AGE_EDGES[0]}"
    for low, high in pairwise(AGE_EDGES):
        if age_years < high:
            return f"{low} to {high - 1}"
    return f"{AGE_EDGES[-1]} and over"


def subgroup_columns(metadata: pd.DataFrame) -> pd.DataFrame:
    """Return the subgroup of every image, one column per kind of subgroup.

    Parameters
    ----------
    metadata
        Harmonised columns of a dataset: ``age`` in years; ``sex``, ``site``, ``skin_tone`` and
        ``modality`` as text; missing values as NaN.

    Returns
    -------
    pandas.DataFrame
        Text columns with None where unknown; ``age`` becomes bands of 20 years, exact ages are
        dropped because they help to identify a person. Columns that are empty or hold a single
        value are dropped: they split nothing.
    """
    import pandas as pd

    columns = {}
    for name in metadata.columns:
        values = metadata[name]
        if name == "age":
            text = [age_band(float(v)) for v in pd.to_numeric(values, errors="coerce")]
        else:
            text = [None if pd.isna(v) else str(v) for v in values]
        if len({v for v in text if v is not None}) > 1:
            columns[name] = pd.Series(text, dtype="object")
    return pd.DataFrame(columns, index=range(len(metadata)))
