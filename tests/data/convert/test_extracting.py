"""Pixels to files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cutis.data.convert.extracting import Extractor, image_ending, safe_name
from cutis.errors import CutisError
from tests.data.convert import fakes


@pytest.mark.parametrize(
    ("kind", "ending"),
    [("PNG", ".png"), ("JPEG", ".jpg"), ("BMP", ".bmp"), ("GIF", ".gif"), ("TIFF", ".tif"),
     ("WEBP", ".webp")],
)  # fmt: skip
def test_endings_follow_the_bytes(tmp_path: Path, kind: str, ending: str) -> None:
    data = fakes.encoded(0, kind)
    assert image_ending(data) == ending
    name = Extractor(tmp_path).stored("a.b/x.jpg", data)
    assert name == f"a.b/x{ending}"
    assert (tmp_path / name).read_bytes() == data


def test_bytes_that_are_no_image_are_not_written(tmp_path: Path) -> None:
    assert Extractor(tmp_path).stored("x.png", b"<html>") is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../../x", "C:/x", "\\x", "http://x/y", "a\0b", "."]
)
def test_names_that_lead_out_are_refused(name: str) -> None:
    with pytest.raises(CutisError, match="leads out of it"):
        safe_name(name)


@given(st.text(min_size=1, max_size=20))
def test_a_safe_name_stays_inside(name: str) -> None:
    try:
        safe = safe_name(name)
    except CutisError:
        return
    root = Path("/base/images")
    inner = (root / safe).resolve()
    assert inner.is_relative_to(root)
    assert inner != root
    assert not set('<>:"|?*') & set(safe)


def test_two_images_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    extractor = Extractor(tmp_path)
    names = [extractor.stored(n, fakes.encoded(i)) for i, n in enumerate(["x", "X", "x.png"])]
    assert names == ["x.png", "X-2.png", "x-3.png"]
    assert (tmp_path / "X-2.png").read_bytes() == fakes.encoded(1)


@pytest.mark.parametrize("shape", [(5, 7, 3), (5, 7)])
def test_encoding_loses_nothing_and_is_the_same_every_time(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    name = Extractor(tmp_path / "a").encoded("k", pixels)
    Extractor(tmp_path / "b").encoded("k", pixels)
    with Image.open(tmp_path / "a" / name) as image:
        assert np.array_equal(np.asarray(image), pixels)
    assert fakes.bytes_below(tmp_path / "a") == fakes.bytes_below(tmp_path / "b")


def test_what_is_there_is_kept_only_where_it_is_trusted(tmp_path: Path) -> None:
    first = Extractor(tmp_path)
    first.encoded("k", fakes.pixels(1))
    first.stored("s", fakes.encoded(1))
    assert (first.written, first.kept) == (2, 0)
    again = Extractor(tmp_path)
    again.encoded("k", fakes.pixels(2))
    again.stored("s", fakes.encoded(1))
    assert (again.written, again.kept) == (0, 2)
    doubtful = Extractor(tmp_path, trusted=False)
    doubtful.encoded("k", fakes.pixels(2))
    doubtful.stored("s", fakes.encoded(1))
    assert (doubtful.written, doubtful.kept) == (1, 1)
    with Image.open(tmp_path / "k.png") as image:
        assert np.array_equal(np.asarray(image), fakes.pixels(2))
