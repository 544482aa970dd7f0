"""The matrix shows the very counts it is given, and fits a page."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from cutis.report.charts.confusion import NUMBERED_CLASSES, confusion_matrix, layout
from cutis.report.palette import sequential


def matrix(c: int, most: int = 40) -> np.ndarray:
    return np.random.default_rng(c).integers(0, most, (c, c))


def names(c: int) -> tuple[str, ...]:
    return tuple(f"disease number {i} of the skin" for i in range(c))


def elements(picture, kind: str):
    return ElementTree.fromstring(f"<svg>{picture.body}</svg>").findall(kind)


@pytest.mark.parametrize("c", [2, 3, 7, 8, 9, 14])
def test_every_count_is_written_with_its_share(c):
    counts = matrix(c)
    written = [t.text for t in elements(confusion_matrix(counts, names(c)), "text")]
    for i in range(c):
        for j in range(c):
            if counts[i, j]:
                assert written.count(str(counts[i, j])) >= 1
                assert f"{100 * counts[i, j] / counts[i].sum():.0f}%" in written
    for total in counts.sum(axis=1):
        assert f"{total:,}" in written


def test_colours_follow_the_share_of_the_row():
    counts = np.array([[8, 2], [0, 100]])
    cells = list(elements(confusion_matrix(counts, ("a", "b")), "rect"))[:4]
    assert [c.attrib["fill"] for c in cells] == [sequential(s) for s in (0.8, 0.2, 0.0, 1.0)]


@pytest.mark.parametrize("c", [2, 7, 8, 9, 14, 15, 24, 60, 134])
def test_the_matrix_fits_the_page(c):
    picture = confusion_matrix(matrix(c), names(c))
    assert picture.width <= 900 or c > 70
    for box in elements(picture, "rect"):
        assert float(box.attrib["x"]) + float(box.attrib["width"]) <= picture.width
        assert float(box.attrib["y"]) + float(box.attrib["height"]) <= picture.height
    assert len(elements(picture, "rect")) == c * c + c


def test_many_classes_have_colours_but_no_numbers():
    c = NUMBERED_CLASSES + 1
    picture = confusion_matrix(matrix(c, 5), names(c))
    assert not layout(names(c)).numbered
    assert "%" not in "".join(t.text for t in elements(picture, "text"))


def test_a_class_without_images_has_an_empty_row():
    counts = np.array([[0, 0], [1, 3]])
    picture = confusion_matrix(counts, ("a", "b"))
    assert "nan" not in picture.body
    assert "3 of 4 images" in picture.label


def test_names_are_escaped():
    picture = confusion_matrix(matrix(2), ("<b>", "a & b"))
    assert "&lt;b&gt;" in picture.body
