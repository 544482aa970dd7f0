"""Pages made of blocks."""

from __future__ import annotations

import pytest

from cutis.report.document import (
    Cell,
    Document,
    Figure,
    Gallery,
    Notes,
    Paragraph,
    Section,
    Table,
    fill_document,
    in_width,
    measure_cell,
    without_pictures,
)
from cutis.report.svg import Picture, rect

REPRODUCE = {
    "command": "cutis x", "settings": [], "hashes": [], "versions": "", "host": "",
    "finished": "", "seconds": None, "speed": None, "format": "", "answers": "",
}  # fmt: skip
PICTURE = Picture(10, 10, rect(0, 0, 10, 10, "#000000"), "a black square")
PNG = "data:image/png;base64,AA"


@pytest.fixture
def html() -> str:
    blocks = [
        Paragraph("First <b>.", strong=True),
        Table(
            ["Model", PICTURE, "Value"],
            [["tiny", Cell(picture=PICTURE), measure_cell({"value": 0.5, "low": 0.25, "high": 1})]],
            caption="Values",
            note="small print",
        ),
        Figure(PICTURE, "a figure"),
        Notes(["take care"], warning=True),
        Gallery([(PNG, "case one", ["L7", "melanoma"])]),
    ]
    document = Document("kind", "Title", "Sentence.", [Section("a", "Part", blocks)])
    return fill_document(document, REPRODUCE, "1.0")


def test_every_block_is_shown_and_escaped(html):
    assert '<p class="finding">First &lt;b&gt;.</p>' in html
    assert '<data value="0.5">0.500</data><span class="range">0.250 to 1.000</span>' in html
    assert html.count('aria-label="a black square"') == 3
    assert '<ul class="warning">\n<li>take care</li>' in html
    assert f'<img src="{PNG}" alt="case one"' in html
    assert "L7<br>melanoma" in html
    assert '<a href="#reproduce">How to reproduce</a>' in html
    assert "cutis x" in html
    assert "Research use only, not a medical device" in html


def test_pictures_can_be_left_out():
    blocks = without_pictures([Gallery([(PNG, "case", ["L7"])]), Paragraph("x")])
    assert blocks[0].frames == [("", "case", ["L7"])]
    assert blocks[1] == Paragraph("x")


@pytest.mark.parametrize("columns", [2, 9, 10, 17, 18, 30])
def test_wide_tables_are_divided_without_losing_a_cell(columns):
    names = [f"c{i}" for i in range(columns)]
    parts = in_width(Table(names, [names, names], "All", "note"))
    assert all(len(part.columns) <= 9 for part in parts)
    assert all(part.columns[0] == part.rows[0][0] == "c0" for part in parts)
    assert [name for part in parts for name in part.columns[1:]] == names[1:]
    assert [cell for part in parts for cell in part.rows[1][1:]] == names[1:]
    assert [part.note for part in parts] == [""] * (len(parts) - 1) + ["note"]
