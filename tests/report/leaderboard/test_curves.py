"""Learning curves of several models on one page."""

from __future__ import annotations

import pytest

from cutis.report.leaderboard import write_leaderboard
from cutis.report.leaderboard.board import make_board
from cutis.report.leaderboard.curves import learning_curves
from cutis.report.leaderboard.entries import read_entry
from tests.report.fake_run import write
from tests.report.leaderboard.grid import make_grid
from tests.report.page import Page


def curve(*values: float | None) -> dict:
    entries = [
        {
            "fraction": fraction, "shots": None, "n_train": 1000 * fraction,
            "metrics": {"balanced_accuracy": {
                "value": value, "low": None, "high": None, "n": 40,
                "seeds": {"sd": 0.02, "min": 0.1, "max": 0.2, "mean": 0.15},
            }},
        }
        for fraction, value in zip((0.1, 1.0), values, strict=False)
    ]  # fmt: skip
    return {"format": "cutis.probe/1", "curve": entries, "points": [{}]}


@pytest.fixture
def runs(tmp_path):
    found = make_grid(tmp_path / "runs", models=3, sets=1)
    facts = {"label": "linear probe (standard)", "training": "all training rows"}
    for run, values in zip(found, ((0.31, 0.52), (0.42, 0.63), (None,)), strict=True):
        import json

        record = json.loads((run / "run.json").read_text()) | {"verb": "probe", "probe": facts}
        write(run / "run.json", record)
        write(run / "probe.json", curve(*values))
    return found


def test_every_value_of_every_model_is_on_the_page(runs, tmp_path):
    page = Page(write_leaderboard(runs, tmp_path / "board").read_text())
    assert page.problems == []
    shown = {float(tag.attributes["value"]) for tag in page.all("data", section="curves")}
    assert shown == {0.31, 0.52, 0.42, 0.63}
    assert [tag.attributes["href"] for tag in page.all("a") if "nav" in tag.inside][2] == "#curves"
    ids = [tag.attributes["id"] for tag in page.all("h3") if "id" in tag.attributes]
    assert all(" " not in name and "(" not in name for name in ids)


def test_a_missing_amount_is_a_gap_and_not_a_zero(runs):
    (found,) = learning_curves(make_board([read_entry(run) for run in runs]))
    assert found["sizes"] == ["10 %", "100 %"]
    assert found["verb"] == "linear probe (standard), all training rows"
    by_model = {row["model"]: [cell["value"] for cell in row["cells"]] for row in found["rows"]}
    assert by_model["Model2"] == [None, None]
    assert "not defined" not in found["picture"]


def test_runs_without_a_curve_have_no_such_section(tmp_path):
    runs = make_grid(tmp_path / "runs", models=2, sets=1)
    assert "Learning curves" not in write_leaderboard(runs, tmp_path / "board").read_text()
