"""The key result: the right metric, the right baseline, no claim beyond the interval."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cutis.report.sections.headline import baseline_value, headline, verdict
from cutis.report.source import RunData


def record(value, low=None, high=None, note=""):
    return {"value": value, "low": low, "high": high, "n": 10, "note": note}


def made(metrics=None, card=None, **more):
    metrics = {
        "n": 10, "n_groups": 10, "grouping": "none", "confidence": 0.9, "n_bootstrap": 50,
        "classes": ["a", "b"],
        "metrics": {"accuracy": record(0.7, 0.5, 0.9), "balanced_accuracy": record(0.6, 0.4, 0.8)}
        | (metrics or {}),
        "baseline": {"majority_class": "a", "metrics": {"balanced_accuracy": record(0.5)}},
    } | more  # fmt: skip
    return headline(RunData(record={"dataset": {"card": card or {}}}, metrics=metrics))


@pytest.mark.parametrize(
    ("low", "high", "reference", "lower", "expected"),
    [
        (0.6, 0.8, 0.5, False, "above"), (0.2, 0.4, 0.5, False, "below"),
        (0.4, 0.6, 0.5, False, "unclear"), (0.5, 0.6, 0.5, False, "unclear"),
        (0.6, 0.8, 0.5, True, "below"), (0.2, 0.4, 0.5, True, "above"),
        (None, None, 0.5, False, ""), (0.4, 0.6, None, False, ""),
    ],
)  # fmt: skip
def test_a_verdict_needs_an_interval_clear_of_the_baseline(low, high, reference, lower, expected):
    assert verdict(record(0.5, low, high), reference, lower) == expected


def test_the_headline_metric_of_the_card_comes_first():
    found = made({"auroc": record(0.9, 0.8, 1.0)}, card={"headline_metric": "auroc"})
    assert found["key"]["title"] == "AUROC"
    assert found["rows"][0]["name"] == "auroc"
    assert made()["key"]["title"] == "Balanced accuracy"


def test_an_unknown_headline_metric_is_replaced():
    assert made(card={"headline_metric": "no such"})["key"]["name"] == "balanced_accuracy"


def test_doubt_is_said():
    assert "includes the baseline" in made()["key"]["judgement"]
    worse = made({"balanced_accuracy": record(0.3, 0.2, 0.4)})
    assert "does worse" in worse["key"]["judgement"]
    better = made({"balanced_accuracy": record(0.8, 0.7, 0.9)})
    assert better["key"]["judgement"] == "The interval lies above the baseline."


def test_every_row_says_how_it_compares():
    found = made({"accuracy": record(0.7, 0.4, 0.9), "auroc": record(0.9, 0.8, 1.0)})
    said = {row["name"]: row["verdict"] for row in found["rows"]}
    assert said == {"balanced_accuracy": "no clear difference", "accuracy": "", "auroc": "better"}


def test_the_baseline_may_be_a_number_or_a_record():
    metrics = {"baseline": {"metrics": {"accuracy": 0.4, "balanced_accuracy": record(0.5)}}}
    assert baseline_value(metrics, "accuracy") == 0.4
    assert baseline_value(metrics, "balanced_accuracy") == 0.5
    assert baseline_value(metrics, "auroc") == 0.5
    assert baseline_value(metrics, "ece") is None


def test_an_undefined_value_is_no_zero():
    rows = made({"auroc": record(None, note="one class only")})["rows"]
    row = next(r for r in rows if r["name"] == "auroc")
    assert (row["value"], row["shown"], row["picture"]) == (None, "–", "")
    assert row["reading"] == "Not defined: one class only."


def test_remarks_become_footnotes_once():
    found = made(
        {"auroc": record(0.9, 0.8, 1, "few images"), "kappa": record(0.1, 0, 1, "few images")}
    )
    assert [r["mark"] for r in found["rows"] if r["name"] in ("auroc", "kappa")] == ["a", "a"]
    assert found["notes"] == [("a", "Few images.")]


def test_top3_splits_the_dots():
    legend = made({"top3_accuracy": record(0.95, 0.9, 1.0)})["dots"]["legend"]
    assert [n for _, n, _ in legend] == [70, 25, 5]
    assert [n for _, n, _ in made()["dots"]["legend"]] == [70, 30]


def test_no_metrics_no_headline():
    assert headline(RunData(record={})) is None


def test_the_level_is_that_of_the_intervals():
    assert made()["level"] == "90"


def test_classes_seen_in_training_are_named_beside_the_result(run):
    assert headline(run)["seen"].startswith("The model saw 5 of the 7 diagnoses (actinic")
    card = {"model": {"card": {"seen_classes": ["Melanoma"]}}}
    assert "(melanoma) with labels" in headline(replace(run, record=card))["seen"]
    assert "that one was not new" in headline(replace(run, record=card))["seen"]
    card = {"model": {"card": {"seen_classes": list(run.classes)}}}
    assert headline(replace(run, record=card))["seen"].startswith("The model saw all 7 diagnoses")
    assert made()["seen"] == ""
