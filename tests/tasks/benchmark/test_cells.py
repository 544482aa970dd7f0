"""A run as a cell of a leaderboard: which number, on which cases, at which share."""

from __future__ import annotations

import json

import pytest

from cutis.errors import CutisError
from cutis.files import write_json
from cutis.predictions import write_predictions
from cutis.stats import evaluate
from cutis.tasks.benchmark.cells import read_cell
from tests.tasks.benchmark.fake_runs import invented, suite_of, write_run


def column_of(metric: str = "accuracy", **entry):
    """The last column of a suite of one entry."""
    return suite_of({"data": "ph2", "metric": metric, **entry}).columns()[-1]


@pytest.fixture
def run(tmp_path):
    """A finished zero-shot run of ninety cases."""
    return write_run(tmp_path / "run", invented(0, 0.6), "make", "ph2")


def change(path, **facts) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def test_a_cell_has_the_runs_number_and_its_cases(run):
    cell = read_cell(run, column_of())
    metrics = json.loads((run / "metrics.json").read_text())["metrics"]
    assert cell.record == metrics["accuracy"] | cell.record
    assert cell.value == metrics["accuracy"]["value"]
    assert cell.scored.values()[0] == pytest.approx(cell.value)
    assert (len(cell.scored.ids), cell.note, cell.without_overlap) == (90, "", None)


def test_cases_that_do_not_give_the_runs_number_are_not_resampled(run):
    metrics = json.loads((run / "metrics.json").read_text())
    metrics["metrics"]["accuracy"]["value"] += 1e-3
    write_json(run / "metrics.json", metrics)
    assert read_cell(run, column_of()).scored is None


def test_a_run_that_lost_its_predictions_keeps_its_number(run):
    before = read_cell(run, column_of()).value
    (run / "predictions.parquet").unlink()
    cell = read_cell(run, column_of())
    assert (cell.value, cell.scored) == (before, None)


def test_a_metric_the_run_lacks_is_undefined(run):
    metrics = json.loads((run / "metrics.json").read_text())
    del metrics["metrics"]["kappa"]
    write_json(run / "metrics.json", metrics)
    cell = read_cell(run, column_of("kappa"))
    assert (cell.value, cell.scored) == (None, None)
    assert cell.record == {"value": None, "low": None, "high": None}


def test_a_remark_of_the_metric_is_that_of_the_cell(run):
    metrics = json.loads((run / "metrics.json").read_text())
    metrics["metrics"]["auroc"]["note"] = "averaged over two classes"
    write_json(run / "metrics.json", metrics)
    assert read_cell(run, column_of("auroc")).note == "averaged over two classes"


def test_an_unfinished_run_is_refused(run):
    (run / "run.json").unlink()
    with pytest.raises(CutisError, match="no finished run"):
        read_cell(run, column_of())


@pytest.fixture
def probe(run):
    """A probe of two shares: the smaller answers worse, over three seeds."""
    few, many = invented(0, 0.2, model_seed=3), invented(0, 0.6)
    points, curve = [], []
    for fraction, found in ((1.0, many), (0.1, few)):
        name = f"fraction-{fraction:g}-seed-0"
        write_predictions(run / "points" / f"{name}.parquet", found)
        records = evaluate(found.labels_n, found.probs_nc, found.classes,
                           n_bootstrap=100).to_json()["metrics"]  # fmt: skip
        point = {"name": name, "fraction": fraction, "seed": 0,
                 "metrics": {k: r["value"] for k, r in records.items()},
                 "published": {"lin_auroc": 0.75, "lin_kappa": None}}  # fmt: skip
        seeds = {"sd": 0.0123, "n_seeds": 3}
        shown = {"accuracy": records["accuracy"] | {"seeds": seeds}}
        points.append(point)
        curve.append({"fraction": fraction, "metrics": shown})
    write_json(run / "probe.json", {"points": points, "curve": curve})
    return run


def shares(metric: str = "accuracy", *fractions: float):
    entry = {"data": "ph2", "metric": metric, "task": "probe",
             "fractions": list(fractions or (0.1, 1.0))}  # fmt: skip
    return suite_of(entry).columns()


def test_every_share_is_its_own_point(probe):
    few, many = (read_cell(probe, column) for column in shares())
    assert few.value < many.value
    for cell, skill in ((few, invented(0, 0.2, model_seed=3)), (many, invented(0, 0.6))):
        assert cell.value == (skill.probs_nc.argmax(axis=1) == skill.labels_n).mean()
        assert cell.scored.values()[0] == pytest.approx(cell.value)
        assert cell.note == "deviation over 3 draws of the training rows 0.012"


def test_a_share_that_was_not_run_is_undefined_and_says_so(probe):
    (column,) = shares("accuracy", 0.3)
    cell = read_cell(probe, column)
    assert (cell.value, cell.scored) == (None, None)
    assert cell.note == "the run has no share of 0.3"


def test_metrics_without_an_interval_come_from_the_point(probe):
    cell = read_cell(probe, shares("kappa")[0])
    assert cell.value is not None
    assert cell.record["low"] is None
    assert cell.record["n"] == 90


def test_the_published_measures_have_names_of_their_own(probe):
    found = read_cell(probe, shares()[1]).metrics
    assert found["auroc_ovo"]["value"] == 0.75
    assert "quadratic_kappa" not in found
    assert found["auroc"]["value"] != 0.75


def test_without_shares_a_probe_is_its_run(probe):
    cell = read_cell(probe, column_of(task="probe"))
    assert cell.value == json.loads((probe / "metrics.json").read_text())["metrics"]["accuracy"][
        "value"
    ]  # fmt: skip


def test_overlap_is_known_of_the_largest_share_only(probe):
    clean = {"n_left": 61, "metrics": {"accuracy": {"value": 0.4, "low": 0.3, "high": 0.5}}}
    change(probe / "metrics.json", without_overlap=clean)
    few, many = (read_cell(probe, column) for column in shares())
    assert few.without_overlap is None
    assert many.without_overlap == {"value": 0.4, "low": 0.3, "high": 0.5, "n": 61}


@pytest.mark.parametrize(
    "part", [None, {"metrics": None}, {"metrics": {"accuracy": {"value": None}}}, "damaged",
             {"n_left": 3, "metrics": {"auroc": {"value": 0.5}}}],
)  # fmt: skip
def test_overlap_without_a_number_is_none(run, part):
    change(run / "metrics.json", without_overlap=part)
    assert read_cell(run, column_of()).without_overlap is None


def test_undefined_is_no_zero(run):
    metrics = json.loads((run / "metrics.json").read_text())
    metrics["metrics"]["auroc"] |= {"value": None, "low": None, "high": None}
    write_json(run / "metrics.json", metrics)
    cell = read_cell(run, column_of("auroc"))
    assert (cell.value, cell.scored) == (None, None)
