"""Cases written back are read back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cutis.analysis.cases import CasesConfig, load_cases
from cutis.analysis.rewriting import write_recalibrated
from cutis.predictions import read_predictions
from tests.analysis import held_out


def cases_of(path, tmp_path):
    return load_cases(CasesConfig(predictions=path, output=tmp_path / "run"))


def test_everything_but_the_probabilities_stays(tmp_path):
    cases = cases_of(held_out.write(tmp_path / "a.parquet", n=20), tmp_path)
    flat = replace(cases, probs_nc=np.full((20, 3), 1 / 3))
    write_recalibrated(tmp_path / "b.parquet", flat, {"method": "none"})
    again = cases_of(tmp_path / "b.parquet", tmp_path)
    assert again.probs_nc == pytest.approx(flat.probs_nc)
    assert again.ids == cases.ids
    assert again.images == cases.images
    assert again.splits == cases.splits
    assert again.labels_n.tolist() == cases.labels_n.tolist()
    assert again.groups_n.tolist() == cases.groups_n.tolist()
    assert again.columns["sex"].tolist() == cases.columns["sex"].tolist()
    assert again.provenance["recalibration"] == {"method": "none"}


def test_columns_of_any_kind_become_text_and_reserved_names_are_left_out(tmp_path):
    cases = cases_of(held_out.write(tmp_path / "a.parquet", n=4), tmp_path)
    columns = pd.DataFrame(
        {"mixed": [1, "two", None, 4.5], "label": list("abcd"), "p:x": [0, 1, 2, 3]}, dtype=object
    )
    write_recalibrated(tmp_path / "b.parquet", replace(cases, columns=columns), {})
    table = read_predictions(tmp_path / "b.parquet")
    assert table.subgroup_columns == ("mixed",)
    found = [None if pd.isna(v) else v for v in table.table["mixed"]]
    assert found == ["1", "two", None, "4.5"]
    assert table.classes == held_out.CLASSES


def test_missing_groups_and_splits_stay_missing(tmp_path):
    path = held_out.write(tmp_path / "a.parquet", n=6, splits=False, groups=False)
    cases = cases_of(path, tmp_path)
    write_recalibrated(tmp_path / "b.parquet", cases, {})
    again = cases_of(tmp_path / "b.parquet", tmp_path)
    assert again.groups_n is None
    assert again.grouping == "none"
    assert set(again.splits) == {""}
    partly = replace(cases, groups_n=np.array(["L1", None, "L1", "", "L2", np.nan], dtype=object))
    write_recalibrated(tmp_path / "c.parquet", partly, {})
    groups = cases_of(tmp_path / "c.parquet", tmp_path).groups_n
    assert [None if pd.isna(g) else g for g in groups] == ["L1", None, "L1", None, "L2", None]
