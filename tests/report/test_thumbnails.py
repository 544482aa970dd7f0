"""Pictures lose everything but their pixels."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from cutis.report.thumbnails import SIDE, thumbnail_address


def decode(address: str) -> tuple[Image.Image, bytes]:
    head, _, body = address.partition(",")
    assert head == "data:image/jpeg;base64"
    raw = base64.b64decode(body, validate=True)
    return Image.open(io.BytesIO(raw)), raw


@pytest.fixture
def telling(tmp_path):
    """A picture that says whose it is in every place a JPEG has for it."""
    exif = Image.Exif()
    exif[0x010E] = "JANE ROE"
    exif[0x0112] = 6  # turned: shown upright it is 40 wide and 60 high
    path = tmp_path / "a.jpg"
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, :30] = (200, 30, 30)
    Image.fromarray(pixels).save(
        path, exif=exif, comment=b"JANE ROE", icc_profile=b"JANE ROE profile", dpi=(300, 300)
    )
    return path


def test_no_metadata_survives(telling):
    assert b"JANE ROE" in telling.read_bytes()
    image, raw = decode(thumbnail_address(telling))
    assert b"JANE" not in raw
    assert b"Exif" not in raw
    assert len(image.getexif()) == 0
    assert not {"comment", "icc_profile", "exif", "dpi"} & set(image.info)


def test_the_picture_is_upright(telling):
    image, _ = decode(thumbnail_address(telling))
    assert image.size == (40, 60)
    top, bottom = np.asarray(image)[5:15].mean(axis=(0, 1)), np.asarray(image)[45:55].mean((0, 1))
    assert top[0] > 150 > 60 > bottom[0]


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "1"])
def test_every_kind_of_picture_becomes_a_colour_jpeg(tmp_path, mode):
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    Image.new("RGB", (500, 250), (120, 80, 60)).convert(mode).save(path)
    image, _ = decode(thumbnail_address(path))
    assert (image.mode, image.format) == ("RGB", "JPEG")
    assert image.size == (SIDE, SIDE // 2)


def test_small_pictures_are_not_enlarged(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (30, 20)).save(path)
    assert decode(thumbnail_address(path))[0].size == (30, 20)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0\x00\x10JFIF"])
def test_what_is_no_picture_gives_none(tmp_path, content):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    assert thumbnail_address(path) is None


def test_the_same_picture_gives_the_same_bytes(telling):
    assert thumbnail_address(telling) == thumbnail_address(telling)
