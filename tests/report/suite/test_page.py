"""The page of a suite says what its record says."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from cutis.report.suite import render_suite
from cutis.report.suite.reproduction import reproduction_rows, sources_of
from cutis.report.suite.table import tables
from tests.report.suite.fake_record import column, figure, make_suite_record


@pytest.fixture
def record() -> dict:
    return make_suite_record()


def text_of(page: str) -> str:
    plain = re.sub(r"<[^>]+>", " ", page.split("</style>")[1])
    return " ".join(unescape(plain).split())


def test_every_number_is_on_the_page(record, tmp_path):
    page = render_suite(record, tmp_path)
    shown = set(re.findall(r'<data value="([^"]+)">', page))
    values = {str(c["value"]) for c in record["cells"]}
    values |= {str(r["value"]) for r in record["averages"][0]["results"]}
    values |= {"0.81", "0.66", "-0.1"}
    assert values <= shown
    assert "0.432 without near duplicates" in page


def test_what_is_said_in_words(record, tmp_path):
    text = text_of(render_suite(record, tmp_path))
    for said in (
        "2 models on 3 datasets of the suite; 1 dataset of it not on this machine",
        "rank 2 (1 to 2)",
        "published 0.600 (−0.100)",
        "differs from Model-0 (p below 0.05 after Holm’s correction over 4 comparisons)",
        "in place of published-set",
        "3 of 4 datasets",
        "p < 0.001",
        "first in 91%",
        "ranks rest on 90 cases.",
        "120 images here, 461 there",
        "Not here: no table of it. To obtain it: 1. Register.",
        "Not run: masks only.",
        "Failed: There is no such file.",
        "A paper (2026).",
        "It tests. Nobody (2026).",
    ):
        assert said in text


def test_grey_rows_stand_only_where_they_have_figures(record):
    first, *rest = tables(record)
    shown = [row["model"] for part in (first, *rest) for row in part["published"]]
    with_figures = sum(
        any(h["key"] in ("data-0", "zero-shot") for h in part["columns"]) for part in (first, *rest)
    )
    assert len(shown) == with_figures
    assert "†" in render_suite(record, Path())


def test_without_an_anchor_there_is_no_talk_of_differences(record, tmp_path):
    record["settings"]["anchor"] = None
    for cell in record["cells"]:
        cell.pop("difference", None)
        cell.pop("p_corrected", None)
    text = text_of(render_suite(record, tmp_path))
    assert "Holm" not in text
    assert "Difference: from" not in text


def test_tables_are_as_wide_as_a_page(record):
    wide = make_suite_record(2, 9)
    parts = tables(wide)
    assert sum(len(part["columns"]) for part in parts) == 10
    assert max(len(part["columns"]) for part in parts) <= 4
    assert all(len(row["cells"]) == len(part["columns"]) for part in parts for row in part["rows"])


def test_a_model_without_a_dataset_shows_a_dash(record):
    record["cells"] = [c for c in record["cells"] if c["model"] != "model-1"]
    row = tables(record)[0]["rows"][1]
    assert {c["shown"] for c in row["cells"] if c["label"].startswith("Set")} == {"–"}


def test_sources_are_numbered_once(record):
    record["cells"][1]["published"] = figure(0.5, citation="Another (2025).", url="")
    assert sources_of(record) == [
        (1, "A paper (2026).", "https://example.org/paper"),
        (2, "Another (2025).", ""),
    ]
    (row,) = reproduction_rows(record)
    assert row["source"] == 1
    assert row["difference"] == "−0.100"


def test_fractions_and_directions_are_named(tmp_path):
    record = make_suite_record(1, 2)
    record["columns"][0] |= {"fraction": 0.1, "task": "probe"}
    record["columns"][1] |= column("data-1", metric="image_to_text_mean_recall", task="retrieve")
    record["averages"][0] |= {"fraction": 0.3, "task": "probe"}
    text = text_of(render_suite(record, tmp_path))
    assert "10% of the training data" in text
    assert "Average, 30% of the training data" in text
    assert "Image to text, Mean recall" in text
    assert "120 queries" in text


def test_nothing_to_compare_is_said(record, tmp_path):
    record["reproduction"] = []
    assert "None of the models that were run has a published figure" in render_suite(
        record, tmp_path
    )


def test_runs_are_linked_where_their_report_is(record, tmp_path):
    report = tmp_path / "model-0" / "data-0" / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text("<p>a report</p>")
    page = render_suite(record, tmp_path)
    assert page.count(">report</a>") == 1
    assert 'href="model-0/data-0/report.html"' in page


def test_names_cannot_become_markup(record, tmp_path):
    record["models"][0]["title"] = "<script>alert(1)</script>"
    assert "<script" not in render_suite(record, tmp_path)


def test_the_same_record_gives_the_same_page(record, tmp_path):
    assert render_suite(record, tmp_path) == render_suite(make_suite_record(), tmp_path)
