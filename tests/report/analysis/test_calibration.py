"""The page of calibration, from an invented result alone."""

from __future__ import annotations

import pytest

from cutis.report.analysis.calibration import document, reliability_picture
from cutis.report.document import Table
from cutis.report.source import RunData
from cutis.stats.calibration_summary import calibration_change, calibration_summary
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.recalibrate import fit_temperature
from tests.report.analysis.pages import parsed
from tests.stats.samples import make

MADE = make(n=150, c=3)


def result(repaired: bool) -> dict:
    clusters, settings = make_clusters(MADE.groups, 150), Settings(100)
    fitted = fit_temperature(MADE.labels, MADE.probs)

    def summary(probs):
        return calibration_summary(MADE.labels, probs, MADE.classes, clusters, settings)

    before, after = summary(MADE.probs), summary(fitted.apply(MADE.probs))
    change = calibration_change(before, after, clusters, settings)
    record = {
        "method": "temperature", "parameters": {"temperature": 1.5}, "n_fit": 90,
        "fitted_on": "split val", "note": "few cases",
    }  # fmt: skip
    return {
        "source": "a.parquet", "n": 150, "n_groups": clusters.n_groups, "grouping": "lesion_id",
        "classes": MADE.classes, "per_class": dict.fromkeys(MADE.classes, 50), "notes": ["Mind."],
        "confidence": 0.95, "n_bootstrap": 100, "before": before.to_json(),
        "after": after.to_json() if repaired else None,
        "change": {k: v.to_json() for k, v in change.items()} if repaired else None,
        "recalibration": record if repaired else None,
    }  # fmt: skip


def tables(page) -> list[Table]:
    return [b for s in page.sections for b in s.blocks if isinstance(b, Table)]


def test_every_number_is_in_a_table():
    content = result(repaired=True)
    page = document(RunData(record={}, result=content))
    assert [s.anchor for s in page.sections] == [
        "numbers", "repair", "reliability", "brier", "classes"
    ]  # fmt: skip
    values = {
        c.value for t in tables(page) for row in t.rows for c in row if not isinstance(c, str)
    }
    for part in (content["before"], content["after"]):
        for kind in ("metrics", "brier_parts", "per_class"):
            assert {record["value"] for record in part[kind].values()} <= values
    assert {record["value"] for record in content["change"].values()} <= values
    assert "After a temperature fitted on other images" in page.sentence


def test_without_a_repair_there_is_one_column():
    page = document(RunData(record={}, result=result(repaired=False)))
    assert [s.anchor for s in page.sections] == ["numbers", "reliability", "brier", "classes"]
    assert all(len(t.columns) == len(row) for t in tables(page) for row in t.rows)
    assert "After" not in page.sentence


def test_empty_bins_are_not_drawn():
    bins = result(repaired=False)["before"]["bins"]
    picture = reliability_picture(bins, "As stated")
    assert picture.body.count("<circle") == sum(item["n"] > 0 for item in bins)


@pytest.mark.parametrize(
    ("confidence", "accuracy", "said"),
    [
        (0.9, 0.7, "over-confident: stated 90 %, right 70 %"),
        (0.6, 0.7, "under-confident: stated 60 %, right 70 %"),
        (0.71, 0.7, "on average neither over- nor under-confident: stated 71 %"),
    ],
)
def test_the_tendency_is_that_of_the_numbers(confidence, accuracy, said):
    content = result(repaired=False)
    content["before"]["metrics"]["mean_confidence"]["value"] = confidence
    content["before"]["metrics"]["accuracy"]["value"] = accuracy
    assert said in document(RunData(record={}, result=content)).sentence


def test_undefined_measures_show_a_dash_and_names_are_escaped():
    content = result(repaired=True)
    name = "<b>scc</b>"
    undefined = {"value": None, "low": None, "high": None}
    content["classes"] = [*content["classes"], name]
    content["per_class"][name] = 0
    content["before"]["per_class"][name] = content["after"]["per_class"][name] = undefined
    page = document(RunData(record={}, result=content))
    (row,) = [r for t in tables(page) for r in t.rows if r[0] == name]
    assert [row[1], row[2].text, row[3].text] == ["0", "–", "–"]
    html, tree = parsed(page)
    assert tree.problems == []
    assert name not in html
