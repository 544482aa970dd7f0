"""Curves: thinned without a visible change, drawn where they belong."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.report.charts.curve import HEIGHT, LEFT, SIDE, TOP, WIDTH, curve_panel, thin


def height_at(points_n2: np.ndarray, x: float) -> tuple[float, float]:
    """Lowest and highest point of a line over one place, verticals included."""
    at = [y for px, y in points_n2 if abs(px - x) < 1e-9]
    y = float(np.interp(x, points_n2[:, 0], points_n2[:, 1]))
    return min([y, *at]), max([y, *at])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=300))
def test_thinning_moves_no_line_by_more_than_a_pixel(steps):
    path = np.cumsum(np.array(steps, dtype=float) * 0.3, axis=0)
    kept = thin(path)
    assert np.array_equal(kept[0], path[0])
    assert np.array_equal(kept[-1], path[-1])
    assert len(kept) <= len(path) + 1
    for x, y in path:
        low, high = height_at(kept, x)
        assert low - 1 <= y <= high + 1


def panel(x, y, **more):
    given_parts = {
        "title": "melanoma", "note": "AUROC 0.9", "n": 4, "axes": ("a", "b"), "chance": (0.0, 1.0),
    }  # fmt: skip
    return curve_panel(np.array(x, float), np.array(y, float), **(given_parts | more))


def drawn(picture) -> np.ndarray:
    line = ElementTree.fromstring(f"<svg>{picture.body}</svg>").find("polyline")
    return np.array([[float(v) for v in p.split(",")] for p in line.attrib["points"].split()])


def test_corners_lie_on_the_frame():
    points = drawn(panel([0, 0, 1], [0, 1, 1]))
    assert points.tolist() == [[LEFT, TOP + SIDE], [LEFT, TOP], [LEFT + SIDE, TOP]]


def test_stairs_take_the_new_height_before_the_next_step():
    points = drawn(panel([0, 0.5, 1], [1, 0.5, 0.25], steps=True))
    expected = [[0, 1], [0, 0.5], [0.5, 0.5], [0.5, 0.25], [1, 0.25]]
    shares = np.column_stack([(points[:, 0] - LEFT) / SIDE, 1 - (points[:, 1] - TOP) / SIDE])
    assert shares == pytest.approx(np.array(expected), abs=1e-3)


def test_everything_lies_within_the_picture():
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.random(500)), np.sort(rng.random(500))
    points = drawn(panel(x, y))
    assert (points >= 0).all()
    assert (points <= [WIDTH, HEIGHT]).all()


def test_the_label_says_what_is_drawn():
    assert panel([0, 1], [0, 1]).label == "b against a for melanoma. AUROC 0.9, 4 images."


def test_long_names_are_cut_but_read_out_whole():
    name = "a very long name of a rare disease of the skin"
    picture = panel([0, 1], [0, 1], title=name)
    assert name not in picture.body
    assert name in picture.label
