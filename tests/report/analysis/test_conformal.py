"""The page of conformal sets."""

from __future__ import annotations

import pytest

from cutis.report.analysis.conformal import document
from cutis.report.document import Notes, Paragraph, Table
from cutis.report.source import RunData
from cutis.stats.clusters import make_clusters
from cutis.stats.conformal import calibrate, conformity, prediction_sets, set_outcome
from cutis.stats.estimate import Settings
from tests.report.analysis.pages import parsed
from tests.stats.samples import make

MADE = make(n=160, c=3)


def result(**more):
    scores = conformity("lac", MADE.probs)
    thresholds = calibrate(scores[:80], MADE.labels[:80], 0.1)
    sets = prediction_sets(scores[80:], thresholds.of_rows(80, 3))
    groups = MADE.groups[80:]
    outcome = set_outcome(
        MADE.labels[80:], sets, MADE.classes, make_clusters(groups, 80), Settings(100)
    )
    facts = {
        "source": "a.parquet", "n": 80, "n_groups": 40, "grouping": "lesion_id",
        "classes": MADE.classes, "per_class": dict.fromkeys(MADE.classes, 27), "notes": [],
        "confidence": 0.95, "n_bootstrap": 100, "alpha": 0.1, "method": "lac", "per": "all",
        "randomised": False, "filled": False, "calibrated_on": "split val", "n_calibration": 80,
        "expected_range": [0.83, 0.95], "thresholds": thresholds.to_json(),
    }  # fmt: skip
    return facts | outcome.to_json() | more


def page(**more):
    return document(RunData(record={}, result=result(**more)))


def blocks(found, kind):
    return [b for s in found.sections for b in s.blocks if isinstance(b, kind)]


def test_every_record_is_in_a_table():
    content = result()
    values = {
        cell.value
        for table in blocks(page(), Table)
        for row in table.rows
        for cell in row
        if not isinstance(cell, str)
    }
    for name in ("coverage", "mean_size", "singletons", "empty"):
        assert content[name]["value"] in values
    for kind in ("by_class", "by_size", "size_of_class"):
        assert {record["value"] for record in content[kind].values()} <= values
    assert content["thresholds"][0]["threshold"] in values


def test_the_sentence_says_promise_and_achievement():
    said = page().sentence
    assert said.startswith("Promised to hold the truth for 90 of 100 images")
    assert f"{100 * result()['coverage']['value']:.1f} of 100 (80 images of 40 lesions)" in said


@pytest.mark.parametrize(
    ("per", "note"), [("all", "may be broken for a rare"), ("class", "made to each diagnosis")]
)
def test_to_whom_the_promise_was_made_is_said(per, note):
    notes = [table.note for table in blocks(page(per=per), Table)]
    assert any(note in text for text in notes)


def test_the_luck_of_calibration_is_said_only_for_all_images():
    def luck(found):
        return [p for p in blocks(found, Paragraph) if "luck of drawing" in p.text]

    assert len(luck(page())) == 1
    assert luck(page(expected_range=None, per="class")) == []


def test_notes_are_warnings_and_groups_have_a_table():
    record = result()["coverage"]
    found = page(notes=["Mind."], per="sex", by_group={"female": record})
    assert [n.items for n in blocks(found, Notes) if n.warning] == [["Mind."]]
    assert "Coverage by sex" in [table.caption for table in blocks(found, Table)]


def test_a_class_without_calibration_has_no_threshold_and_a_remark():
    item = {"of": "<b>rare</b>", "n": 0, "threshold": None, "note": "full sets"}
    made = page(thresholds=[item], per="class", expected_range=None)
    table = blocks(made, Table)[-1]
    assert [c if isinstance(c, str) else c.text for c in table.rows[0]] == [
        "<b>rare</b>", "0", "–", "full sets"
    ]  # fmt: skip
    assert "<b>rare" not in parsed(made)[0]


@pytest.mark.parametrize(("randomised", "said"), [(True, True), (False, False)])
def test_chance_in_the_sets_is_said(randomised, said):
    text = blocks(page(method="aps", randomised=randomised), Paragraph)[0].text
    assert text.startswith("APS: classes from the top down")
    assert ("with a random number per image" in text) is said
