"""Operating points on the page of an evaluation."""

from __future__ import annotations

import dataclasses

from cutis.report.build import render
from cutis.report.sections.operating import operating_blocks

RECORD = {"value": 0.8, "low": 0.7, "high": 0.9, "n": 10}
POINT = {
    "rule": "at-specificity", "target": 0.9, "threshold": 0.25, "sensitivity": RECORD,
    "specificity": RECORD, "ppv": RECORD, "npv": {"value": None, "low": None, "high": None},
}  # fmt: skip
BLOCK = {
    "n_positive": 4, "n_negative": 6, "prevalence": 0.02, "points": [POINT],
    "partial_auroc": {"max_fpr": 0.1, **RECORD},
}  # fmt: skip


def with_points(run, block):
    return dataclasses.replace(
        run, metrics={**run.metrics, "operating_points": {"melanoma": block}}
    )


def test_tables_stand_with_the_diagnoses(run):
    html = render(with_points(run, BLOCK), pictures=False)
    section = html.split('id="diagnoses"')[1].split("</section>")[0]
    assert "Operating points" in section
    assert "specificity at least 0.9" in section
    assert "melanoma (4) against the rest (6)" in section
    assert "a stated prevalence of 2%" in section
    assert "0.5 is chance" in section


def test_a_class_without_images_says_so(run):
    (block,) = operating_blocks(
        with_points(run, {"points": None, "note": "no image is of this class"})
    )
    assert block["kind"] == "paragraph"
    assert "no image is of this class" in block["block"].text


def test_runs_made_before_have_none(run):
    plain = {k: v for k, v in run.metrics.items() if k != "operating_points"}
    before = dataclasses.replace(run, metrics=plain)
    assert operating_blocks(before) == []
    assert "Operating points" not in render(before, pictures=False)


def test_several_classes_have_a_table_each(run):
    points = {"melanoma": BLOCK, "nevus": BLOCK | {"n_positive": 9}}
    both = dataclasses.replace(run, metrics={**run.metrics, "operating_points": points})
    blocks = operating_blocks(both)
    assert [block["kind"] for block in blocks] == ["table", "table"]
    html = render(both, pictures=False)
    assert "melanoma (4) against the rest (6)" in html
    assert "nevus (9) against the rest (6)" in html


def test_a_run_without_metrics_has_none(run):
    assert operating_blocks(dataclasses.replace(run, metrics=None)) == []
    nothing = dataclasses.replace(run, metrics={**run.metrics, "operating_points": None})
    assert operating_blocks(nothing) == []
