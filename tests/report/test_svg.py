"""SVG markup: well formed, escaped, of the promised size."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from cutis.report.svg import Picture, grid, line, number, rect, tag, text, wrap

NASTY = "<script>alert('x')</script> & \"more\""


def parse(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)


@pytest.mark.parametrize(
    ("value", "written"), [(0, "0"), (10.0, "10"), (100, "100"), (1.005, "1"), (-2.5, "-2.5")]
)
def test_numbers_are_short(value, written):
    assert number(value) == written


def test_text_and_attributes_are_escaped():
    element = parse(tag("g", text(0, 0, NASTY), aria_label=NASTY))
    assert element.attrib["aria-label"] == NASTY
    assert element[0].text == NASTY
    assert len(element[0]) == 0


def test_missing_attributes_are_left_out():
    assert tag("rect", x=1, y=None) == '<rect x="1"/>'


def test_turned_text_turns_around_its_own_place():
    assert parse(text(5, 7, "a", turn=-90)).attrib["transform"] == "rotate(-90 5 7)"


def test_names_are_broken_and_shortened():
    assert wrap("squamous cell carcinoma in situ", 12, lines=2) == ["squamous", "cell …"]
    assert wrap("", 10) == [""]


def test_a_picture_has_a_name_and_a_box():
    element = parse(Picture(120, 40.5, line(0, 0, 1, 1, "#000000"), NASTY).inline())
    assert element.attrib["viewBox"] == "0 0 120 40.5"
    assert element.attrib["role"] == "img"
    assert element.attrib["aria-label"] == NASTY


def test_a_file_stands_alone():
    written = Picture(10, 10, rect(0, 0, 5, 5, "#0072b2"), NASTY).standalone()
    root = parse(written)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root[0].text == NASTY
    assert written.count("http") == 1, "only the name of the format"


def test_a_grid_places_pictures_in_rows():
    pictures = [Picture(10, 20, tag("g", id=str(i)), "") for i in range(5)]
    made = grid(pictures, columns=2, label="five", gap=4)
    assert (made.width, made.height) == (24, 68)
    places = [g.attrib["transform"] for g in parse(f"<svg>{made.body}</svg>")]
    assert places == [
        f"translate({x} {y})" for x, y in [(0, 0), (14, 0), (0, 24), (14, 24), (0, 48)]
    ]


def test_a_grid_of_nothing_is_empty():
    assert grid([], columns=3, label="none").body == ""


@pytest.mark.parametrize("lines", [1, 2])
def test_a_name_of_one_long_word_keeps_its_beginning(lines):
    name = "panderm_large_patch16_224_finetuned_on_everything_there_is_and_more"
    first = wrap(name, 28, lines)[0]
    assert len(first) <= 28
    assert name.startswith(first.rstrip("…"))
    assert len(first) >= 27
