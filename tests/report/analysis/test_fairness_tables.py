"""The tables of a fairness audit: every number is that of result.json, a dash where none is."""

from __future__ import annotations

import numpy as np
import pytest
from fairlearn.metrics import demographic_parity_difference, equalized_odds_difference
from sklearn.metrics import precision_score, recall_score

from cutis.report.analysis.fairness_tables import (
    MOST_CLASSES,
    calibration_table,
    criteria_table,
    gap_table,
    mix_table,
    p_text,
    parts_table,
    shown_name,
)
from cutis.report.document import Cell
from tests.report.analysis.audits import audited
from tests.report.analysis.pages import column, shown
from tests.stats.fairness.people import people

MADE = people(240)


@pytest.fixture(scope="module")
def result() -> dict:
    tone = np.where(np.arange(240) < 6, "VI", MADE.tone)
    tone = np.where(np.arange(240) % 10 == 9, "(missing)", tone)
    return audited(MADE, sex=MADE.sex, skin_tone=tone)


def test_rates_of_subgroups_are_those_of_scikit_learn(result):
    found = parts_table(result, result["columns"]["sex"])
    for sex in ("female", "male"):
        rows = sex == MADE.sex
        truth, called = MADE.cancer[rows], MADE.called[rows]
        assert column(found, "Sensitivity")[sex].value == pytest.approx(recall_score(truth, called))
        assert column(found, "False-positive rate")[sex].value == pytest.approx(
            1 - recall_score(~truth, ~called)
        )
        assert column(found, "Positive predictive value")[sex].value == pytest.approx(
            precision_score(truth, called)
        )
        assert column(found, "Share called positive")[sex].value == pytest.approx(called.mean())
        assert column(found, "Images")[sex] == str(rows.sum())
        assert column(found, "Patients")[sex] == str(len(set(MADE.patients[rows])))


def test_the_last_row_is_of_all_images(result):
    last = parts_table(result, result["columns"]["sex"]).rows[-1]
    assert last[:3] == ["all images", "240", "120"]
    assert last[3].value == pytest.approx((MADE.predicted == MADE.labels).mean())


def test_a_subgroup_too_small_has_dashes_and_no_zero(result):
    found = parts_table(result, result["columns"]["skin_tone"])
    row = next(row for row in found.rows if row[0] == "VI")
    assert row[1:3] == ["6", "3"]
    assert [(cell.text, cell.value, cell.interval) for cell in row[3:]] == [("–", None, "")] * 7
    assert "A dash: too few to give a number" in found.note


def test_images_without_a_record_are_called_so(result):
    names = [row[0] for row in shown(parts_table(result, result["columns"]["skin_tone"]))]
    assert names == ["I", "II", "V", "VI", "not recorded", "all images"]
    assert shown_name("I") == "I"


def test_without_something_to_find_there_are_f1_and_auroc_instead():
    undirected = audited(MADE, positive=False, sex=MADE.sex)
    found = parts_table(undirected, undirected["columns"]["sex"])
    assert list(found.columns)[3:] == ["Accuracy", "Balanced accuracy", "F1, macro", "AUROC"]
    part = undirected["columns"]["sex"]["parts"]["female"]["metrics"]
    assert column(found, "F1, macro")["female"].value == part["macro_f1"]["value"]
    assert column(found, "AUROC")["all images"].text == ""


def test_ungrouped_images_are_units(result):
    found = parts_table(result | {"grouping": "none"}, result["columns"]["sex"])
    assert list(found.columns)[2] == "Units"


def test_gaps_show_both_kinds_with_their_own_p_values(result):
    record = result["columns"]["skin_tone"]
    found = gap_table(result, record)
    for rate, row in zip(record["gaps"]["crude"], found.rows, strict=True):
        crude = record["gaps"]["crude"][rate]
        assert row[1].value == crude["difference"]["value"]
        assert row[2].value == crude["ratio"]["value"]
        assert row[4:7] == [p_text(crude[key]) for key in ("p", "p_holm", "p_bh")]
        even = record["gaps"]["standardised"].get(rate)
        assert row[7].value == (even["difference"]["value"] if even else None)
        assert row[8] == (p_text(even["p"]) if even else "–")
    assert f"Corrected for {result['n_tests']} tests." in found.note


def test_an_area_has_no_gap_with_equal_diagnoses(result):
    record = result["columns"]["sex"]
    row = next(r for r in gap_table(result, record).rows if r[0] == "AUROC")
    assert "auroc" not in record["gaps"]["standardised"]
    assert (row[7].text, row[8], row[9]) == ("–", "–", "–")


def test_a_signed_error_has_a_dash_for_its_ratio_and_a_choice_no_worst(result):
    rows = {row[0]: row for row in gap_table(result, result["columns"]["sex"]).rows}
    assert (rows["Overconfidence"][2].text, rows["Overconfidence"][2].value) == ("–", None)
    assert rows["Share called positive"][3] == "–"


def test_the_mix_that_was_made_equal_is_said_with_what_it_covers(result):
    record = result["columns"]["sex"]
    note = gap_table(result, record).note
    for name, share in record["class_mix"]["standard_mix"].items():
        assert f"{name} {share:.0%}" in note
    assert f"these are {record['class_mix']['covered']:.0%} of the images compared" in note


def test_subgroups_without_common_diagnoses_cannot_be_made_equal():
    split = np.where(MADE.labels < 2, "benign", "malign")
    alone = audited(MADE, side=split)
    found = gap_table(alone, alone["columns"]["side"])
    assert "the subgroups share fewer than two diagnoses" in found.note
    assert {row[7].text for row in found.rows} == {"–"}


def test_criteria_are_those_of_fairlearn(result):
    found = criteria_table(result["columns"]["sex"])
    about = {"sensitive_features": MADE.sex}
    difference = column(found, "Difference")
    assert difference["Demographic parity"].value == pytest.approx(
        demographic_parity_difference(MADE.cancer, MADE.called, **about)
    )
    assert difference["Equalised odds"].value == pytest.approx(
        equalized_odds_difference(MADE.cancer, MADE.called, **about)
    )
    assert [row[0] for row in found.rows] == [
        "Demographic parity", "Equal opportunity", "Equalised odds", "Predictive parity"
    ]  # fmt: skip


def test_a_criterion_of_one_rate_repeats_the_test_of_that_rate(result):
    record = result["columns"]["sex"]
    rows = {row[0]: row for row in gap_table(result, record).rows}
    of_criterion = {row[0]: row for row in criteria_table(record).rows}
    assert of_criterion["Equal opportunity"][4:] == rows["Sensitivity"][4:6]
    assert of_criterion["Predictive parity"][4:] == rows["Positive predictive value"][4:6]


def test_calibration_stands_beside_what_chance_alone_shows(result):
    record = result["columns"]["skin_tone"]
    found = calibration_table(record)
    by_chance = column(found, "ECE by chance alone")
    assert by_chance["II"] == f"{record['parts']['II']['ece_by_chance']:.3f}"
    assert by_chance["VI"] == "–"
    inside = record["parts"]["II"]["rates"]["overconfidence"]
    assert column(found, "Overconfidence")["II"].value == inside["value"]
    assert column(found, "ECE")["VI"] == Cell("–")


def test_overconfidence_is_confidence_minus_accuracy(result):
    cell = column(calibration_table(result["columns"]["sex"]), "Overconfidence")["male"]
    rows = MADE.sex == "male"
    right = (MADE.predicted == MADE.labels)[rows].mean()
    assert cell.value == pytest.approx(MADE.probs[rows].max(axis=1).mean() - right)
    large = column(calibration_table(result["columns"]["sex"]), "Calibration in the large")["male"]
    assert large.value == pytest.approx(MADE.score[rows].mean() - MADE.cancer[rows].mean())


def test_diagnoses_are_counted_in_every_subgroup(result):
    found = mix_table(result, result["columns"]["sex"])
    female = MADE.sex == "female"
    melanoma = int((MADE.labels[female] == 2).sum())
    assert column(found, "melanoma")["female"] == f"{melanoma} ({melanoma / female.sum():.0%})"
    mix = result["columns"]["sex"]["class_mix"]
    assert f"Cramér's V {mix['cramers_v']:.2f}, p {p_text(mix['p'])}" in found.note


def test_of_many_diagnoses_the_most_frequent_are_shown():
    classes = [f"d{k}" for k in range(MOST_CLASSES + 3)]
    counts = {name: k for k, name in enumerate(classes)}
    mix = {"counts": {"a": counts, "b": dict.fromkeys(classes, 0)}, "cramers_v": None, "p": None}
    found = mix_table({"classes": classes, "per_class": counts}, {"class_mix": mix})
    assert list(found.columns)[1:] == classes[:2:-1]
    assert shown(found)[1] == ["b"] + ["0"] * MOST_CLASSES
    assert "Cramér's V –, p –." in found.note


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "–"), (0.0, "< 0.001"), (0.0009, "< 0.001"), (0.05, "0.050"), (1.0, "1.000")],
)
def test_p_values_as_text(value, said):
    assert p_text(value) == said
