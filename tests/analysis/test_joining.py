"""Rows are matched by name, never by position."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cutis.analysis.cases import CasesConfig, load_cases
from cutis.analysis.joining import match_rows
from cutis.data import load_dataset
from cutis.errors import CutisError


def dataset(tmp_path: Path, images: list[str], **columns: list[str]):
    path = tmp_path / "t.csv"
    pd.DataFrame({"image": images, "label": ["a", "b"] * 5, **columns}).to_csv(path, index=False)
    return load_dataset(path)


@pytest.mark.parametrize("way", ["folder/i{}.jpg", "other/i{}.jpg", "i{}.png", "i{}"])
def test_ids_paths_names_and_stems(published, tmp_path, way):
    cases = load_cases(CasesConfig(predictions=published(), output=tmp_path / "run"))
    table = dataset(tmp_path, [way.format(i) for i in reversed(range(10))])
    assert match_rows(cases, table) == list(reversed(range(10)))


def test_a_name_for_two_rows_is_not_a_match(published, tmp_path):
    cases = load_cases(CasesConfig(predictions=published(), output=tmp_path / "run"))
    table = dataset(tmp_path, [f"x/i{min(i, 8)}.png" for i in range(10)])
    with pytest.raises(CutisError, match="2 of the 10 images"):
        match_rows(cases, table)
