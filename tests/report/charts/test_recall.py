"""The curve of ranks: its corners, its frame, its words."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cutis.report.charts.recall import LEFT, SIDE_X, SIDE_Y, TOP, recall_curve


def lines(body: str) -> list[np.ndarray]:
    """The points of every polyline, as shares of the frame."""
    found = []
    for points in re.findall(r'<polyline points="([^"]+)"', body):
        pixels = np.array([[float(v) for v in pair.split(",")] for pair in points.split()])
        found.append(
            np.column_stack([(pixels[:, 0] - LEFT) / SIDE_X, 1 - (pixels[:, 1] - TOP) / SIDE_Y])
        )
    return found


def test_the_curve_rises_at_the_ranks():
    chance = np.linspace(0.01, 1, 100)
    picture = recall_curve(np.array([1, 10, 10, 100]), chance, 100, "T", ("captions", "pictures"))
    curve, guess = lines(picture.body)
    assert curve[0].tolist() == [0, 0]
    assert curve[-1] == pytest.approx([1, 1], abs=0.01)
    steps = {(round(x, 2), round(y, 2)) for x, y in curve}
    assert {(0.0, 0.25), (0.5, 0.25), (0.5, 0.75), (1.0, 0.75)} <= steps
    assert guess[-1] == pytest.approx([1, 1], abs=0.01)
    assert "half are answered within 10 of 100 pictures" in picture.label


@pytest.mark.parametrize("n_gallery", [2, 7, 1000])
def test_galleries_of_any_size_stay_in_the_frame(n_gallery):
    ranks = np.arange(1, n_gallery + 1)
    chance = ranks / n_gallery
    picture = recall_curve(ranks, chance, n_gallery, "T", ("a", "b"))
    for points in lines(picture.body):
        assert points.min() >= -0.01
        assert points.max() <= 1.01
