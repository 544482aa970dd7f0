"""``cutis data split``: a new table, whole groups, the input untouched."""

from __future__ import annotations

import errno
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.data import load_dataset
from cutis.data.split import DataSplitConfig, SplitTable, data_split
from cutis.errors import CutisError


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    lesions = np.sort(rng.integers(0, 160, 400))
    usual = rng.choice(["nv", "mel", "bcc"], 160, p=[0.6, 0.3, 0.1])
    frame = pd.DataFrame(
        {
            "image": [f"{i:04d}.jpg" for i in range(400)],
            "dx": usual[lesions],
            "lesion_id": [f"{lesion:05d}" for lesion in lesions],
            "note": ["1.50" if i % 2 else "NA" for i in range(400)],
        }
    )
    frame.to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


def split(table: Path, output: Path, **settings: object) -> SplitTable:
    return data_split(DataSplitConfig(data=table, output=output, **settings))  # type: ignore[arg-type]


def torn(path: Path, column: str) -> list[str]:
    places = defaultdict(set)
    frame = pd.read_csv(path, dtype=str)
    for group, part in zip(frame["lesion_id"], frame[column], strict=True):
        places[group].add(part)
    return [group for group, parts in places.items() if len(parts) > 1]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_lesion_is_torn_and_shares_are_close(table: Path, tmp_path: Path, seed: int) -> None:
    before = table.read_bytes()
    result = split(table, tmp_path / "new.csv", seed=seed)
    assert table.read_bytes() == before
    assert torn(tmp_path / "new.csv", "split") == []
    frame = pd.read_csv(tmp_path / "new.csv")
    shares = pd.crosstab(frame["dx"], frame["split"], normalize="index")
    for part, share in {"train": 0.7, "val": 0.1, "test": 0.2}.items():
        assert (shares[part] - share).abs().max() < 0.06
    assert result.counts()["test"]["mel"] == int(
        ((frame["split"] == "test") & (frame["dx"] == "mel")).sum()
    )


def test_every_cell_of_the_input_is_kept_as_written(table: Path, tmp_path: Path) -> None:
    split(table, tmp_path / "new.csv")
    old, new = table.read_text().splitlines(), (tmp_path / "new.csv").read_text().splitlines()
    assert [line.rpartition(",")[0] for line in new] == old
    assert new[0].endswith(",split")


@pytest.mark.parametrize("ending", ["tsv", "parquet"])
def test_other_formats_hold_the_same(table: Path, tmp_path: Path, ending: str) -> None:
    split(table, tmp_path / "a.csv", seed=4)
    split(table, tmp_path / f"a.{ending}", seed=4)
    left, right = load_dataset(tmp_path / "a.csv"), load_dataset(tmp_path / f"a.{ending}")
    assert left.splits is not None
    assert right.splits is not None
    assert left.splits.tolist() == right.splits.tolist()
    assert left.groups is not None
    assert right.groups is not None
    assert left.groups.tolist() == right.groups.tolist()
    assert left.ids == right.ids


def test_folds(table: Path, tmp_path: Path) -> None:
    result = split(table, tmp_path / "f.csv", folds=5)
    frame = pd.read_csv(tmp_path / "f.csv")
    assert sorted(frame["fold"].unique()) == [0, 1, 2, 3, 4]
    assert torn(tmp_path / "f.csv", "fold") == []
    assert frame["fold"].value_counts().between(70, 90).all()
    assert list(result.counts()) == ["0", "1", "2", "3", "4"]
    assert load_dataset(tmp_path / "f.csv").roles["fold"] == "fold"


def test_the_seed_decides(table: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        split(table, tmp_path / f"{name}.csv", seed=seed)
    a, b, c = ((tmp_path / f"{name}.csv").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_the_same_command_twice_is_fine_another_is_not(table: Path, tmp_path: Path) -> None:
    output = tmp_path / "new.csv"
    split(table, output)
    first = output.stat().st_mtime_ns
    split(table, output)
    assert output.stat().st_mtime_ns == first
    with pytest.raises(CutisError, match="holds something else"):
        split(table, output, seed=9)
    split(table, output, seed=9, overwrite=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new.csv", "t.csv"]


def test_the_input_is_never_the_output(table: Path, tmp_path: Path) -> None:
    before = table.read_bytes()
    (tmp_path / "link.csv").symlink_to(table)
    for output in (table, tmp_path / "link.csv"):
        with pytest.raises(CutisError, match="never changed"):
            split(table, output, overwrite=True)
    assert table.read_bytes() == before


def test_a_full_disk_leaves_nothing_behind(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(CutisError, match="disk is full"):
        split(table, tmp_path / "new.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"train": 0.5}, "sum to 0.8, not to 1"),
        ({"train": 1.0, "val": 0.0, "test": 0.0}, "nothing to split"),
        ({"name": "DX"}, "has a column 'DX' already"),
        ({"folds": 200}, "fewer than the 200 parts"),
        ({"folds": 500}, "cannot be cut into 500 parts"),
    ],
)
def test_wrong_settings_are_explained(
    table: Path, tmp_path: Path, settings: dict[str, object], says: str
) -> None:
    with pytest.raises(CutisError) as raised:
        split(table, tmp_path / "new.csv", **settings)
    assert says in str(raised.value)
    assert raised.value.fix
    assert not (tmp_path / "new.csv").exists()


def test_two_parts_and_another_column_name(table: Path, tmp_path: Path) -> None:
    split(table, tmp_path / "new.csv", train=0.8, val=0.0, test=0.2, name="part_a")
    frame = pd.read_csv(tmp_path / "new.csv")
    assert set(frame["part_a"]) == {"train", "test"}
    text = split(table, tmp_path / "new.csv", train=0.8, val=0.0, test=0.2, name="part_a").render()
    assert text.endswith("--split-column part_a")


def test_without_groups_images_are_split_singly(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("image,dx\n" + "".join(f"{i}.jpg,{'ab'[i % 2]}\n" for i in range(50)))
    result = split(path, tmp_path / "new.csv", train=0.5, val=0.0, test=0.5)
    assert result.counts() == {"train": {"a": 12, "b": 12}, "test": {"a": 13, "b": 13}} or {
        name: sum(part.values()) for name, part in result.counts().items()
    } == {"train": 25, "test": 25}
    assert "no column names lesions or patients" in result.render()


def test_rows_without_a_label_are_spread_too(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("image,dx\n" + "".join(f"{i}.jpg,{['a', 'b', ''][i % 3]}\n" for i in range(60)))
    counts = split(path, tmp_path / "new.csv", train=0.5, val=0.0, test=0.5).counts()
    assert counts["train"]["no label"] == counts["test"]["no label"] == 10


def test_the_text_says_what_was_written_and_what_comes_next(table: Path, tmp_path: Path) -> None:
    text = split(table, tmp_path / "sub" / "new.csv").render()
    assert "column 'split', seed 0, by " in text
    assert text.splitlines()[-1] == (
        f"Next: cutis data check --data {tmp_path}/sub/new.csv --images {tmp_path}"
    )
