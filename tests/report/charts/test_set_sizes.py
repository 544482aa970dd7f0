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


def test_empty_sets_stand_out_and_are_told_by_their_number_too():
    picture = set_sizes_picture([3, 5, 2])
    fills = [bar.attrib["fill"] for bar in elements(picture, "rect")]
    assert fills[0] != fills[1] == fills[2]
    words = [t.text for t in elements(picture, "text")]
    assert words == ["3", "0", "5", "1", "2", "2", "classes in the set"]


def test_sizes_nobody_has_are_drawn_but_not_read_out():
    picture = set_sizes_picture([0, 1200, 0])
    assert picture.label == "Of 1200 sets: 1200 of size 1."
    assert "1,200" in [t.text for t in elements(picture, "text")]
    assert len(elements(picture, "rect")) == 3


def test_exactly_as_many_sizes_as_fit_keep_their_names():
    words = [t.text for t in elements(set_sizes_picture([2] * MOST), "text")]
    assert str(MOST - 1) in words
    assert f"{MOST - 1}+" not in words
    joined = set_sizes_picture([2] * (MOST + 1))
    assert f"4 of size {MOST - 1}+" in joined.label
