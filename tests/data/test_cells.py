"""Cells as text and as numbers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cutis.data.cells import texts, typed
from cutis.data.tables import read_table


def test_texts_keep_what_numbers_would_lose() -> None:
    assert texts(["00123", "1.10", " x ", "N/A", "NaN", "None"]) == [
        "00123", "1.10", "x", None, None, "None",
    ]  # fmt: skip
    assert texts(pd.Series([1.0, 2.5, None])) == ["1", "2.5", None]
    assert texts(pd.Series([3, 4])) == ["3", "4"]


def test_typed_makes_numbers_only_where_nothing_is_lost() -> None:
    frame = pd.DataFrame(
        {
            "whole": ["1", "-20", "300"],
            "gaps": ["1", None, "3"],
            "decimal": ["1.5", "2.0", "-0.25"],
            "zeros": ["007", "1", "2"],
            "padded": ["1.10", "2.0", "3.0"],
            "huge": ["12345678901234567890", "1", "2"],
            "infinite": ["inf", "1", "2"],
            "kept": ["1", "2", "3"],
        }
    )
    done = typed(frame, keep_text=["kept"])
    kinds = {name: done[name].dtype.kind for name in done.columns}
    assert kinds["whole"] == "i"
    assert kinds["gaps"] == kinds["decimal"] == "f"
    assert done["gaps"].isna().tolist() == [False, True, False]
    for name in ("zeros", "padded", "infinite", "kept"):
        assert done[name].tolist() == frame[name].tolist()
    assert done["huge"].iloc[0] in ("12345678901234567890", 12345678901234567890.0)


def test_typed_leaves_numbers_dates_and_lists_of_parquet_alone(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": [1.5, None], "v": [[1, 2], [3]], "b": [True, False]})
    frame.to_parquet(tmp_path / "t.parquet")
    done = typed(read_table(tmp_path / "t.parquet").frame)
    assert done["n"].iloc[0] == 1.5
    assert [list(v) for v in done["v"]] == [[1, 2], [3]]
