"""The page of calibration, from an invented result alone."""

from __future__ import annotations

from cutis.report.analysis.calibration import document, reliability_picture
from cutis.report.document import Table
from cutis.report.source import RunData
from cutis.stats.calibration_summary import calibration_change, calibration_summary
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.recalibrate import fit_temperature
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
