"""The section on abstaining and acting of every report of diagnoses."""

from __future__ import annotations

import copy

import pytest

from cutis.report import build_report
from cutis.report.sections.acting import acting_section
from cutis.report.source import RunData, read_run_data
from tests.report.fake_run import make_run


def test_the_section_shows_the_metrics(run):
    section = acting_section(run)
    selective = run.metrics["selective"]
    assert [row["value"] for row in section["rows"]] == [
        point["accuracy"]["value"] for point in selective["answered"]
    ]
    assert section["rows"][-1]["coverage"] == "100%"
    assert section["aurc"] == selective["metrics"]["aurc"]["value"]
    kept = next(p for p in selective["answered"] if p["coverage"] == 0.8)["kept"]
    least = min(kept, key=lambda name: kept[name]["value"])
    assert f"labelled {least}, less than of any other" in section["least"]
    assert section["decision"] is None


def test_two_classes_get_a_decision_curve(tmp_path):
    folder = make_run(tmp_path / "run", n=120, classes=("benign", "malignant"), thumbs=False)
    build_report(folder)
    html = (folder / "report.html").read_text()
    assert "Decision curve of malignant" in html
    assert (folder / "figures" / "decision.svg").exists()
    section = acting_section(read_run_data(folder))
    assert section["positive"] == "malignant"


@pytest.mark.parametrize(
    ("runs", "said"),
    [([], "At no threshold"), ([[0.1, 0.3], [0.5, 0.5]], "thresholds of 10% to 30%, 50%.")],
)
def test_where_acting_is_useful_is_said(tmp_path, runs, said):
    folder = make_run(tmp_path / "run", n=60, classes=("benign", "malignant"), thumbs=False)
    run = read_run_data(folder)
    run.metrics["decision"]["useful"] = runs
    assert said in acting_section(run)["useful"]


def test_runs_made_before_have_no_such_section(tmp_path):
    folder = make_run(tmp_path / "run", n=60, thumbs=False)
    run = read_run_data(folder)
    del run.metrics["selective"]
    import json

    (folder / "metrics.json").write_text(json.dumps(run.metrics))
    assert acting_section(run) is None
    assert acting_section(RunData(record={})) is None
    build_report(folder)
    assert 'id="acting"' not in (folder / "report.html").read_text()


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A run of two classes, read."""
    folder = make_run(tmp_path_factory.mktemp("acting") / "run", n=60, n_bootstrap=100,
                      classes=("benign", "malignant"), thumbs=False)  # fmt: skip
    return read_run_data(folder)


def changed(run, **parts) -> RunData:
    """The run with other parts of its metrics."""
    return RunData(record=run.record, metrics={**copy.deepcopy(run.metrics), **parts})


def test_an_undefined_risk_is_no_section(two):
    selective = copy.deepcopy(two.metrics["selective"])
    selective["metrics"]["risk"]["value"] = None
    assert acting_section(changed(two, selective=selective)) is None


def test_an_undefined_benefit_is_no_picture(two):
    decision = copy.deepcopy(two.metrics["decision"])
    decision["points"][0]["net_benefit"]["value"] = None
    section = acting_section(changed(two, decision=decision))
    assert section["decision"] is None
    assert section["useful"] is None
    assert section["rows"]


def test_the_level_of_the_run_is_the_one_that_is_said(two):
    assert "with 90% confidence" in acting_section(changed(two, confidence=0.9))["useful"].lower()


def test_classes_that_are_kept_alike_name_nobody_when_none_is_known(two):
    selective = copy.deepcopy(two.metrics["selective"])
    for point in selective["answered"]:
        point["kept"] = {}
    assert acting_section(changed(two, selective=selective))["least"] == ""


def test_thresholds_fall_as_more_is_answered(two):
    rows = acting_section(two)["rows"]
    bounds = [float(row["threshold"]) for row in rows]
    counts = [int(row["n"]) for row in rows]
    assert bounds == sorted(bounds, reverse=True)
    assert counts == sorted(counts)
