"""Gaps and warnings beside the tables of subgroups."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cutis.report.build import render
from cutis.report.sections.subgroups import (
    gap_sentences,
    missing_values,
    subgroups_section,
    too_few,
)

LEAK = {
    "columns": ["skin_tone"], "nearly": [], "n_missing": 40, "n": 300, "verdict": "leak",
    "per_class": {}, "never_missing": ["melanoma"], "always_missing": [], "cramers_v": 0.5,
    "p": 0.005, "auroc": 0.7, "auroc_about": "melanoma", "same_as": None,
}  # fmt: skip


def gap(value, low, high, lowest="V"):
    return {"difference": {"value": value, "low": low, "high": high}, "lowest": lowest}


def test_every_table_says_how_far_apart_its_subgroups_lie(run):
    for table in subgroups_section(run):
        column = {"Age": "age", "Sex": "sex", "Skin tone": "skin_tone"}[table["title"]]
        record = run.metrics["subgroup_gaps"][column]["crude"]["balanced_accuracy"]
        shown = f"{record['difference']['value']:.2f}"
        assert table["gaps"][0].startswith(f"Balanced accuracy lies {shown} (")
        assert f"lowest in {record['lowest']}" in table["gaps"][0]


def test_crude_and_standardised_gaps_stand_side_by_side():
    found = {
        "crude": {"accuracy": gap(0.2, 0.05, 0.3)},
        "standardised": {"accuracy": gap(0.031, None, None)},
        "class_mix": None,
    }
    assert gap_sentences(found, "sex") == [
        "Accuracy lies 0.20 (0.05 to 0.30) apart between the subgroups, lowest in V; 0.03 if all "
        "had the same mix of diagnoses."
    ]


def test_gaps_that_do_not_exist_are_not_mentioned():
    assert gap_sentences({}, "sex") == []
    undefined = {"crude": {"accuracy": gap(None, None, None)}, "standardised": {}}
    assert gap_sentences(undefined, "sex") == []


def test_other_diagnoses_are_warned_of():
    mix = {"cramers_v": 0.4, "p": 0.005, "counts": {"f": {"nv": 9, "mel": 1},
                                                    "m": {"nv": 5, "mel": 5}}}  # fmt: skip
    found = {"crude": {}, "standardised": {}, "class_mix": mix, "compared": ["f", "m"]}
    (words,) = gap_sentences(found, "sex")
    assert "hold different diagnoses" in words


def test_the_trap_is_on_the_page(run):
    assert missing_values(run) == []
    trapped = replace(run, metrics=run.metrics | {"missing_values": [LEAK]})
    (words,) = missing_values(trapped)
    assert words.startswith("'skin_tone' is missing for 40 of 300 images")
    page = render(trapped)
    assert '<ul class="warning">\n<li>&#39;skin_tone&#39; is missing for 40' in page


def test_runs_of_before_have_no_gaps(run):
    old = {k: v for k, v in run.metrics.items() if k not in ("subgroup_gaps", "missing_values")}
    before = replace(run, metrics=old)
    assert [table["gaps"] for table in subgroups_section(before)] == [[], [], []]
    assert "Subgroups" in render(before)


def test_a_value_nobody_recorded_is_called_so():
    found = {"crude": {"accuracy": gap(0.2, 0.1, 0.3, "(missing)")}, "standardised": {}}
    (words,) = gap_sentences(found, "sex")
    assert words.endswith("lowest in not recorded.")


def test_both_rates_are_told_in_order():
    found = {"crude": {"accuracy": gap(0.2, 0.1, 0.3), "balanced_accuracy": gap(0.1, 0.0, 0.2)}}
    first, second = gap_sentences(found, "sex")
    assert first.startswith("Balanced accuracy lies 0.10")
    assert second.startswith("Accuracy lies 0.20")


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("fewer than 20 groups (patient_id)", "too few to report: fewer than 20 patients"),
        ("fewer than 20 images", "too few to report: fewer than 20 images"),
        ("one class only", "not measured: one class only"),
        ("", "not measured: below the minimum"),
    ],
)
def test_why_a_part_has_no_number(note, said):
    assert too_few(note, "patients") == said


def test_parts_without_numbers_are_counted(run):
    for table, parts in zip(subgroups_section(run), run.metrics["subgroups"].values(), strict=True):
        assert table["too_few"] == sum(part["metrics"] is None for part in parts.values())
        assert [row["n"] for row in table["rows"]] == [part["n"] for part in parts.values()]
        assert all(row["why"] or row["cells"] for row in table["rows"])
        assert table["overall"]["n"] == run.metrics["n"]
