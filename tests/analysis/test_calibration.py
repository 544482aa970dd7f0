"""``cutis stats calibration``: numbers, repair, refusals, files and page."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis import cli
from cutis.analysis.calibration import StatsCalibrationConfig, stats_calibration
from cutis.errors import CutisError
from cutis.predictions import read_predictions
from cutis.stats.calibration import brier_score
from cutis.stats.recalibrate import fit_temperature
from tests.analysis import held_out


@pytest.fixture
def path(tmp_path):
    return held_out.write(tmp_path / "all.parquet")


def run(path, out, **more):
    more = {"n_bootstrap": 100} | more
    return stats_calibration(StatsCalibrationConfig(predictions=path, output=out, **more))


def test_without_a_fit_it_only_measures(path, tmp_path):
    out = run(path, tmp_path / "run")
    everything = read_predictions(path)
    brier = brier_score(everything.labels_n, everything.probs_nc)[0]
    assert out.result["before"]["metrics"]["brier"]["value"] == pytest.approx(brier)
    assert out.result["after"] is None
    assert not (tmp_path / "run" / "predictions.parquet").exists()
    assert "ECE, equal width" in out.render()
    html = (tmp_path / "run" / "report.html").read_text()
    assert "over-confident" in html
    assert html.count("<svg") >= 2


def test_a_repair_is_fitted_on_one_split_and_judged_on_the_other(path, tmp_path):
    out = run(path, tmp_path / "run", fit="val")
    given = read_predictions(path)
    of_fit = (given.table["split"] == "val").to_numpy()
    expected = fit_temperature(given.labels_n[of_fit], given.probs_nc[of_fit])
    record = json.loads((tmp_path / "run" / "recalibration.json").read_text())
    assert record["parameters"]["temperature"] == pytest.approx(expected.temperature)
    assert record == out.result["recalibration"]
    assert record["n_fit"] == of_fit.sum()
    repaired = read_predictions(tmp_path / "run")
    assert repaired.table["id"].tolist() == given.table["id"][~of_fit].tolist()
    assert repaired.probs_nc == pytest.approx(expected.apply(given.probs_nc[~of_fit]))
    assert repaired.groups_n.tolist() == given.groups_n[~of_fit].tolist()
    assert repaired.table["sex"].tolist() == given.table["sex"][~of_fit].tolist()
    assert repaired.provenance["recalibration"]["method"] == "temperature"
    change = out.result["change"]["nll"]
    before, after = out.result["before"]["metrics"], out.result["after"]["metrics"]
    assert change["value"] == pytest.approx(after["nll"]["value"] - before["nll"]["value"])
    assert change["high"] < 0
    assert "temperature" in out.render()
    assert "The repair" in (tmp_path / "run" / "report.html").read_text()


@pytest.mark.parametrize("method", ["vector", "isotonic"])
def test_other_repairs_come_with_their_parameters(path, tmp_path, method):
    out = run(path, tmp_path / "run", fit="val", method=method)
    assert set(out.result["recalibration"]["parameters"]) <= {"factors", "shifts", "stairs"}
    assert np.allclose(read_predictions(tmp_path / "run").probs_nc.sum(axis=1), 1)
    assert out.result["after"]["metrics"]["ece"]["value"] is not None


def test_the_repaired_predictions_are_read_by_the_other_verbs(path, tmp_path):
    run(path, tmp_path / "run", fit="val", group_column="lesion_id")
    again = run(tmp_path / "run", tmp_path / "again")
    assert (again.result["grouping"], again.result["n_groups"]) == ("lesion_id", 60)
    assert again.result["n"] == 120


def test_a_class_without_validation_cases_needs_a_temperature(path, tmp_path):
    table = read_predictions(path)
    keep = ~((table.table["split"] == "val") & (table.table["label"] == "melanoma"))
    from dataclasses import replace

    from cutis.predictions import write_predictions

    write_predictions(path, replace(table, table=table.table[keep].reset_index(drop=True)))
    with pytest.raises(CutisError, match=r"Without a case: melanoma.*--method temperature"):
        run(path, tmp_path / "run", fit="val", method="isotonic")
    assert run(path, tmp_path / "other", fit="val").result["after"] is not None


def test_fitting_on_the_judged_images_is_refused(path, tmp_path):
    with pytest.raises(CutisError, match="are also to be judged on"):
        run(path, tmp_path / "run", fit=str(path))


def test_files_without_groups_say_that_leaks_were_not_checked(tmp_path):
    path = held_out.write(tmp_path / "all.parquet", groups=False)
    notes = run(path, tmp_path / "run", fit="val").result["notes"]
    assert any("could not be checked" in note for note in notes)


def test_on_the_command_line(path, tmp_path, capsys):
    words = ["stats", "calibration", str(path), "--fit", "val", "-o", str(tmp_path / "run")]
    assert cli.run([*words, "--n-bootstrap", "100"]) == 0
    assert "fitted on 120 images (split val)" in capsys.readouterr().out
    assert cli.run([*words, "--n-bootstrap", "100"]) == 0
    assert "finished before" in capsys.readouterr().out
    assert cli.run(["report", str(tmp_path / "run")]) == 0
    assert cli.run([*words[:3], "--fit", "valid", "-o", str(tmp_path / "b")]) == 2
    assert "neither a file nor a split" in capsys.readouterr().err
