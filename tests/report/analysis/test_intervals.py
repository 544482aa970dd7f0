"""The page of intervals: one row per file, every metric of result.json, dashes where undefined."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, f1_score

from cutis.report.analysis.intervals import document
from cutis.report.document import Notes, Paragraph, Table
from cutis.report.metric_words import words_for
from cutis.report.source import RunData
from cutis.stats import evaluate
from cutis.stats.clusters import make_clusters
from cutis.stats.operating_block import operating_block, wishes_for
from tests.report.analysis.pages import blocks, column, is_regular, parsed, shown, table
from tests.stats.samples import make

MADE = make(n=100, c=3, skill=1.5)
CLASSES = ["nevus", "melanoma", "never <seen>"]


def measured(name: str = "tiny", dataset: str = "", grouped: bool = True, **more) -> dict:
    """Return the record of a file in which the third class has no image."""
    labels = np.where(MADE.labels == 2, 1, MADE.labels)
    metrics = evaluate(
        labels, MADE.probs, CLASSES, groups_n=MADE.groups if grouped else None, n_bootstrap=100,
        grouping="lesion_id" if grouped else None,
    )  # fmt: skip
    points = operating_block(
        labels, MADE.probs, CLASSES, make_clusters(None, 100), metrics.settings, [1, 2],
        wishes=wishes_for([], []), prevalence=None, max_fpr=0.1,
    )  # fmt: skip
    record = {"name": name, "dataset": dataset, **metrics.to_json(), "operating_points": points}
    return record | {"stratified": False, "notes": []} | more


@pytest.fixture(scope="module")
def one() -> dict:
    return measured()


def page(*files: dict, **more):
    return document(RunData(record={}, result={"files": list(files), "notes": []} | more))


def metric_tables(found) -> list[Table]:
    return [t for t in blocks(found, Table) if t.columns[0] == "Predictions"]


def test_every_metric_is_on_the_page_with_its_number_and_interval(one):
    found = page(one)
    assert is_regular(found)
    cells = {
        name: row[place]
        for t in metric_tables(found)
        for row in t.rows
        for place, name in enumerate(t.columns)
    }
    for metric, record in one["metrics"].items():
        cell = cells[words_for(metric).title]
        assert cell.value == record["value"]
        assert (cell.interval == "") == (record["low"] is None)


def test_the_numbers_are_those_of_scikit_learn(one):
    labels = np.where(MADE.labels == 2, 1, MADE.labels)
    answers = MADE.probs.argmax(axis=1)
    cells = {
        name: t.rows[0][i] for t in metric_tables(page(one)) for i, name in enumerate(t.columns)
    }
    with pytest.warns(UserWarning, match="not in y_true"):
        expected = balanced_accuracy_score(labels, answers)
    assert cells["Balanced accuracy"].value == pytest.approx(expected)
    assert cells["Cohen’s κ"].value == pytest.approx(cohen_kappa_score(labels, answers))
    assert cells["F1, weighted"].value == pytest.approx(
        f1_score(labels, answers, average="weighted")
    )
    errors_nc = MADE.probs - np.eye(3)[labels]
    assert cells["Brier score"].value == pytest.approx((errors_nc**2).sum(axis=1).mean())


def test_a_class_without_images_shows_dashes_never_zero(one):
    found = table(page(one), "Each class against the rest")
    row = next(row for row in found.rows if row[0] == "never <seen>")
    assert row[1] == "0"
    for name in ("Sensitivity", "AUROC", "Average precision"):
        cell = column(found, name)["never <seen>"]
        assert (cell.text, cell.value, cell.interval) == ("–", None, "")
    assert column(found, "Images")["melanoma"] == str(int((MADE.labels > 0).sum()))
    (said,) = [p.text for p in blocks(page(one), Paragraph)]
    assert said.startswith("never <seen>: no operating points, for ")


def test_a_file_that_lacks_a_metric_shows_a_dash(one):
    other = copy.deepcopy(one) | {"name": "other"}
    del other["metrics"]["kappa"]
    found = next(t for t in metric_tables(page(one, other)) if "Cohen’s κ" in t.columns)
    cell = column(found, "Cohen’s κ")
    assert (cell["other"].text, cell["other"].value) == ("–", None)
    assert cell["tiny"].value == one["metrics"]["kappa"]["value"]


def test_lower_is_better_is_said_only_where_it_is(one):
    for found in metric_tables(page(one)):
        errors = {"Calibration error (ECE)", "Brier score"} & set(found.columns)
        assert all(name in found.note.split("Lower is better")[-1] for name in errors)
        assert ("Lower is better" in found.note) or not errors


@pytest.mark.parametrize(
    ("more", "note", "sentence"),
    [
        ({"grouped": False}, "that draw images one by one (percentile).", "one by one"),
        ({}, "that draw whole lesions (percentile).", "whole groups resampled"),
        (
            {"stratified": True},
            "that draw whole lesions, each class keeping its number (percentile).",
            "whole groups resampled",
        ),
    ],
)
def test_how_intervals_were_made_is_said(more, note, sentence):
    found = page(measured(**more))
    assert f"95 % intervals from 100 replicates {note}" in metric_tables(found)[0].note
    assert sentence in found.sentence


def test_files_are_named_with_their_dataset_and_counted(one):
    found = page(one, one | {"name": "large", "dataset": "PAD"})
    assert found.title == "tiny and large"
    assert found.sentence.startswith("2 files of predictions, every metric with its interval")
    assert [row[0] for row in shown(metric_tables(found)[0])] == ["tiny", "large on PAD"]
    assert [s.title for s in found.sections] == ["Metrics", "tiny", "large on PAD"]
    assert page(one).sentence.startswith("1 file of predictions")


def test_a_remark_of_all_files_is_said_once_and_others_with_their_file(one):
    files = [one | {"notes": ["Shared.", "Own."]}, one | {"name": "b", "notes": ["Shared."]}]
    (notes,) = blocks(page(*files), Notes)
    assert list(notes.items) == ["Shared.", "tiny: Own."]


def test_ignored_tables_have_a_section_of_their_own(one):
    found = page(one, notes=["2 tables were ignored."])
    assert found.sections[-1].blocks == [Notes(["2 tables were ignored."])]
    assert [s.anchor for s in page(one).sections][-1] == "file-1"


def test_the_published_protocol_shows_the_mean_of_the_replicates():
    metrics = {
        "accuracy": {"value": 0.5, "mean": 0.51, "low": 0.4, "high": 0.6},
        "auroc": {"value": 0.7, "mean": None, "low": None, "high": None},
    }
    file = {
        "name": "tiny", "dataset": "", "n": 9, "grouping": "none", "confidence": 0.95,
        "n_bootstrap": 1000, "seed": 42, "metrics": metrics, "notes": [],
    }  # fmt: skip
    found = page(file, protocol="published")
    (only,) = blocks(found, Table)
    assert only.caption == "Mean of the replicates, as published"
    assert column(only, "Accuracy")["tiny"].value == 0.51
    assert column(only, "AUROC")["tiny"].text == "–"
    assert only.note == "95 % intervals from 1,000 replicates of single images, seed 42."
    assert "the published protocol" in found.sentence
    assert [s.anchor for s in found.sections] == ["metrics"]


def test_names_are_escaped_in_the_finished_page(one):
    html, tree = parsed(page(one | {"name": "<b>tiny</b>"}))
    assert tree.problems == []
    assert "<b>tiny" not in html
    assert "never &lt;seen&gt;" in html


def test_many_metrics_are_split_into_tables_that_fit(one):
    found = metric_tables(page(one))
    assert len(found) > 1
    assert max(len(t.columns) for t in found) <= 8
    _, tree = parsed(page(one))
    per_row = [len([c for c in tree.tags if c.name == "th" and c.section == "metrics"])]
    assert per_row[0] >= len(one["metrics"])
