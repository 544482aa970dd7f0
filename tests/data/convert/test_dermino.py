"""Labels at the end of file names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.data.convert.dermino import label_in
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import column, converted, written


def test_dermino(tmp_path: Path) -> None:
    source = tmp_path / "malignancy"
    fakes.put(source, ["train/154372_1.jpg", "train/a_b_0.jpg", "test/9_1.png", "test/plain.png"])
    outcome = converted(source, tmp_path / "out", "dermino")
    assert written(tmp_path / "out" / "malignancy.csv") == [
        {"image": "test/9_1.png", "label": "1", "id": "test/9_1.png", "split": "test"},
        {"image": "train/154372_1.jpg", "label": "1", "id": "train/154372_1.jpg", "split": "train"},
        {"image": "train/a_b_0.jpg", "label": "0", "id": "train/a_b_0.jpg", "split": "train"},
    ]
    assert outcome.dataset.classes == ("0", "1")
    assert outcome.dataset.labels.tolist() == [1, 1, 0]
    assert column(tmp_path / "out" / "missing.csv", "image") == ["test/plain.png"]


@pytest.mark.parametrize("names", [["a.jpg"], [f"ISIC_00{i:03d}.jpg" for i in range(30)]])
def test_names_without_labels(tmp_path: Path, names: list[str]) -> None:
    fakes.put(tmp_path / "s", names)
    with pytest.raises(CutisError, match="no file names that end in a label"):
        converted(tmp_path / "s", tmp_path / "out", "dermino")


@settings(max_examples=40)
@given(st.from_regex(r"[a-z_0-9]{1,6}", fullmatch=True), st.integers(0, 999), st.sampled_from(
    [".jpg", ".x.png", ".tar.jpg"]))  # fmt: skip
def test_the_number_before_the_first_dot_counts(name: str, label: int, ending: str) -> None:
    assert label_in(f"folder_7/{name}_{label}{ending}") == str(label)
