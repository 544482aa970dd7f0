"""Reading images of every kind."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cutis.data.images import ImageError, bit_depth, image_sha256, load_image
from cutis.errors import CutisError
from cutis.files import sha256_file
from tests.data.builders import picture

LEFT_RED = np.zeros((20, 30, 3), np.uint8)
LEFT_RED[:, :15] = (255, 0, 0)


def near(image: Image.Image, expected: np.ndarray, tolerance: int = 0) -> None:
    assert image.mode == "RGB"
    found = np.asarray(image)
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected.astype(int)).max() <= tolerance


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tif"])
def test_the_exif_orientation_is_applied(tmp_path: Path, orientation: int, ending: str) -> None:
    upright = Image.fromarray(LEFT_RED)
    flips = Image.Transpose
    stored = {
        2: flips.FLIP_LEFT_RIGHT, 3: flips.ROTATE_180, 4: flips.FLIP_TOP_BOTTOM,
        5: flips.TRANSPOSE, 6: flips.ROTATE_90, 7: flips.TRANSVERSE, 8: flips.ROTATE_270,
    }  # fmt: skip
    image = upright.transpose(stored[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{ending}"
    options = {"jpg": {"quality": 100, "subsampling": 0}, "webp": {"lossless": True}}
    image.save(path, exif=exif, **options.get(ending, {}))
    near(load_image(path), LEFT_RED, tolerance=4 if ending == "jpg" else 0)


def test_no_metadata_survives(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "patient's name"
    picture(1).save(tmp_path / "a.jpg", exif=exif, comment=b"secret")
    image = load_image(tmp_path / "a.jpg")
    assert image.info == {}
    out = io.BytesIO()
    image.save(out, "JPEG")
    assert b"patient" not in out.getvalue()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_does_not_matter(tmp_path: Path) -> None:
    picture(1).save(tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12")
    assert load_image(tmp_path / "a.jpg").size == (48, 40)


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[:2] = (10, 20, 30, 255)
    pixels[3] = (0, 0, 0, 128)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    found = np.asarray(load_image(tmp_path / "a.png"))
    assert found[0, 0].tolist() == [10, 20, 30]
    assert found[2, 0].tolist() == [255, 255, 255]
    assert abs(int(found[3, 0, 0]) - 127) <= 1


def test_grey_with_alpha_and_palette_with_transparency(tmp_path: Path) -> None:
    Image.new("LA", (3, 3), (40, 0)).save(tmp_path / "la.png")
    assert np.asarray(load_image(tmp_path / "la.png")).tolist() == [[[255] * 3] * 3] * 3
    palette = Image.new("P", (3, 3), 1)
    palette.putpalette([0, 0, 0, 200, 100, 50])
    palette.save(tmp_path / "p.png")
    assert np.asarray(load_image(tmp_path / "p.png"))[0, 0].tolist() == [200, 100, 50]
    palette.save(tmp_path / "pt.png", transparency=1)
    assert np.asarray(load_image(tmp_path / "pt.png"))[0, 0].tolist() == [255, 255, 255]
    palette.save(tmp_path / "p.gif")
    assert np.asarray(load_image(tmp_path / "p.gif"))[0, 0].tolist() == [200, 100, 50]


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits_are_scaled_to_eight(tmp_path: Path, ending: str) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    Image.fromarray(ramp).save(tmp_path / f"a.{ending}")
    expected = np.repeat(np.rint(ramp / 257.0).astype(np.uint8)[..., None], 3, axis=2)
    near(load_image(tmp_path / f"a.{ending}"), expected)


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    """A PNG file written by hand, for the kinds Pillow does not write."""
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0),
        b"IDAT": zlib.compress(rows),
        b"IEND": b"",
    }
    parts = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks.items()
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_sixteen_bit_colour_with_and_without_alpha(tmp_path: Path) -> None:
    row = b"\0" + struct.pack(">6H", 65535, 32896, 0, 257, 257, 257)
    (tmp_path / "rgb.png").write_bytes(png(2, 1, 16, 2, row))
    assert np.asarray(load_image(tmp_path / "rgb.png")).tolist() == [[[255, 128, 0], [1, 1, 1]]]
    row = b"\0" + struct.pack(">8H", 65535, 32896, 0, 65535, 257, 257, 257, 0)
    (tmp_path / "rgba.png").write_bytes(png(2, 1, 16, 6, row))
    assert np.asarray(load_image(tmp_path / "rgba.png")).tolist() == [[[255, 128, 0], [255] * 3]]


def test_float_and_32_bit_tiff(tmp_path: Path) -> None:
    Image.fromarray(np.linspace(0, 1, 4, dtype=np.float32).reshape(2, 2)).save(tmp_path / "f.tif")
    assert np.asarray(load_image(tmp_path / "f.tif"))[..., 0].tolist() == [[0, 85], [170, 255]]
    Image.fromarray(np.array([[0, 255], [128, 7]], np.int32)).save(tmp_path / "i.tif")
    assert np.asarray(load_image(tmp_path / "i.tif"))[..., 0].tolist() == [[0, 255], [128, 7]]


@pytest.mark.parametrize("mode", ["1", "L", "CMYK", "YCbCr", "P"])
@pytest.mark.parametrize("ending", ["tif", "jpg", "png", "bmp"])
def test_other_modes_become_rgb(tmp_path: Path, mode: str, ending: str) -> None:
    image = picture(3).convert(mode)
    try:
        image.save(tmp_path / f"a.{ending}")
    except OSError:
        pytest.skip(f"{ending} holds no {mode}")
    with Image.open(tmp_path / f"a.{ending}") as again:
        expected = np.asarray(again.convert("RGB"))
    near(load_image(tmp_path / f"a.{ending}"), expected)


def test_a_cmyk_photograph_keeps_its_colours(tmp_path: Path) -> None:
    flat = Image.new("RGB", (16, 16), (200, 120, 60))
    flat.convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    near(load_image(tmp_path / "a.jpg"), np.asarray(flat), tolerance=6)


def test_lab_becomes_rgb(tmp_path: Path) -> None:
    Image.new("LAB", (4, 4), (255, 128, 128)).save(tmp_path / "a.tif")
    near(load_image(tmp_path / "a.tif"), np.full((4, 4, 3), 255, np.uint8), tolerance=3)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jpg", tmp_path, tmp_path / ("x" * 5000), Path("a\0b")):
        with pytest.raises(ImageError) as raised:
            load_image(path)
        assert raised.value.reason == "missing"
    assert isinstance(raised.value, CutisError)


@pytest.mark.parametrize(
    "content", [b"", b"not an image", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\x89PNG"]
)
def test_what_is_no_image_is_unreadable(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(ImageError) as raised:
        load_image(tmp_path / "a.jpg")
    assert raised.value.reason == "unreadable"
    assert "a.jpg" in str(raised.value)


@pytest.mark.parametrize("ending", ["jpg", "png", "bmp", "tif", "webp"])
def test_a_truncated_file_is_reported_not_half_read(tmp_path: Path, ending: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    path = tmp_path / f"a.{ending}"
    Image.fromarray(noise).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImageError) as raised:
        load_image(path)
    assert raised.value.reason in ("truncated", "unreadable")
    if ending in ("jpg", "png"):
        assert raised.value.reason == "truncated"


def test_a_flipped_byte_is_survived(tmp_path: Path) -> None:
    out = io.BytesIO()
    picture(2).save(out, "PNG")
    whole = bytearray(out.getvalue())
    for place in range(0, len(whole), 37):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        (tmp_path / "a.png").write_bytes(broken)
        with suppress(ImageError):  # any other error would fail the test
            assert load_image(tmp_path / "a.png").mode == "RGB"


def test_a_huge_image_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (3000, 2000)).save(tmp_path / "a.png")
    with pytest.raises(ImageError) as raised:
        load_image(tmp_path / "a.png", max_pixels=1_000_000)
    assert raised.value.reason == "too large"
    assert "3000 x 2000" in str(raised.value)
    assert load_image(tmp_path / "a.png").size == (3000, 2000)


def test_a_decompression_bomb_is_too_large(tmp_path: Path) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    chunk += struct.pack(">I", 4) + b"IDATxxxxxxxx"
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
    for limit in (1_000_000, 10**12):
        with pytest.raises(ImageError) as raised:
            load_image(tmp_path / "a.png", max_pixels=limit)
        assert raised.value.reason == "too large"


def test_the_hash_of_a_file(tmp_path: Path) -> None:
    picture(1).save(tmp_path / "a.jpg")
    assert image_sha256(tmp_path / "a.jpg") == sha256_file(tmp_path / "a.jpg")
    with pytest.raises(ImageError):
        image_sha256(tmp_path / "b.jpg")


def test_bit_depth_is_that_of_the_file(tmp_path: Path) -> None:
    grey = (np.arange(64, dtype=np.uint16) * 900).reshape(8, 8)
    Image.fromarray(grey).save(tmp_path / "deep.png")
    Image.fromarray(grey).save(tmp_path / "deep.tif")
    Image.new("RGB", (8, 8)).save(tmp_path / "flat.png")
    Image.new("L", (8, 8)).save(tmp_path / "flat.jpg")
    Image.new("1", (8, 8)).save(tmp_path / "bits.png")
    depths = {p.name: bit_depth(p) for p in tmp_path.iterdir()}
    assert depths == {
        "deep.png": 16, "deep.tif": 16, "flat.png": 8, "flat.jpg": 8, "bits.png": 8
    }  # fmt: skip


def test_sixteen_bit_colour_counts_as_deep_and_keeps_its_upper_bits(tmp_path: Path) -> None:
    # Pillow cannot write such a file, so it is put together by hand.
    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return len(data).to_bytes(4, "big") + kind + data + crc.to_bytes(4, "big")

    header = (2).to_bytes(4, "big") + (1).to_bytes(4, "big") + bytes([16, 2, 0, 0, 0])
    line = b"\0" + np.array([[0x1234, 0x80FF, 0xFFFF], [0, 0x0100, 0xFE01]], ">u2").tobytes()
    path = tmp_path / "rgb16.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(line))
        + chunk(b"IEND", b"")
    )  # fmt: skip
    assert bit_depth(path) == 16
    assert np.asarray(load_image(path)).tolist() == [[[0x12, 0x80, 0xFF], [0, 1, 0xFE]]]
