"""A bar per size, as high as its count."""

from __future__ import annotations

from xml.etree import ElementTree

from cutis.report.charts.set_sizes import HEIGHT, MOST, set_sizes_picture


def elements(picture, kind):
    return ElementTree.fromstring(f"<svg>{picture.body}</svg>").findall(kind)


def test_bars_are_counts():
    picture = set_sizes_picture([1, 4, 2])
    heights = [float(b.attrib.get("height", 0)) for b in elements(picture, "rect")]
    assert heights == [HEIGHT / 4, HEIGHT, HEIGHT / 2]
    assert picture.label == "Of 7 sets: 1 of size 0, 4 of size 1, 2 of size 2."


def test_many_sizes_end_in_one_bar():
    picture = set_sizes_picture([1] * 40)
    assert len(elements(picture, "rect")) == MOST
    assert f"27 of size {MOST - 1}+" in picture.label
    assert picture.width < 700


def test_nothing_is_drawn_without_height():
    assert "nan" not in set_sizes_picture([0, 0]).body
