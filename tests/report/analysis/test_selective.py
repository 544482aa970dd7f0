"""The page of selective prediction."""

from __future__ import annotations

import pytest

from cutis.report.analysis.selective import accuracy_table, document
from cutis.report.document import Table
from cutis.report.source import RunData
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.selective_summary import selective_summary
from tests.report.analysis.pages import parsed
from tests.stats.samples import make

MADE = make(n=120, c=3)


def result(score="top"):
    summary = selective_summary(
        MADE.labels, MADE.probs, MADE.classes, make_clusters(MADE.groups, 120), Settings(100),
        [0.5, 0.8, 1.0], score,
    )  # fmt: skip
    facts = {
        "source": "a.parquet", "n": 120, "n_groups": 60, "grouping": "patient_id",
        "classes": MADE.classes, "per_class": dict.fromkeys(MADE.classes, 40), "notes": [],
        "confidence": 0.95, "n_bootstrap": 100,
    }  # fmt: skip
    return facts | summary.to_json()


def values(table):
    return [[c.value for c in row if not isinstance(c, str)] for row in table.rows]


def test_accuracies_stand_beside_their_coverage():
    content = result()
    table = accuracy_table(content)
    assert [row[0] for row in table.rows] == ["50 %", "80 %", "100 %"]
    assert [row[1] for row in table.rows] == ["60", "96", "120"]
    assert values(table) == [[p["threshold"], p["accuracy"]["value"]] for p in content["answered"]]


def test_who_is_answered_is_shown_for_every_diagnosis():
    content = result()
    found = document(RunData(record={}, result=content))
    kept = [b for s in found.sections for b in s.blocks if isinstance(b, Table)][-1]
    assert [row[0] for row in kept.rows] == MADE.classes
    assert values(kept) == [
        [p["kept"][name]["value"] for p in content["answered"]] for name in MADE.classes
    ]


@pytest.mark.parametrize(
    ("score", "words"), [("top", "top probability"), ("margin", "margin"), ("entropy", "entropy")]
)
def test_what_sure_means_is_said(score, words):
    found = document(RunData(record={}, result=result(score)))
    figure = found.sections[0].blocks[0]
    assert words in figure.caption
    assert "120 images of 60 patients" in found.sentence


def test_a_diagnosis_without_images_has_dashes_not_zeros():
    content = result()
    content["classes"] = [*content["classes"], "<i>rare</i>"]
    content["per_class"]["<i>rare</i>"] = 0
    for point in content["answered"]:
        point["kept"]["<i>rare</i>"] = {"value": None, "low": None, "high": None}
    page = document(RunData(record={}, result=content))
    row = page.sections[-1].blocks[0].rows[-1]
    assert [cell.text for cell in row[2:]] == ["–"] * 3
    assert "<i>rare" not in parsed(page)[0]


def test_the_sentence_is_about_the_coverage_nearest_to_eighty():
    content = result()
    content["answered"] = [p for p in content["answered"] if p["coverage"] != 0.8]
    right = {p["coverage"]: p["accuracy"]["value"] for p in content["answered"]}
    said = document(RunData(record={}, result=content)).sentence
    assert f"answering the surest 100 %, {100 * right[1.0]:.0f} %." in said
    everything = (MADE.predicted == MADE.labels).mean()
    assert f"Answering all of 120 images of 60 patients, {100 * everything:.0f} % are right" in said
