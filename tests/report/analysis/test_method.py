"""The sentence on method."""

from __future__ import annotations

from cutis.report.analysis.method import basis, method_note


def test_ungrouped_images_are_said_to_be_drawn_one_by_one():
    record = {"n_bootstrap": 200, "grouping": "none", "confidence": 0.9, "n": 7, "n_groups": 7}
    assert method_note(record) == (
        "90 % intervals: 200 bootstrap replicates that draw images one by one."
    )
    assert basis(record) == "7 images"
    assert basis(record | {"grouping": "patient_id", "n_groups": 1}) == "7 images of 1 patient"
