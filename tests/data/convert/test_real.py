"""The real datasets, as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cutis.data import load_dataset, load_image
from cutis.data.convert import convert_dataset
from cutis.errors import CutisError
from tests.data.convert.fakes import column

pytestmark = pytest.mark.shared

FOLDERS = {
    "ham10000": ("ham10000", 3446, [183, 264, 583, 60, 491, 1785, 80], 1),
    "pad-ufes-20": ("pad_ufes_20", 746, [185, 218, 137, 137, 26, 43], 1),
    "ph2": ("ph2", 200, [80, 80, 40], 0),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_real_folders(shared: Path, tmp_path: Path, name: str) -> None:
    folder, n, counts, exit_code = FOLDERS[name]
    outcome = convert_dataset(shared / "data" / folder, tmp_path / "out")
    assert (outcome.format, outcome.exit_code) == (name, exit_code)
    data = load_dataset(tmp_path / "out" / f"{name}.csv")
    assert (len(data), data.found.all()) == (n, True)
    assert list(data.class_counts().values()) == counts
    official = next((shared / "data" / folder).glob("*etadata.csv"))
    before = load_dataset(official)
    assert data.labels.tolist() == before.labels.tolist()
    assert [p.name for p in data.image_paths] == [p.name for p in before.image_paths]
    if before.groups is not None:
        assert data.groups is not None
        assert data.groups.tolist() == before.groups.tolist()


def test_ph2_masks_cover_their_image(shared: Path, tmp_path: Path) -> None:
    outcome = convert_dataset(shared / "data" / "ph2", tmp_path / "out")
    masks, images = column(outcome.table, "mask"), column(outcome.table, "image")
    assert all(Path(m).stem == Path(i).stem for m, i in zip(masks, images, strict=True))
    root = outcome.dataset.root
    mask, image = load_image(root / masks[0]), load_image(root / images[0])
    shape = np.array(mask.size) / np.array(image.size)
    assert abs(shape[0] / shape[1] - 1) < 0.02
    assert 0.01 < (np.asarray(mask)[..., 0] > 127).mean() < 0.99


def test_fitzpatrick17k_without_images(shared: Path, tmp_path: Path) -> None:
    table = shared / "data" / "tables" / "fitzpatrick17k.csv"
    outcome = convert_dataset(table, tmp_path / "out", "fitzpatrick17k-3", keep_missing=True)
    assert outcome.dataset.class_counts() == {
        "non-neoplastic": 12080, "benign": 2234, "malignant": 2263,
    }  # fmt: skip
    assert len(column(tmp_path / "out" / "missing.csv", "row")) == 16577


def test_the_folder_of_all_tables_is_not_guessed(shared: Path, tmp_path: Path) -> None:
    with pytest.raises(CutisError, match="ham10000 or pad-ufes-20 or fitzpatrick17k"):
        convert_dataset(shared / "data" / "tables", tmp_path / "out")
