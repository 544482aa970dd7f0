"""Converting again after the source changed: no old pixels, no pictures that were left out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from cutis.data import load_image
from cutis.data.convert import convert_dataset
from cutis.data.convert.extracting import Extractor, state_of
from cutis.data.convert.record import begin, finish, listed_images, remove_images
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import bytes_below
from tests.data.convert.test_dicom import write


def images_of(out: Path) -> list[str]:
    return [name for name in bytes_below(out) if name.startswith("images/")]


def replace_quietly(path: Path, pixels: np.ndarray) -> None:
    """Write other pixels into a DICOM file without changing its size or time."""
    before = path.stat()
    write(path, pixels)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def test_dicom_pixels_that_were_cleaned_in_place_are_read_again(tmp_path: Path) -> None:
    file = write(tmp_path / "s" / "a.dcm", fakes.pixels(1))
    convert_dataset(tmp_path / "s", tmp_path / "out")
    replace_quietly(file, fakes.pixels(2))
    convert_dataset(tmp_path / "s", tmp_path / "out")
    made = np.asarray(load_image(tmp_path / "out/images/image-000001.png"))
    assert np.array_equal(made, fakes.pixels(2))


def test_the_picture_of_a_dicom_file_that_is_left_out_now_goes(tmp_path: Path) -> None:
    write(tmp_path / "s" / "a.dcm", fakes.pixels(1))
    write(tmp_path / "s" / "b.dcm", fakes.pixels(2))
    out = tmp_path / "out"
    convert_dataset(tmp_path / "s", out)
    assert images_of(out) == ["images/image-000001.png", "images/image-000002.png"]
    (out / "images" / "of mine.png").write_bytes(b"mine")
    write(tmp_path / "s" / "b.dcm", fakes.pixels(2), BurnedInAnnotation="YES")
    convert_dataset(tmp_path / "s", out)
    assert images_of(out) == ["images/image-000001.png", "images/of mine.png"]
    assert json.loads((out / "conversion.json").read_text())["images"] == ["image-000001.png"]


def test_pictures_of_a_run_that_was_stopped_go_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i, name in enumerate("abc"):
        write(tmp_path / "s" / f"{name}.dcm", fakes.pixels(i))
    encoded = Extractor.encoded

    def stopped(self: Extractor, name: str, pixels_hwc: np.ndarray) -> str:
        if name == "image-000003":
            raise KeyboardInterrupt
        return encoded(self, name, pixels_hwc)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Extractor, "encoded", stopped)
        convert_dataset(tmp_path / "s", tmp_path / "out")
    assert len(images_of(tmp_path / "out")) == 2
    for name in "bc":
        (tmp_path / "s" / f"{name}.dcm").unlink()
    convert_dataset(tmp_path / "s", tmp_path / "out")
    assert images_of(tmp_path / "out") == ["images/image-000001.png"]


def test_an_archive_of_the_same_size_is_read_again(tmp_path: Path) -> None:
    archive = fakes.medmnist(tmp_path / "s" / "dermamnist.npz")
    convert_dataset(archive, tmp_path / "out")
    size, time = archive.stat().st_size, archive.stat().st_mtime_ns
    other = np.full((4, 8, 8, 3), 7, dtype=np.uint8)
    fakes.medmnist(archive, train_images=other)
    os.utime(archive, ns=(time, time + 1_000_000))
    assert archive.stat().st_size == size
    convert_dataset(archive, tmp_path / "out")
    assert np.array_equal(np.asarray(load_image(tmp_path / "out/images/train/train-000000.png")),
                          other[0])  # fmt: skip


def test_shards_that_are_gone_take_their_pictures_along(tmp_path: Path) -> None:
    source, out = tmp_path / "s", tmp_path / "out"
    for name in ("a", "b"):
        fakes.shard(source / f"{name}.tar", {"k.png": fakes.encoded(1), "k.txt": b"A."})
    convert_dataset(source, out)
    assert images_of(out) == ["images/a/k.png", "images/b/k.png"]
    (source / "b.tar").unlink()
    convert_dataset(source, out)
    assert images_of(out) == ["images/a/k.png"]
    assert not (out / "images" / "b").exists()


def test_an_image_beside_a_parquet_file_is_compared(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "s").mkdir()
    picture = tmp_path / "s" / "p.bmp"
    picture.write_bytes(fakes.encoded(1, "BMP"))
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    column = pa.array([{"bytes": None, "path": "p.bmp"}], type=kind)
    file = tmp_path / "s" / "train-00000-of-00001.parquet"
    pq.write_table(pa.table({"image": column}), file)
    (name,) = convert_dataset(file, tmp_path / "out", "huggingface").dataset.image_paths
    picture.write_bytes(fakes.encoded(2, "BMP"))
    convert_dataset(file, tmp_path / "out", "huggingface")
    assert Path(name).read_bytes() == fakes.encoded(2, "BMP")


def test_copies_follow_a_picture_of_the_same_size(tmp_path: Path) -> None:
    source, out = tmp_path / "s", tmp_path / "out"
    fakes.put(source, ["a/1.bmp", "b/2.bmp"])
    convert_dataset(source, out, copy_files=True)
    before = (source / "a/1.bmp").stat()
    assert (out / "images/a/1.bmp").stat().st_mtime_ns == before.st_mtime_ns
    (source / "a/1.bmp").write_bytes(fakes.encoded(9, "BMP"))
    os.utime(source / "a/1.bmp", ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))
    assert (source / "a/1.bmp").stat().st_size == before.st_size
    convert_dataset(source, out, copy_files=True)
    assert (out / "images/a/1.bmp").read_bytes() == fakes.encoded(9, "BMP")


def test_copies_of_pictures_that_were_left_out_go(tmp_path: Path) -> None:
    source, out = tmp_path / "s", tmp_path / "out"
    fakes.put(source, ["a/1.bmp", "a/2.bmp", "b/3.bmp"])
    convert_dataset(source, out, copy_files=True)
    (out / "images" / "a" / "mine.bmp").write_bytes(b"mine")
    (source / "a" / "2.bmp").unlink()
    convert_dataset(source, out)  # without --copy nothing is said of the copies: they stay
    assert "images/a/2.bmp" in images_of(out)
    convert_dataset(source, out, copy_files=True)
    assert images_of(out) == ["images/a/1.bmp", "images/a/mine.bmp", "images/b/3.bmp"]


def test_only_listed_files_inside_the_folder_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    fakes.put(tmp_path, ["outside.png", "images/a/x.png", "images/a/b/y.png", "images/z.png"])
    listed = ["../outside.png", str(tmp_path / "outside.png"), "a/b/y.png", "a/gone.png", "z.png"]
    assert remove_images(folder, listed, ["z.png"]) == 1
    assert set(bytes_below(tmp_path)) == {"outside.png", "images/a/x.png", "images/z.png"}
    assert not (folder / "a/b").exists()


def test_another_spelling_of_one_file_is_not_removed(tmp_path: Path) -> None:
    fakes.put(tmp_path, ["X.png"])
    (tmp_path / "x.png").hardlink_to(tmp_path / "X.png")  # as where capitals do not matter
    assert remove_images(tmp_path, ["X.png"], ["x.png"]) == 0


def test_the_record_lists_images_from_the_start(tmp_path: Path) -> None:
    assert listed_images(tmp_path) == ()
    identity = {"format": "x", "name": "x", "source": "s"}
    begin(tmp_path, identity, "f", True, ["b.png", "a.png", "b.png"])
    assert listed_images(tmp_path) == ("a.png", "b.png")
    finish(tmp_path, identity, "f", {}, [], ["a.png"])
    assert listed_images(tmp_path) == ("a.png",)
    record = json.loads((tmp_path / "conversion.json").read_text())
    (tmp_path / "conversion.json").write_text(json.dumps({**record, "images": "a.png"}))
    assert listed_images(tmp_path) == ()


def test_the_state_of_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    names = ["a", "gone"]
    by_time, by_content = state_of(tmp_path, names), state_of(tmp_path, names, by_content=True)
    os.utime(tmp_path / "a", ns=(1, 1))
    assert state_of(tmp_path, names) != by_time
    assert state_of(tmp_path, names, by_content=True) == by_content
    by_time = state_of(tmp_path, names)
    (tmp_path / "a").write_bytes(b"two")
    os.utime(tmp_path / "a", ns=(1, 1))
    assert state_of(tmp_path, names) == by_time
    assert state_of(tmp_path, names, by_content=True) != by_content


@pytest.mark.parametrize("name", ["captions.json", "missing.csv"])
@pytest.mark.parametrize("converted_before", [False, True])
def test_further_files_of_the_user_are_not_overwritten(
    tmp_path: Path, name: str, converted_before: bool
) -> None:
    source, out = fakes.derm1m(tmp_path / "s"), tmp_path / "out"
    if converted_before:
        convert_dataset(source, out, "derm1m-make")
        (out / "captions.json").unlink()
    out.mkdir(exist_ok=True)
    (out / name).write_text("mine")
    with pytest.raises(CutisError, match=rf"{name.replace('.', '[.]')} (already|was changed)"):
        convert_dataset(source, out, "derm1m-make")
    assert (out / name).read_text() == "mine"


def test_a_folder_of_ones_own_called_images_is_not_written_into(tmp_path: Path) -> None:
    source, out = tmp_path / "s", tmp_path / "out"
    fakes.put(source, ["a/1.png", "b/2.png"])
    convert_dataset(source, out)
    (out / "images").mkdir()
    with pytest.raises(CutisError, match="holds images already"):
        convert_dataset(source, out, copy_files=True)
    assert convert_dataset(source, out).exit_code == 0
