"""What one look at an image tells."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from cutis.data import scan
from cutis.data.scan import Seen, difference_hash, look_at, look_at_all
from tests.data.builders import picture, write_images


def differing(a: Image.Image, b: Image.Image) -> int:
    left, right = difference_hash(a), difference_hash(b)
    return sum((x ^ y).bit_count() for x, y in zip(left, right, strict=True))


def test_a_copy_in_another_size_quality_or_brightness_looks_the_same(tmp_path: Path) -> None:
    image = picture(4, (300, 240))
    image.save(tmp_path / "a.jpg", quality=40)
    with Image.open(tmp_path / "a.jpg") as compressed:
        assert differing(image, compressed) <= 6
    assert differing(image, image.resize((97, 140))) <= 6
    assert differing(image, ImageEnhance.Brightness(image).enhance(0.8)) <= 6


def test_another_picture_looks_different() -> None:
    pictures = [picture(seed) for seed in range(12)]
    least = min(differing(a, b) for i, a in enumerate(pictures) for b in pictures[:i])
    assert least > 20


def test_the_pixel_hash_sees_pixels_not_files(tmp_path: Path) -> None:
    picture(1).save(tmp_path / "a.png")
    picture(1).save(tmp_path / "b.bmp")
    picture(2).save(tmp_path / "c.png")
    a, b, c = (look_at(tmp_path / name) for name in ("a.png", "b.bmp", "c.png"))
    assert a == b
    assert a.pixels != c.pixels
    turned = picture(1).transpose(Image.Transpose.TRANSPOSE)
    turned.save(tmp_path / "d.png")
    assert look_at(tmp_path / "d.png").pixels != a.pixels


def test_a_flat_image_of_another_shape_has_other_pixels(tmp_path: Path) -> None:
    Image.new("RGB", (4, 8)).save(tmp_path / "a.png")
    Image.new("RGB", (8, 4)).save(tmp_path / "b.png")
    assert look_at(tmp_path / "a.png").pixels != look_at(tmp_path / "b.png").pixels


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"nothing")
    seen = look_at(tmp_path / "a.jpg")
    assert seen.reason == "unreadable"
    assert seen.detail == "this is not an image that can be read."
    assert look_at(tmp_path / "none.jpg").reason == "missing"


@pytest.mark.parametrize("workers", [1, 3])
def test_all_images_come_back_in_order(tmp_path: Path, workers: int) -> None:
    names = [f"{i}.png" for i in range(70)]
    write_images(tmp_path, names)
    paths = [tmp_path / name for name in names]
    seen, rate = look_at_all(paths, workers)
    assert seen == [look_at(path) for path in paths]
    assert rate > 0


def test_few_images_wait_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alive, most, lock = 0, 0, threading.Lock()

    def watched(path: Path, max_pixels: int) -> Seen:
        nonlocal alive, most
        with lock:
            alive += 1
            most = max(most, alive)
        with lock:
            alive -= 1
        return Seen()

    monkeypatch.setattr(scan, "look_at", watched)
    seen, _ = look_at_all([tmp_path / str(i) for i in range(2000)], workers=3)
    assert len(seen) == 2000
    assert most <= 3


def test_an_interruption_stops_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def stop(path: Path, max_pixels: int) -> Seen:
        calls.append(path)
        if len(calls) == 40:
            raise KeyboardInterrupt
        return Seen()

    monkeypatch.setattr(scan, "look_at", stop)
    with pytest.raises(KeyboardInterrupt):
        look_at_all([Path(str(i)) for i in range(20_000)], workers=1)
    assert len(calls) < 5000
