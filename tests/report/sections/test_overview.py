"""Title, sentence and counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cutis.report.sections.overview import class_counts, grouping, groups_text, overview
from cutis.report.source import RunData


def test_counts_are_those_of_the_metrics(run):
    rows = class_counts(run)
    confusion = run.metrics["confusion"]
    assert [row["labelled"] for row in rows] == [sum(row) for row in confusion]
    assert [row["answered"] for row in rows] == [
        sum(column) for column in zip(*confusion, strict=True)
    ]
    assert max(max(r["labelled"], r["answered"]) for r in rows) == rows[0]["most"]


def test_without_metrics_all_answers_count_and_no_label(run):
    rows = class_counts(replace(run, metrics=None))
    assert sum(row["answered"] for row in rows) == 300
    assert {row["labelled"] for row in rows} == {None}


@pytest.mark.parametrize("given", ["none", "image", None, ""])
def test_no_grouping_is_no_group(given):
    run = RunData(record={}, metrics={"grouping": given})
    assert grouping(run) is None
    assert groups_text(run, 5, 5) == "5 images"


def test_groups_are_named_after_their_column():
    run = RunData(record={}, metrics={"grouping": "patient_id"})
    assert groups_text(run, 1200, 1) == "1,200 images of 1 patient"


def test_names_fall_back_from_title_to_name():
    record = {"model": {"card": {"title": "", "name": "m"}}, "dataset": {"name": "d"}}
    assert overview(RunData(record=record))["title"] == "m on d"
    assert overview(RunData(record={}))["title"] == "an unnamed model on an unnamed dataset"


@pytest.mark.parametrize(("n", "start"), [(1, "1 image from"), (2, "2 images from")])
def test_the_sentence_agrees_with_its_number(n, start):
    metrics = {"n": n, "classes": ["a", "b"], "grouping": "none"}
    sentence = overview(RunData(record={}, metrics=metrics))["sentence"]
    assert sentence.startswith(start)
    assert (" was shown" if n == 1 else " were shown") in sentence


def test_another_verb_is_named():
    assert overview(RunData(record={"verb": "probe"}))["kicker"] == "Linear probe"
    assert overview(RunData(record={"verb": "else"}))["kicker"] == "Evaluation"
