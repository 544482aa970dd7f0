"""What the page of a data audit says, from a result made by hand."""

from __future__ import annotations

from copy import deepcopy

import pytest

from cutis.report.annotation.data_page import document, sentence
from cutis.report.document import Gallery, Notes, Paragraph, Table
from cutis.report.source import RunData


def estimate(value, low=None, high=None):
    return {"value": value, "low": low, "high": high}


def concept(name, value, p):
    return {
        "name": name, "mean_a": 0.5, "mean_b": 0.4, "difference": estimate(value / 10),
        "standardised": estimate(value, value - 0.2, value + 0.2), "superiority": 0.6, "p": p,
        "p_holm": p, "p_bh": p, "delta": estimate(0.01, 0.0, 0.02), "rank_by_delta": 1,
    }  # fmt: skip


RESULT = {
    "by": "hospital",
    "a": "north",
    "b": "south",
    "n_a": 20,
    "n_b": 1200,
    "groups_both": 0,
    "n_left_out": 0,
    "test": "mann-whitney",
    "n_permutations": None,
    "grouping": "none",
    "confidence": 0.9,
    "concepts": [concept("ink", 1.5, 0.0001), concept("hair", -0.5, 0.3)],
    "notes": ["a note"],
}
RECORD = {
    "dataset": {"name": "mine"},
    "concepts": {
        "concepts": [{"id": "ink", "label": "ink marking", "terms": ["ink"]}],
        "templates": ["photo of {}"],
        "references": [["photo"]],
        "variant": "per-template",
        "temperature": 0.01,
    },
    "top": [
        {"concept": "ink", "side": "a", "cases": [{"id": "x", "score": 0.9}]},
        {"concept": "ink", "side": "b", "cases": []},
    ],
}


def page(**changes):
    result = deepcopy(RESULT) | changes
    return document(RunData(RECORD, result=result))


def blocks_of(document, anchor):
    return next(list(s.blocks) for s in document.sections if s.anchor == anchor)


def test_the_heading_names_both_groups():
    made = page()
    assert made.title == "mine: north against south"
    assert made.sentence == "20 images against 1,200, 2 concepts: north shows more ink marking."


def test_nothing_found_is_said():
    calm = [concept("ink", 0.1, 0.5)]
    assert "none differs after correction" in sentence(RESULT | {"concepts": calm}, {})


def test_the_table_has_every_concept_in_its_words():
    table, notes = blocks_of(page(), "results")
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["ink marking", "hair"]
    assert [row[2].text for row in table.rows] == ["1.50", "−0.50"]
    assert table.rows[0][8].interval == "0.0000 to 0.0200"
    assert "90 % interval" in table.note
    assert "Mann and Whitney" in table.note
    assert isinstance(notes, Notes)
    assert list(notes.items) == ["a note"]


def test_patients_in_both_groups_and_rows_in_neither_are_said():
    table, notes = blocks_of(
        page(
            grouping="patient_id", test="permutation", n_permutations=9999, groups_both=1,
            n_left_out=7,
        ),
        "results",
    )  # fmt: skip
    assert "9,999 draws, that moves patients and not images" in table.note
    assert list(notes.items)[1:] == [
        "7 rows of the table are in neither group.",
        "Of both groups there are images of 1 patient.",
    ]


def test_pictures_are_those_of_the_record():
    heading, gallery = blocks_of(page(), "images")
    assert isinstance(heading, Paragraph)
    assert heading.text == "ink marking, in north"
    assert isinstance(gallery, Gallery)
    assert gallery.frames == [("", "Case x", ["x", "score 0.90"])]


@pytest.mark.parametrize(("grouping", "warned"), [("none", True), ("lesion_id", False)])
def test_images_taken_as_independent_are_a_limit(grouping, warned):
    (notes,) = blocks_of(page(grouping=grouping), "limits")
    assert any("may be too sure" in item for item in notes.items) is warned


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "1 row of the table is in neither group."),
     (1200, "1,200 rows of the table are in neither group.")],
)  # fmt: skip
def test_one_row_is_not_several(n, said):
    _, notes = blocks_of(page(n_left_out=n), "results")
    assert said in notes.items


def test_a_concept_without_a_test_is_never_called_a_finding():
    silent = [concept("ink", 1.5, None), concept("hair", -0.5, 0.05)]
    assert page(concepts=silent).sentence.endswith(
        "none differs after correction for their number."
    )
    table, _ = blocks_of(page(concepts=silent), "results")
    assert [cell.text for cell in table.rows[0][5:8]] == ["–", "–", "–"]


def test_more_and_less_are_told_apart_and_long_lists_cut():
    found = [concept(f"c{i}", 1 if i < 7 else -1, 0.001) for i in range(9)]
    said = page(concepts=found).sentence
    assert "north shows more c0, c1, c2, c3, c4 and 2 more, and less c7 and c8." in said


def test_without_pictures_there_is_no_section_of_them():
    bare = RECORD | {"top": [{"concept": "ink", "side": "a", "cases": []}]}
    made = document(RunData(bare, result=deepcopy(RESULT)))
    assert [section.anchor for section in made.sections] == ["results", "words", "limits"]
