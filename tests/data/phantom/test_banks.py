"""The noise banks: periodic, of the right size, and true distances."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.data.phantom.banks import PER_UNIT, SIDE, address, band_noise, banks, cell_noise, read


def test_cell_distances_equal_a_brute_force_search() -> None:
    cells, pixels = 6, 8
    edge, spot, _ = cell_noise(np.random.default_rng(4), cells, pixels, 0.2)
    rng = np.random.default_rng(4)
    offset = rng.uniform(-0.2, 0.2, (2, cells, cells)).astype(np.float32)
    row, column = np.mgrid[0:cells, 0:cells]
    y = row + 0.5 + offset[0]
    x = column + 0.5 + 0.5 * (row % 2) + offset[1]
    at = (np.arange(cells * pixels) + 0.5) / pixels
    dy = np.abs(at[:, None, None] - y.ravel())
    dx = np.abs(at[None, :, None] - x.ravel() % cells)
    dy, dx = np.minimum(dy, cells - dy), np.minimum(dx, cells - dx)
    far = np.sort(np.sqrt(dy**2 + dx**2), axis=2)
    np.testing.assert_allclose(spot, far[..., 0], atol=1e-4)
    np.testing.assert_allclose(edge, 0.5 * (far[..., 1] - far[..., 0]), atol=1e-4)


@pytest.mark.parametrize("name", ["cloud", "lobe", "mottle", "grain", "spot"])
def test_banks_have_no_seam(name: str) -> None:
    plane = getattr(banks(), name).reshape(SIDE, SIDE)
    inside = np.abs(np.diff(plane, axis=0)).max()
    seam = np.abs(plane[0] - plane[-1]).max()
    assert seam <= inside * 1.05


def test_noise_has_the_asked_period() -> None:
    plane = band_noise(np.random.default_rng(0), 256, 16.0, 0.3)
    power = np.abs(np.fft.rfft2(plane)) ** 2
    radius = np.hypot(np.fft.fftfreq(256)[:, None], np.fft.rfftfreq(256)[None])
    assert (power * radius).sum() / power.sum() == pytest.approx(1 / 16, rel=0.15)


def test_addresses_wrap_around() -> None:
    x = np.array([[0.0, 3.2]], np.float32)
    period = np.float32(SIDE / PER_UNIT)
    plane = banks().cloud
    np.testing.assert_array_equal(
        read(plane, address(x, x)), read(plane, address(x + period, x + 2 * period))
    )
