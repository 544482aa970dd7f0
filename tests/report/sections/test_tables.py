"""Cells, the table of diagnoses and the tables of subgroups."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cutis.report.footnotes import Footnotes, plain_note
from cutis.report.sections.cells import make_cell
from cutis.report.sections.classes import METRICS, classes_section
from cutis.report.sections.subgroups import subgroups_section, too_few


def test_a_cell_keeps_the_exact_number_beside_the_rounded_one():
    cell = make_cell({"value": 0.123456, "low": 0.1, "high": 0.2, "note": "rough"}, Footnotes())
    assert (cell.value, cell.shown, cell.interval, cell.mark) == (
        0.123456,
        "0.12",
        "0.10 to 0.20",
        "a",
    )
    assert cell.picture == ""


def test_a_missing_metric_is_a_dash_without_a_picture():
    cell = make_cell(None, Footnotes(), width=100)
    assert (cell.value, cell.shown, cell.picture) == (None, "–", "")


def test_the_picture_marks_the_value_of_all_images():
    cell = make_cell({"value": 0.5, "low": 0.4, "high": 0.6}, Footnotes(), reference=0.3, width=90)
    assert "all images 0.30" in cell.picture


def test_there_is_a_row_per_class_in_class_order(run):
    section = classes_section(run)
    assert [row["name"] for row in section["rows"]] == list(run.classes)
    assert section["names"] == list(METRICS)
    for row in section["rows"]:
        record = run.metrics["per_class"][row["name"]]
        assert row["n"] == record["n"]
        assert [c.value for c in row["cells"]] == [record[m]["value"] for m in METRICS]


def test_metrics_the_run_lacks_have_no_column(run):
    per_class = {
        name: {k: v for k, v in record.items() if k != "f1"}
        for name, record in run.metrics["per_class"].items()
    }
    section = classes_section(replace(run, metrics=run.metrics | {"per_class": per_class}))
    assert "F1" not in section["titles"]
    assert classes_section(replace(run, metrics=None)) is None


def test_subgroup_tables_end_with_all_images(run):
    for table in subgroups_section(run):
        assert table["overall"]["n"] == run.metrics["n"]
        assert (
            table["overall"]["cells"][0].value
            == run.metrics["metrics"]["balanced_accuracy"]["value"]
        )


def test_small_subgroups_have_no_cells(run):
    rows = {
        (table["title"], row["value"]): row
        for table in subgroups_section(run)
        for row in table["rows"]
    }
    small = [row for row in rows.values() if row["why"]]
    assert small
    assert all(row["cells"] == [] and row["n"] < 25 for row in small)
    assert ("Age", "not recorded") in rows


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ("fewer than 20 groups (patient_id)", "too few to report: fewer than 20 patients"),
        ("fewer than 20 images", "too few to report: fewer than 20 images"),
        ("every image is of one class, nevus", "not measured: every image is of one class, nevus"),
        ("", "not measured: below the minimum"),
    ],
)
def test_the_reason_of_a_missing_number_is_given(note, text):
    assert too_few(note, "patients") == text


def test_remarks_on_subgroups_are_short():
    note = (
        "averaged over the classes that have images, so without nevus; the interval is rough, "
        "for classes with few groups: melanoma (3); 3 of 60 replicates lack such a class and "
        "average the others"
    )
    assert plain_note(note, "patients") == (
        "averaged over the classes that have images, so without nevus; "
        "rough interval: few patients of some diagnoses"
    )
    assert plain_note("", "images") == ""


def test_the_words_of_the_statistics_room_are_recognised(run):
    """Remarks that are shortened here are written there; both must change together."""
    notes = {
        part
        for column in run.metrics["subgroups"].values()
        for value in column.values()
        for record in (value["metrics"] or {}).values()
        for part in record.get("note", "").split("; ")
    }
    assert any(note.startswith("the interval is rough") for note in notes)
    reasons = {
        v["note"] for c in run.metrics["subgroups"].values() for v in c.values() if not v["metrics"]
    }
    assert all(too_few(reason, "lesions").startswith("too few to report") for reason in reasons)
