"""The real tables, unchanged."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cutis.data import load_dataset, load_image
from cutis.data.check import DataCheckConfig, data_check
from cutis.data.machine import on_this_machine
from cutis.data.split import DataSplitConfig, data_split

pytestmark = pytest.mark.shared

TABLES = {
    "ham10000": ("ham10000/HAM10000_metadata.csv", 3446, 3446, 7),
    "pad-ufes-20": ("pad_ufes_20/metadata.csv", 746, 583, 6),
    "ph2": ("ph2/metadata.csv", 200, None, 3),
}


@pytest.mark.parametrize("with_images", [True, False])
@pytest.mark.parametrize("name", TABLES)
def test_official_tables_load_without_flags(shared: Path, name: str, with_images: bool) -> None:
    file, rows, groups, classes = TABLES[name]
    table = shared / "data" / file
    data = load_dataset(table, table.parent / "images" if with_images else None)
    assert data.name == name
    assert len(data) == len(set(data.ids)) == rows
    assert data.found.all()
    assert len(data.classes) == classes
    assert (data.labels >= 0).all()
    assert sum(data.class_counts().values()) == rows
    assert (len(set(data.groups)) if data.groups is not None else None) == groups
    assert load_image(data.image_paths[0]).mode == "RGB"


def test_counts_against_the_published_tables(shared: Path) -> None:
    tables = shared / "data" / "tables"
    ham = load_dataset(tables / "HAM10000_metadata.csv")
    assert list(ham.class_counts().values()) == [327, 514, 1099, 115, 1113, 6705, 142]
    assert ham.groups is not None
    assert len(set(ham.groups)) == 7470
    pad = load_dataset(tables / "PAD-UFES-20_metadata_full_2298.csv")
    assert list(pad.class_counts().values()) == [244, 845, 730, 235, 192, 52]
    assert pad.groups is not None
    assert len(set(pad.groups)) == 1373
    fitzpatrick = load_dataset(tables / "fitzpatrick17k.csv")
    assert len(fitzpatrick.classes) == 114
    assert fitzpatrick.metadata["skin_tone"].isna().sum() == 565
    three = load_dataset(tables / "fitzpatrick17k.csv", card="fitzpatrick17k-3")
    assert list(three.class_counts().values()) == [12080, 2234, 2263]


def test_pad_subgroups(shared: Path) -> None:
    pad = load_dataset(shared / "data" / "pad_ufes_20" / "metadata.csv")
    counts = pad.metadata["skin_tone"].value_counts().to_dict()
    assert counts == {"II": 256, "III": 132, "I": 50, "IV": 27, "V": 3, "VI": 1}
    assert pad.metadata["sex"].value_counts().to_dict() == {"female": 262, "male": 207}
    assert pad.metadata["sex"].isna().sum() == 277


def test_ph2_as_benign_or_malignant(shared: Path) -> None:
    data = load_dataset(shared / "data" / "ph2" / "metadata.csv", card="ph2-binary")
    assert data.class_counts() == {"benign": 160, "malignant": 40}


def test_pad_is_found_fit_but_its_gaps_are_told(shared: Path) -> None:
    table = shared / "data" / "pad_ufes_20" / "metadata.csv"
    report = data_check(DataCheckConfig(data=table, table_only=True))
    assert report.exit_code == 0
    gaps = [finding for finding in report.findings if finding.code == "telling-gap"]
    assert len(gaps) == 1
    for column in ("gender", "fitspatrick", "diameter_1"):
        assert column in gaps[0].message


@pytest.mark.parametrize("name", TABLES)
def test_real_images_are_readable_and_distinct(shared: Path, tmp_path: Path, name: str) -> None:
    table = shared / "data" / TABLES[name][0]
    frame = pd.read_csv(table, dtype=str)
    some = tmp_path / "some.csv"
    frame.iloc[:: len(frame) // 40].to_csv(some, index=False)
    report = data_check(DataCheckConfig(data=some, images=table.parent / "images"))
    assert report.errors == ()
    assert report.images_read == report.n >= 40
    assert not [f for f in report.findings if "duplicate" in f.code or "pixels" in f.code]


def test_a_split_by_image_tears_patients_apart_and_ours_does_not(
    shared: Path, tmp_path: Path
) -> None:
    table = shared / "data" / "pad_ufes_20" / "metadata.csv"
    images = table.parent / "images"
    by_image = tmp_path / "by_image.csv"
    data_split(DataSplitConfig(data=table, output=by_image, group_column="img_id", seed=3))
    found = data_check(DataCheckConfig(data=by_image, images=images, table_only=True))
    assert {f.code for f in found.errors} == {"group-in-two-splits"}
    ours = tmp_path / "ours.csv"
    data_split(DataSplitConfig(data=table, output=ours, seed=3))
    assert not data_check(DataCheckConfig(data=ours, images=images, table_only=True)).errors


PUBLISHED = {
    "ham10000": "HAM10000_metadata.csv",
    "pad-ufes-20": "PAD-UFES-20_metadata_full_2298.csv",
    "fitzpatrick17k": "fitzpatrick17k.csv",
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_full_tables_have_as_many_rows_as_their_cards_say(shared: Path, name: str) -> None:
    data = load_dataset(shared / "data" / "tables" / PUBLISHED[name])
    assert data.name == name
    assert len(data) == data.card.total
    assert len(data.classes) == data.card.class_count


def test_groups_of_fitzpatrick17k_by_card(shared: Path) -> None:
    table = shared / "data" / "tables" / "fitzpatrick17k.csv"
    nine = load_dataset(table, card="fitzpatrick17k-9").class_counts()
    assert nine["inflammatory skin disease"] == 10886
    assert list(nine.values()) == [10886, 1352, 1194, 1067, 931, 573, 236, 182, 156]
    two = load_dataset(table, card="fitzpatrick17k-2").class_counts()
    assert two == {"not malignant": 14314, "malignant": 2263}


def test_what_is_on_this_machine(shared: Path) -> None:
    found = on_this_machine([shared / "data"])
    states = {(one.card.name, one.rows): one.images for one in found}
    assert states == {
        ("ham10000", 28): 28,
        ("ham10000", 3446): 3446,
        ("ham10000", 10015): 0,
        ("pad-ufes-20", 746): 746,
        ("pad-ufes-20", 2298): 0,
        ("fitzpatrick17k", 16577): 0,
        ("ph2", 200): 200,
    }


def test_a_named_dataset_is_the_folder_of_that_name(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUTIS_DATA", str(shared / "data"))
    for name, (file, rows, _, _) in TABLES.items():
        data = load_dataset(name)
        assert data.source == shared / "data" / file
        assert len(data) == rows
        assert data.found.all()


def test_the_published_classes_as_one_hot_columns(shared: Path, tmp_path: Path) -> None:
    plain = load_dataset(shared / "data" / "tables" / "HAM10000_metadata.csv")
    codes = ["MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC"]
    table = plain.table[["image_id", "dx"]].rename(columns={"image_id": "image"})
    for code in codes:
        table[code] = (table["dx"].str.upper() == code).astype(float)
    table.drop(columns="dx").to_csv(tmp_path / "GroundTruth.csv", index=False)
    spread = load_dataset(tmp_path / "GroundTruth.csv")
    assert spread.name == "isic2018"
    counts = plain.class_counts()
    assert spread.class_counts() == {name: counts[name] for name in spread.classes}


def test_captions_of_ph2_are_counted(shared: Path) -> None:
    report = data_check(DataCheckConfig(data=shared / "data/ph2/metadata.csv", table_only=True))
    repeated = next(f for f in report.findings if f.code == "same-caption")
    captions = [row[0] for row in load_dataset(shared / "data/ph2/metadata.csv").captions()]
    assert len(repeated.rows) == sum(captions.count(text) > 1 for text in captions)
    assert report.exit_code == 0
