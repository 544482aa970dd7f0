"""The learning curve as a drawing: every number where it belongs."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from cutis.report.charts.learning import HIGH, TOP, Amount, Series, learning_chart


def series(name: str, shift: float = 0.0) -> Series:
    return Series(
        name,
        [
            Amount(100, "10 %", 0.55 + shift, 0.5 + shift, 0.6 + shift, 0.52 + shift, 0.57 + shift),
            Amount(1000, "100 %", 0.75 + shift, 0.7 + shift, 0.8 + shift),
        ],
    )


def circles(body: str) -> list[tuple[float, float]]:
    found = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', body)
    return [(float(x), float(y)) for x, y in found]


def test_heights_are_the_values_on_the_axis():
    picture = learning_chart([series("one")], "AUROC")
    # whiskers from 0.5 to 0.8: the axis runs from 0.5 to 0.8
    (x_few, y_few), (x_many, y_many) = circles(picture.body)
    assert x_few < x_many
    assert y_few == pytest.approx(TOP + (0.8 - 0.55) / 0.3 * HIGH, abs=0.01)
    assert y_many == pytest.approx(TOP + (0.8 - 0.75) / 0.3 * HIGH, abs=0.01)


def test_the_axis_of_images_is_logarithmic():
    points = [Amount(n, str(n), 0.5, None, None) for n in (10, 100, 1000)]
    x = [x for x, _ in circles(learning_chart([Series("one", points)], "AUROC").body)]
    assert x[1] - x[0] == pytest.approx(x[2] - x[1], abs=0.02)


def test_seeds_are_drawn_apart_from_the_interval():
    picture = learning_chart([series("one")], "AUROC")
    bars = re.findall(r'height="([\d.]+)" fill="#0072b2" opacity="0.28"', picture.body)
    assert [float(h) for h in bars] == [pytest.approx(0.05 / 0.3 * HIGH, abs=0.02)]


def test_models_have_marks_and_names_of_their_own():
    picture = learning_chart([series("one"), series("two", 0.001), series("three", 0.002)], "AUROC")
    heights = {}
    for name in ("one", "two", "three"):
        y = re.search(rf'y="([\d.]+)"[^>]*>{name}<', picture.body).group(1)
        heights[name] = float(y)
    ordered = sorted(heights.values())
    assert min(b - a for a, b in pairwise(ordered)) >= 14.9
    assert picture.body.count("<circle") == 2
    assert picture.body.count("<polygon") == 2


def test_what_is_not_defined_is_left_out_and_said():
    points = [Amount(5, "1 %", None, None, None), Amount(50, "10 %", 0.4, None, None)]
    picture = learning_chart([Series("<one>", points)], "AUROC")
    assert len(circles(picture.body)) == 1
    assert "1 % not defined" in picture.label
    assert "<one>" not in picture.body


def test_a_single_amount_and_a_perfect_score_stay_on_the_paper():
    picture = learning_chart([Series("a", [Amount(7, "100 %", 1.0, 0.9, 1.0)])], "AUROC")
    ((_, y),) = circles(picture.body)
    assert y == pytest.approx(TOP)
    flat = learning_chart([Series("a", [Amount(7, "100 %", 0.5, 0.5, 0.5)])], "AUROC")
    assert TOP <= circles(flat.body)[0][1] <= TOP + HIGH


def test_below_zero_the_axis_has_a_true_minus():
    picture = learning_chart([Series("a", [Amount(7, "all", -0.1, -0.3, 0.2)])], "κ")
    written = re.findall(r'text-anchor="end"[^>]*>([^<]+)<', picture.body)
    assert written[:3] == ["−0.3", "−0.2", "−0.1"]
    assert "0.0" in written
    assert "−0.0" not in written


def test_a_seventh_model_shares_a_colour_but_not_the_mark_beside_it():
    many = [series(f"m{i}", i / 1000) for i in range(7)]
    body = learning_chart(many, "AUROC").body
    strokes = re.findall(r'<polyline [^>]*stroke="(#\w+)"', body)
    assert len(strokes) == 7
    assert len(set(strokes)) == 6
    assert strokes[0] == strokes[6]


def test_amounts_too_near_each_other_share_no_label():
    points = [Amount(n, f"{n} images", 0.5, None, None) for n in (1000, 1010, 5000)]
    body = learning_chart([Series("a", points)], "AUROC").body
    assert ">1000 images<" in body
    assert ">1010 images<" not in body
    assert ">5000 images<" in body
    assert len(circles(body)) == 3


def test_everything_lies_on_the_paper():
    models = [series(f"model number {i} of many", 0.01 * i) for i in range(6)]
    picture = learning_chart(models, "AUROC")
    for x, y in circles(picture.body):
        assert 0 < x < picture.width
        assert 0 < y < picture.height
    ends = [float(y) for y in re.findall(r'y="([\d.]+)"[^>]*>model number', picture.body)]
    assert len(ends) == 6
    assert max(ends) < picture.height
