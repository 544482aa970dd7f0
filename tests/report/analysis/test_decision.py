"""The page of a decision curve."""

from __future__ import annotations

import pytest

from cutis.report.analysis.decision import document, useful_sentence
from cutis.report.document import Paragraph, Table
from cutis.report.source import RunData
from cutis.stats.clusters import make_clusters
from cutis.stats.decision_summary import decision_summary
from cutis.stats.estimate import Settings
from tests.report.analysis.pages import parsed
from tests.stats.samples import make

MADE = make(n=120, c=2, skill=2.0)


def result(**more):
    summary = decision_summary(
        MADE.labels == 1, MADE.probs[:, 1], make_clusters(MADE.groups, 120), Settings(100),
        [0.05, 0.1, 0.2],
    )  # fmt: skip
    facts = {
        "source": "a.parquet", "n": 120, "n_groups": 60, "grouping": "none",
        "classes": MADE.classes, "notes": [], "confidence": 0.95, "n_bootstrap": 100,
        "positive": "melanoma", "share": 0.5, "at": [0.1, 0.2],
    }  # fmt: skip
    return facts | summary.to_json() | more


def blocks(found, kind):
    return [b for s in found.sections for b in s.blocks if isinstance(b, kind)]


def test_the_table_has_the_chosen_thresholds():
    content = result()
    (table,) = blocks(document(RunData(record={}, result=content)), Table)
    assert [row[0] for row in table.rows] == ["10 %", "20 %"]
    for row, point in zip(table.rows, content["points"][1:], strict=True):
        shown = [cell.value for cell in row[1:]]
        names = ("net_benefit", "treat_all", "gain", "standardised")
        assert shown == [point[name]["value"] for name in names]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "state the share with --prevalence"),
        ({"prevalence": 0.02}, "Reckoned for a share of 2 %"),
        ({"share": 0.05}, None),
    ],
)
def test_the_share_of_positives_is_a_caution(more, said):
    found = document(RunData(record={}, result=result(**more)))
    strong = [block.text for block in blocks(found, Paragraph) if block.strong]
    assert len(strong) == (said is not None)
    assert said is None or said in strong[0]


@pytest.mark.parametrize(
    ("useful", "said"),
    [
        ([], "At no threshold was acting"),
        ([[0.05, 0.2]], "at thresholds of 5% to 20%. This is pointwise"),
        ([[0.1, 0.1], [0.3, 0.4]], "at thresholds of 10%, 30% to 40%."),
    ],
)
def test_where_it_is_worth_acting_is_said(useful, said):
    assert said in useful_sentence(result(useful=useful))


def test_an_undefined_gain_is_a_dash_and_the_class_is_escaped():
    content = result(positive="<b>mel</b>")
    for point in content["points"]:
        point["standardised"] = {"value": None, "low": None, "high": None}
    page = document(RunData(record={}, result=content))
    (table,) = blocks(page, Table)
    assert [row[4].text for row in table.rows] == ["–", "–"]
    html, tree = parsed(page)
    assert tree.problems == []
    assert "<b>mel" not in html
    assert "badly calibrated acts at the wrong places" in html
