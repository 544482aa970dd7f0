"""Subgroups: ages become bands, empty and constant columns go."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis.tasks.subgroups import age_band, subgroup_columns


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "under 30"),
        (29.9, "under 30"),
        (30, "30 to 49"),
        (49, "30 to 49"),
        (50, "50 to 69"),
        (69.5, "50 to 69"),
        (70, "70 and over"),
        (np.nan, None),
    ],
)
def test_bands_have_no_gaps(age, band):
    assert age_band(age) == band


def test_columns_that_split_nothing_are_dropped():
    metadata = pd.DataFrame(
        {
            "age": [25.0, np.nan, 80.0],
            "sex": ["male", "female", None],
            "site": ["arm", "arm", None],
            "skin_tone": [None, None, None],
        }
    )
    columns = subgroup_columns(metadata)
    assert list(columns.columns) == ["age", "sex"]
    assert columns["age"].tolist() == ["under 30", None, "70 and over"]


def test_no_metadata_gives_no_columns():
    assert subgroup_columns(pd.DataFrame(index=range(4))).shape == (4, 0)
