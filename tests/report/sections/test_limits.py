"""Limits follow from what the run holds."""

from __future__ import annotations

from dataclasses import replace

from cutis.report.sections.limits import limits_section, overlap
from cutis.report.source import RunData


def titles(run) -> list[str]:
    return [item["title"] for item in limits_section(run)]


def test_the_full_run_has_its_limits(run):
    assert titles(run) == [
        "Not blind to these diagnoses", "A closed list of answers", "One dataset",
        "Not tested by body site", "Groups too small to judge", "Unreadable images left out",
        "Probabilities are not risks", "Many comparisons", "Not a clinical study",
    ]  # fmt: skip


def test_classes_seen_in_training_are_matched_by_name_whatever_the_case(run):
    card = {"seen_classes": ["MELANOMA", "psoriasis"]}
    assert overlap(replace(run, record={"model": {"card": card}})) == ["melanoma"]
    assert overlap(replace(run, record={})) == []


def test_unknown_training_data_is_a_limit(run):
    assert "Training data unknown" in titles(replace(run, record={}))
    known = {"model": {"card": {"training_data": "pairs from the web"}}}
    assert "Training data unknown" not in titles(replace(run, record=known))


def test_small_groups_are_named(run):
    text = next(i["text"] for i in limits_section(run) if i["title"].startswith("Groups too small"))
    assert text == "Counted, not measured. Skin tone: IV and V."


def test_images_without_groups_are_a_limit(run):
    alone = replace(run, metrics=run.metrics | {"grouping": "none"})
    assert "Images counted as independent" in titles(alone)


def test_a_bare_record_still_has_the_general_limits():
    assert {"One dataset", "Not a clinical study"} <= set(titles(RunData(record={})))


def test_every_limit_is_a_sentence(run):
    for item in limits_section(run):
        assert item["text"].endswith(".")
        assert "None" not in item["text"]
