"""MedMNIST archives."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cutis.data import get_card, load_image
from cutis.data.convert import convert_dataset
from cutis.data.convert.extracting import Extractor
from cutis.data.convert.medmnist import array_rows
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import converted, written


def test_dermamnist(tmp_path: Path) -> None:
    archive = fakes.medmnist(tmp_path / "s" / "dermamnist_64.npz")
    outcome = converted(archive, tmp_path / "out")
    assert outcome.format == "medmnist"
    rows = written(tmp_path / "out" / "dermamnist_64.csv")
    assert rows[0] == {
        "image": "train/train-000000.png",
        "label": "actinic keratosis",
        "id": "train-000000",
        "split": "train",
    }
    arrays = np.load(archive)
    names = get_card("ham10000").class_names
    by_split = {"train": 0, "val": 0, "test": 0}
    for row in rows:
        split, place = row["split"], by_split[row["split"]]
        with Image.open(tmp_path / "out" / "images" / row["image"]) as image:
            assert np.array_equal(np.asarray(image), arrays[f"{split}_images"][place])
        assert row["label"] == names[arrays[f"{split}_labels"][place, 0]]
        by_split[split] += 1
    assert by_split == {"train": 4, "val": 2, "test": 3}
    assert outcome.dataset.card.name == "dermamnist"
    assert outcome.differences()[0] == "9 of 10,015 expected images were found."
    assert outcome.own_images
    assert outcome.dataset.images_argument() == ""


def test_grey_images_of_another_set(tmp_path: Path) -> None:
    grey = np.arange(2 * 64, dtype=np.uint8).reshape(2, 8, 8)
    labels = np.array([[0], [2]])
    (tmp_path / "s").mkdir()
    archive = tmp_path / "s" / "othermnist.npz"
    np.savez(archive, train_images=grey, train_labels=labels)
    outcome = converted(archive, tmp_path / "out")
    assert outcome.dataset.classes == ("0", "1", "2")
    assert outcome.dataset.labels.tolist() == [0, 2]
    assert outcome.exit_code == 0


def test_what_is_there_is_kept_and_what_is_missing_is_made(tmp_path: Path) -> None:
    archive = fakes.medmnist(tmp_path / "dermamnist.npz")
    convert_dataset(archive, tmp_path / "out")
    images = tmp_path / "out" / "images"
    kept, gone = images / "train" / "train-000000.png", images / "test" / "test-000001.png"
    before, stamp = gone.read_bytes(), kept.stat().st_mtime_ns
    gone.unlink()
    convert_dataset(archive, tmp_path / "out")
    assert gone.read_bytes() == before
    assert kept.stat().st_mtime_ns == stamp


def test_another_archive_does_not_mix_with_the_images_of_the_first(tmp_path: Path) -> None:
    archive = fakes.medmnist(tmp_path / "dermamnist.npz")
    convert_dataset(archive, tmp_path / "out")
    fakes.medmnist(archive, side=16)
    outcome = convert_dataset(archive, tmp_path / "out")
    sizes = {load_image(path).size for path in outcome.dataset.image_paths}
    assert sizes == {(16, 16)}


def test_a_stopped_change_of_archive_is_not_mistaken_for_a_finished_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = fakes.medmnist(tmp_path / "dermamnist.npz")
    convert_dataset(archive, tmp_path / "out")
    fakes.medmnist(archive, side=16)
    with monkeypatch.context() as patch:
        patch.setattr(Extractor, "encoded", _stop)
        with pytest.raises(KeyboardInterrupt):
            convert_dataset(archive, tmp_path / "out")
    outcome = convert_dataset(archive, tmp_path / "out")
    assert {load_image(path).size for path in outcome.dataset.image_paths} == {(16, 16)}


def _stop(*arguments: object) -> str:
    raise KeyboardInterrupt


REFUSED = {
    "several per image": {"train_labels": np.zeros((4, 14), dtype=np.uint8)},
    "have the shape": {"train_images": np.zeros((4, 8, 8, 8, 1), dtype=np.uint8)},
    "no array of whole numbers": {"train_images": np.zeros((4, 8, 8, 3))},
    "for 4 labels": {"train_images": np.zeros((5, 8, 8, 3), dtype=np.uint8)},
    "(type object": {"train_labels": np.array([[1], ["a"], [None], [2]], dtype=object)},
}


@pytest.mark.parametrize("says", REFUSED)
def test_other_arrays_are_refused(tmp_path: Path, says: str) -> None:
    archive = fakes.medmnist(tmp_path / "dermamnist.npz", **REFUSED[says])
    with pytest.raises(CutisError) as raised:
        convert_dataset(archive, tmp_path / "out")
    assert says in str(raised.value)
    assert raised.value.fix
    assert not list((tmp_path / "out").glob("*.csv"))


def test_two_archives_in_a_folder(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        fakes.medmnist(tmp_path / "s" / name)
    with pytest.raises(CutisError, match=r"2 MedMNIST archives.*a\.npz, b\.npz"):
        convert_dataset(tmp_path / "s", tmp_path / "out")


def test_rows_of_an_array_are_read_one_by_one() -> None:
    array = np.arange(24, dtype=np.int32).reshape(4, 3, 2)
    stream = io.BytesIO()
    np.save(stream, array)
    whole = stream.getvalue()
    shape, rows = array_rows(io.BytesIO(whole), "x")
    assert shape == (4, 3, 2)
    assert np.array_equal(np.stack(list(rows)), array)
    with pytest.raises(CutisError, match="ends before its 4 images do"):
        list(array_rows(io.BytesIO(whole[:-5]), "x")[1])
    with pytest.raises(CutisError, match="no array"):
        array_rows(io.BytesIO(b"nothing"), "x")
    stream = io.BytesIO()
    np.save(stream, np.asfortranarray(array))
    with pytest.raises(CutisError, match="no array"):
        array_rows(io.BytesIO(stream.getvalue()), "x")
