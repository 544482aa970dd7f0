"""Operating points on the page: each number is what its threshold does to the images."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, roc_auc_score, roc_curve

from cutis.report.analysis.operating import operating_table, rule_words, threshold_words
from cutis.report.document import Paragraph
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.operating_block import operating_block, wishes_for
from tests.report.analysis.pages import shown
from tests.stats.samples import make

MADE = make(n=120, c=2, skill=1.5)
TRUE, SCORE = MADE.labels == 1, MADE.probs[:, 1]


def block(**more) -> dict:
    settings = {"wishes": wishes_for([0.9], [0.8]), "prevalence": None, "max_fpr": 0.2} | more
    found = operating_block(
        MADE.labels, MADE.probs, ["nevus", "melanoma"], make_clusters(None, 120), Settings(100),
        [1], **settings,
    )  # fmt: skip
    return found["melanoma"]


@pytest.fixture(scope="module")
def record() -> dict:
    return block()


def test_each_row_is_what_its_threshold_does(record):
    found = operating_table("melanoma", record)
    for row, point in zip(found.rows, record["points"], strict=True):
        least = 0.5 if point["threshold"] is None else point["threshold"]
        tn, fp, fn, tp = confusion_matrix(TRUE, least <= SCORE).ravel()
        expected = [tp / (tp + fn), tn / (tn + fp), tp / (tp + fp), tn / (tn + fn)]
        assert [cell.value for cell in row[2:]] == pytest.approx(expected)


def test_targets_are_met_and_named(record):
    rows = {row[0]: row for row in operating_table("melanoma", record).rows}
    assert rows["specificity at least 0.9"][3].value >= 0.9
    assert rows["sensitivity at least 0.8"][2].value >= 0.8
    best = rows["largest sum of both (Youden)"]
    false_rate, true_rate, _ = roc_curve(TRUE, SCORE, drop_intermediate=False)
    sums = true_rate - false_rate
    assert best[2].value + best[3].value - 1 == pytest.approx(max(sums))


def test_the_models_own_answer_has_no_threshold(record):
    (row,) = [
        r for r in shown(operating_table("melanoma", record)) if r[0] == "as the model answers"
    ]
    assert row[1] == "–"


def test_the_partial_area_is_that_of_scikit_learn_and_is_said_to_be_optimistic(record):
    found = operating_table("melanoma", record)
    area = roc_auc_score(TRUE, SCORE, max_fpr=0.2)
    assert f"up to a false-positive rate of 0.2, standardised (0.5 is chance): {area:.3f}" in (
        found.note
    )
    assert "chosen on these same images" in found.note
    assert found.caption == (
        f"melanoma ({TRUE.sum()}) against the rest ({(~TRUE).sum()}); predictive values for the "
        "images"
    )


def test_predictive_values_at_a_stated_share_follow_bayes():
    found = operating_table("melanoma", block(prevalence=0.02))
    assert "a stated prevalence of 2%" in found.caption
    for row in found.rows:
        sensitivity, specificity, ppv, npv = (cell.value for cell in row[2:])
        caught, alarms = 0.02 * sensitivity, 0.98 * (1 - specificity)
        if caught + alarms:
            assert ppv == pytest.approx(caught / (caught + alarms))
        assert npv == pytest.approx(
            0.98 * specificity / (0.98 * specificity + 0.02 * (1 - sensitivity))
        )


def test_a_class_without_images_gets_a_sentence_with_the_reason():
    said = operating_table("melanoma", {"points": None, "note": "no image is labelled melanoma"})
    assert said == Paragraph("melanoma: no operating points, for no image is labelled melanoma.")
    assert operating_table("x", {}).text == "x: no operating points, for none exist."


def test_without_an_interval_the_note_has_no_empty_brackets(record):
    bare = record | {"partial_auroc": {"value": None, "low": None, "high": None, "max_fpr": 0.1}}
    assert "(0.5 is chance): –. Thresholds" in operating_table("melanoma", bare).note


def test_an_unknown_rule_is_shown_as_it_is():
    assert rule_words({"rule": "by hand"}) == "by hand"
    assert threshold_words({"rule": "by hand", "threshold": None}) == "above all"
    assert threshold_words({"rule": "youden", "threshold": np.float64(1e-6)}) == "1e-06"
