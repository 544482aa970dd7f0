"""One run as an entry: names, headline and the facts that must agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.report.leaderboard.entries import RETRIEVAL_FIRST, Entry, read_entry
from tests.report.leaderboard.grid import change, make_grid


@pytest.fixture
def run(tmp_path) -> Path:
    return make_grid(tmp_path, models=1, sets=1)[0]


def with_metrics(run: Path, **changes) -> Path:
    path = run / "metrics.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return run


def number(value: float | None) -> dict:
    return {"value": value, "low": None, "high": None, "n": 9}


def test_names_numbers_and_facts_of_a_run(run):
    metrics = json.loads((run / "metrics.json").read_text())
    entry = read_entry(run)
    assert (entry.model, entry.model_name) == ("Model0", "model0")
    assert (entry.dataset, entry.dataset_name) == ("Set data0", "data0")
    assert (entry.n, entry.n_groups) == (metrics["n"], metrics["n_groups"])
    assert entry.metrics["auroc"] == metrics["metrics"]["auroc"]
    assert entry.rows["classes"] == ", ".join(metrics["classes"])
    assert entry.curve == ()


@pytest.mark.parametrize(
    ("wanted", "headline"), [("auroc", "auroc"), ("dice", None), (None, "balanced_accuracy")]
)
def test_the_card_names_the_headline_if_it_was_measured(run, wanted, headline):
    record = json.loads((run / "run.json").read_text())
    record["dataset"]["card"].pop("headline_metric", None)
    if wanted:
        record["dataset"]["card"]["headline_metric"] = wanted
    (run / "run.json").write_text(json.dumps(record))
    first = next(iter(json.loads((run / "metrics.json").read_text())["metrics"]))
    assert read_entry(run).headline == (headline or first)


@pytest.mark.parametrize("first", range(len(RETRIEVAL_FIRST)))
def test_retrieval_quotes_the_first_of_its_measures(run, first):
    names = [*reversed(RETRIEVAL_FIRST[first:]), "image_to_text_median_rank"]
    with_metrics(run, metrics={name: number(0.5) for name in names})
    change(run, "model0", "data0", verb="retrieve")
    assert read_entry(run).headline == RETRIEVAL_FIRST[first]


def test_a_probe_is_named_by_what_it_learnt_from(run):
    change(run, "m", "d", verb="probe", probe={"label": "linear probe", "training": "4 per class"})
    assert read_entry(run).verb == "linear probe, 4 per class"
    change(run, "m", "d", probe={"label": "linear probe"})
    assert read_entry(run).verb == "linear probe, "


@pytest.mark.parametrize("metrics", [{}, None])
def test_a_run_without_numbers_is_refused_by_name(run, metrics):
    with_metrics(run, metrics=metrics)
    with pytest.raises(CutisError, match="has no metrics") as refused:
        read_entry(run)
    assert str(run) in str(refused.value)
    assert "give the table labels" in str(refused.value)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(CutisError, match="nowhere"):
        read_entry(tmp_path / "nowhere")


def test_a_metric_that_is_null_is_left_out(run):
    found = json.loads((run / "metrics.json").read_text())["metrics"]
    with_metrics(run, metrics=found | {"top5_accuracy": None})
    assert "top5_accuracy" not in read_entry(run).metrics


@pytest.mark.parametrize(
    ("facts", "same"),
    [
        ({}, True),
        ({"model__card__title": "Another title"}, True),
        ({"model__identity__weights_sha256": "other"}, False),
        ({"model__identity__pooling": "mean"}, False),
        ({"precision": "bf16"}, False),
    ],
)
def test_a_model_is_what_decides_its_features(run, tmp_path, facts, same):
    one = read_entry(run).model_key
    change(run, "model0", "data0")
    record = json.loads((run / "run.json").read_text())
    for key, value in facts.items():
        place, *rest = record, *key.split("__")
        for part in rest[:-1]:
            place = place[part]
        place[rest[-1]] = value
    (run / "run.json").write_text(json.dumps(record))
    assert (read_entry(run).model_key == one) is same


def test_names_of_classes_count_by_their_words_and_not_their_file(run):
    def facts(names, **more) -> Entry:
        return read_entry(change(run, "m", "d", prompts__names=names, **more))

    one = facts({"a": ["x", "y"], "b": ["z"]}).rows["class_names"]
    assert one.startswith("3 (SHA-256 ")
    assert (
        facts({"a": ["x", "y"], "b": ["z"]}, prompts__template_set="o").rows["class_names"] == one
    )
    assert facts({"a": ["x", "w"], "b": ["z"]}).rows["class_names"] != one
    assert read_entry(change(run, "m", "d", prompts={})).rows["class_names"] is None
