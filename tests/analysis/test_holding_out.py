"""Fit and judge never share an image or a lesion."""

from __future__ import annotations

import pytest

from cutis.analysis.cases import CasesConfig
from cutis.analysis.holding_out import hold_out
from cutis.errors import CutisError
from tests.analysis import held_out


def settings(path, tmp_path, **more):
    return CasesConfig(predictions=path, output=tmp_path / "run", **more)


def test_a_split_is_fitted_on_and_the_others_are_judged(tmp_path):
    path = held_out.write(tmp_path / "a.parquet")
    held = hold_out(settings(path, tmp_path), "val", "--fit")
    assert set(held.fit.splits) == {"val"}
    assert set(held.judged.splits) == {"test"}
    assert len(held.fit) + len(held.judged) == 240
    assert not set(held.fit.groups_n) & set(held.judged.groups_n)
    assert held.named == "split val"


def test_the_split_to_be_judged_can_be_named(tmp_path):
    path = held_out.write(tmp_path / "a.parquet")
    held = hold_out(settings(path, tmp_path, split="test"), "val", "--fit")
    assert set(held.judged.splits) == {"test"}
    with pytest.raises(CutisError, match="no split 'tset'"):
        hold_out(settings(path, tmp_path, split="tset"), "val", "--fit")


def test_another_file_is_brought_to_the_same_classes(tmp_path):
    path = held_out.write(tmp_path / "a.parquet")
    turned = held_out.CLASSES[::-1]
    other = held_out.write(tmp_path / "b.parquet", first=1000, seed=3, classes=turned)
    held = hold_out(settings(path, tmp_path, split="test"), str(other), "--fit")
    assert held.named == "b.parquet"
    assert held.fit.classes == held.judged.classes == held_out.CLASSES
    assert len(held.fit) == 240
    assert set(held.judged.splits) == {"test"}


def test_shared_images_are_refused(tmp_path):
    path = held_out.write(tmp_path / "a.parquet")
    with pytest.raises(CutisError, match="240 of the 240 images to fit on are also to be judged"):
        hold_out(settings(path, tmp_path), str(path), "--fit")


def test_shared_lesions_are_refused(tmp_path):
    path = held_out.write(tmp_path / "a.parquet", n=40)
    import pandas as pd

    from cutis.predictions import read_predictions, write_predictions

    other = read_predictions(path)
    other.table["id"] = pd.Series([f"x{i}" for i in range(40)], dtype=object)
    write_predictions(tmp_path / "b.parquet", other)
    with pytest.raises(CutisError, match=r"20 groups \(group\) have images .* first is 'L0'"):
        hold_out(settings(path, tmp_path), str(tmp_path / "b.parquet"), "--fit")


def test_an_unknown_name_is_neither_file_nor_split(tmp_path):
    path = held_out.write(tmp_path / "a.parquet")
    with pytest.raises(CutisError, match=r"neither a file nor a split.*Did you mean 'val'"):
        hold_out(settings(path, tmp_path), "vall", "--fit")
    bare = held_out.write(tmp_path / "b.parquet", splits=False)
    with pytest.raises(CutisError, match=r"none recorded.*--calibration FILE"):
        hold_out(settings(bare, tmp_path), "val", "--calibration")


def test_a_file_of_one_split_leaves_nothing_to_judge(tmp_path):
    path = held_out.write(tmp_path / "a.parquet")
    from cutis.predictions import read_predictions, write_predictions

    only = read_predictions(path)
    only.table["split"] = "val"
    write_predictions(path, only)
    with pytest.raises(CutisError, match=r"All images of .* are of the split 'val'"):
        hold_out(settings(path, tmp_path), "val", "--fit")


def test_numbers_are_not_taken_for_names(tmp_path):
    """Other images cannot tell a wrong order of classes, so the order must be stated."""
    path = held_out.write(tmp_path / "a.parquet")
    numbers = tuple(f"class {k}" for k in range(3))
    other = held_out.write(tmp_path / "b.parquet", first=1000, seed=3, classes=numbers)
    with pytest.raises(
        CutisError, match=r"have only numbers and those of .* have names"
    ) as refused:
        hold_out(settings(path, tmp_path), str(other), "--fit")
    assert "--classes" in str(refused.value.fix)
    with pytest.raises(CutisError, match="have only numbers"):
        hold_out(settings(other, tmp_path), str(path), "--fit")


def test_what_a_reader_must_know_of_the_fitted_file_is_kept(tmp_path, monkeypatch):
    from dataclasses import replace

    from cutis.analysis import holding_out

    path = held_out.write(tmp_path / "a.parquet")
    other = held_out.write(tmp_path / "b.parquet", first=1000, seed=3)
    read = holding_out.read_cases

    def noted(file, config):
        return replace(read(file, config), notes=(f"About {file.name}.",))

    monkeypatch.setattr(holding_out, "read_cases", noted)
    held = hold_out(settings(path, tmp_path), str(other), "--fit")
    assert held.judged.notes == ("About a.parquet.", "--fit b.parquet: About b.parquet.")
