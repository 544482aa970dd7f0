"""The page of a fairness audit: warnings before conclusions, and no word too much."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from cutis.report.analysis.fairness import NO_TRAP, document, title
from cutis.report.document import Figure, Notes, Paragraph, Table
from cutis.report.source import RunData
from tests.report.analysis.audits import audited
from tests.report.analysis.pages import blocks, is_regular, parsed, words
from tests.stats.fairness.people import people


@pytest.fixture(scope="module")
def plain() -> dict:
    return audited()


@pytest.fixture(scope="module")
def trapped() -> dict:
    """Skin tone is recorded for every cancer, for half of the rest, and type V is read worse."""
    made = people(400, worse="V", by_how_much=3.0)
    hidden = ~made.cancer & (np.arange(400) % 4 < 2)
    return audited(made, skin_tone=np.where(hidden, "(missing)", made.tone))


def page(result: dict):
    return document(RunData(record={}, result=result))


def section(found, anchor: str):
    return next(s for s in found.sections if s.anchor == anchor)


def test_the_order_is_warnings_conclusions_columns_reading(plain):
    found = page(plain)
    assert [s.anchor for s in found.sections] == [
        "warnings", "conclusions", "by-sex", "by-skin-tone", "reading"
    ]  # fmt: skip
    assert found.title == "Do subgroups fare alike? By sex and skin tone"
    assert is_regular(found)


def test_without_a_trap_that_is_said(plain):
    quiet = {**plain, "warnings": {"missing": [], "class_mix": [], "small": []}}
    (only,) = section(page(quiet), "warnings").blocks
    assert only == Paragraph(NO_TRAP)


def test_a_trap_is_framed_and_takes_the_place_of_the_all_clear(trapped):
    first, *_ = section(page(trapped), "warnings").blocks
    assert isinstance(first, Notes)
    assert first.warning
    assert "tells the diagnosis" in first.items[0]
    assert NO_TRAP not in words(page(trapped))


def test_small_subgroups_and_notes_are_remarks_not_warnings(plain):
    warnings = {"missing": [], "class_mix": [], "small": ["By sex: nothing is known of x (3)."]}
    result = {**plain, "warnings": warnings, "notes": ["Mind the table."]}
    shown = [b for b in section(page(result), "warnings").blocks if isinstance(b, Notes)]
    assert [list(n.items) for n in shown] == [warnings["small"], ["Mind the table."]]
    assert not any(n.warning for n in shown)


def test_no_gap_shown_is_never_called_equality(plain):
    result = copy.deepcopy(plain)
    for found in result["columns"].values():
        for kind in found["gaps"].values():
            for gap in kind.values():
                gap["p_holm"] = 0.05
    sentence = page(result).sentence
    assert sentence.startswith("No gap was shown. That is not proof of equality")
    assert "Gaps were shown" not in sentence


@pytest.mark.parametrize("kind", ["crude", "standardised"])
def test_a_gap_of_either_kind_names_its_column(plain, kind):
    result = copy.deepcopy(plain)
    for found in result["columns"].values():
        for gaps in found["gaps"].values():
            for gap in gaps.values():
                gap["p_holm"] = None
    result["columns"]["skin_tone"]["gaps"][kind]["accuracy"]["p_holm"] = 0.0499
    assert page(result).sentence.startswith("Gaps were shown by skin tone.")


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        (1, "1 pattern of missing values tells the diagnosis or goes with it;"),
        (2, "2 patterns of missing values tell the diagnosis or go with it;"),
    ],
)
def test_patterns_of_missing_values_are_counted_in_the_sentence(plain, patterns, said):
    warnings = {"missing": ["x"] * patterns, "class_mix": [], "small": []}
    sentence = page({**plain, "warnings": warnings}).sentence
    assert said in sentence
    assert sentence.endswith("read the warnings first.")


def test_the_first_conclusion_of_a_column_must_not_be_missed(plain):
    shown = section(page(plain), "conclusions").blocks
    said = plain["conclusions"]
    strong = [b.text for b in shown if isinstance(b, Paragraph)]
    assert strong == [next(iter(of.values())) for of in said.values()]
    assert [list(b.items) for b in shown if isinstance(b, Notes)] == [
        list(of.values())[1:] for of in said.values()
    ]


def test_pictures_show_sensitivity_and_false_alarms_with_their_numbers(plain):
    figures = [b for b in section(page(plain), "by-sex").blocks if isinstance(b, Figure)]
    assert [f.picture.label.split(" by subgroup")[0] for f in figures] == [
        "Sensitivity", "False-positive rate"
    ]  # fmt: skip
    for name, part in plain["columns"]["sex"]["parts"].items():
        record = part["rates"]["true_positive_rate"]
        drawn = f"{name} {record['value']:.2f} ({record['low']:.2f} to {record['high']:.2f})"
        assert drawn in figures[0].picture.label
    overall = plain["overall"]["true_positive_rate"]["value"]
    made = people(240)
    assert overall == pytest.approx(made.called[made.cancer].mean())
    assert "all images" in figures[0].picture.body


def test_only_the_worst_subgroup_is_marked_with_its_share_of_resamples(trapped):
    gap = trapped["columns"]["skin_tone"]["gaps"]["crude"]["true_positive_rate"]
    figure = blocks(page(trapped), Figure)[0]
    assert gap["worst"] == "V"
    assert figure.picture.label.count("worst in") == 1
    assert f"worst in {gap['worst_share']['V']:.0%}" in figure.picture.label
    assert "Square: the worst value here, and in how many resamples" in figure.caption


def test_images_without_a_record_are_shown_hollow_and_named(trapped, plain):
    figure = blocks(page(trapped), Figure)[0]
    assert "not recorded" in figure.picture.label
    assert figure.caption.endswith("Hollow: not compared (not recorded).")
    assert "Hollow" not in blocks(page(plain), Figure)[0].caption
    assert "(missing)" not in words(page(trapped))


def test_a_subgroup_too_small_is_drawn_without_a_number():
    made = people(240)
    tone = np.where(np.arange(240) < 6, "VI", made.tone)
    found = page(audited(made, skin_tone=tone))
    assert "VI too few to measure (6 images)" in blocks(found, Figure)[0].picture.label
    assert "nothing is known of VI (3), with fewer than 20 patients" in words(found)


def test_without_something_to_find_accuracy_is_pictured():
    made = people(160)
    found = page(audited(made, positive=False, sex=made.sex))
    labels = [f.picture.label.split(" by subgroup")[0] for f in blocks(found, Figure)]
    assert labels == ["Accuracy", "Balanced accuracy"]
    captions = [t.caption for t in blocks(found, Table)]
    assert not any("criteria" in caption for caption in captions)


def test_one_subgroup_alone_has_no_table_of_gaps():
    made = people(160)
    found = page(audited(made, sex=np.full(160, "female")))
    captions = [t.caption for t in blocks(found, Table)]
    assert "Every subgroup" in captions
    assert "Gaps between the subgroups" not in captions
    assert "fewer than two subgroups have enough patients" in words(found)


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        ("sex", "Sex"),
        ("skin_tone*sex", "Skin tone × sex"),
        ("skin_tone*sex*site", "Skin tone × sex × body site"),
    ],
)
def test_columns_have_readable_titles(column, shown):
    assert title(column) == shown


def test_crossed_columns_have_a_plain_anchor(plain):
    columns = {"skin_tone*sex": plain["columns"]["sex"]}
    found = page({**plain, "columns": columns})
    assert "by-skin-tone-sex" in [s.anchor for s in found.sections]


@pytest.mark.parametrize(("grouping", "units"), [("none", "images"), ("lesion_id", "lesions")])
def test_how_to_read_it_names_the_unit_and_the_tests(plain, grouping, units):
    notes = section(page({**plain, "grouping": grouping}), "reading").blocks[0].items
    assert notes[0].startswith(f"Subgroups with fewer than 20 {units} are counted, not measured")
    assert any(f"among whole {units}" in note for note in notes)
    assert any(f"all {plain['n_tests']} tests" in note for note in notes)
    assert any("Equal rates do not make a model fair" in note for note in notes)


def test_names_from_the_table_are_escaped():
    made = people(160)
    result = audited(made, sex=np.where(made.sex == "male", "<i>m</i>", "f & x"))
    html, tree = parsed(page(result))
    assert tree.problems == []
    assert "<i>" not in html
    assert "&lt;i&gt;m&lt;/i&gt;" in html
    assert "f &amp; x" in html
