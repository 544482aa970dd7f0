"""Copies agree in their detail once laid over each other; different pictures do not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter, map_coordinates

from cutis.tasks.overlap import aligned
from cutis.tasks.overlap.looks import views


def skin(seed: int) -> np.ndarray:
    """A dark spot in the middle, alike for all seeds, with fine structure of its own."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:96, :96] - 47.5
    spot = 180 - 90 * np.exp(-(x**2 + y**2) / 900)
    return (spot + 60 * gaussian_filter(rng.normal(size=(96, 96)), 1.5)).astype(np.float32)


def test_a_brighter_copy_is_a_copy():
    assert aligned.likeness(skin(0), 0.7 * skin(0) + 20) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_two_spots_with_other_structure_are_not(seed):
    assert aligned.likeness(skin(seed), skin(seed + 10)) < 0.4


@pytest.mark.parametrize("frame", [(0.05, 0.02, 0.97, 0.93), (0.0, 0.07, 0.94, 1.0)])
def test_the_frame_of_a_crop_is_found(frame):
    one = skin(3)
    left, top, right, bottom = frame
    u = (np.arange(96) + 0.5) / 96
    where = np.meshgrid(
        (top + (bottom - top) * u) * 96 - 0.5, (left + (right - left) * u) * 96 - 0.5, indexing="ij"
    )
    two = map_coordinates(one, where, order=1, mode="nearest").astype(np.float32)
    np.testing.assert_allclose(
        aligned.fit_frame(one, two, (0.06, 0.06, 0.94, 0.94)), frame, atol=0.01
    )
    assert aligned.likeness(one, two, (0.06, 0.06, 0.94, 0.94)) > 0.85


def test_pictures_without_detail_are_like_nothing():
    flat = np.full((96, 96), 90, np.float32)
    assert aligned.likeness(flat, flat) == 0


def test_the_frames_are_those_of_the_views():
    picture = Image.fromarray(np.tile(np.arange(200, dtype=np.uint8), (100, 1)))
    sizes = [view.size for view in views(picture, False)]
    for (left, top, right, bottom), (width, height) in zip(aligned.FRAMES, sizes, strict=True):
        assert abs((right - left) * 200 - width) <= 1
        assert abs((bottom - top) * 100 - height) <= 1


def test_a_turned_view_is_turned_back():
    one = skin(1)
    for view, turn in enumerate(Image.Transpose, start=len(aligned.FRAMES)):
        shown = np.asarray(Image.fromarray(one).transpose(turn))
        assert np.array_equal(aligned.turned(one, view), shown)
    assert aligned.turned(one, 3) is one


def test_any_picture_becomes_small_and_grey(tmp_path):
    Image.new("RGB", (300, 20), (10, 200, 30)).save(tmp_path / "a.png")
    grey = aligned.small_grey(tmp_path / "a.png")
    assert grey.shape == (96, 96)
    assert grey.dtype == np.float32
    assert np.ptp(grey) == 0
