"""``cutis stats selective``."""

from __future__ import annotations

import numpy as np
import pytest

from cutis import cli
from cutis.analysis import selective
from cutis.analysis.selective import StatsSelectiveConfig, stats_selective
from cutis.errors import CutisError
from cutis.predictions import read_predictions
from tests.analysis import held_out


def run(path, out, **more):
    more = {"n_bootstrap": 100} | more
    return stats_selective(StatsSelectiveConfig(predictions=path, output=out, **more))


def test_accuracy_at_coverages_and_the_page(tmp_path):
    path = held_out.write(tmp_path / "all.parquet")
    out = run(path, tmp_path / "run", coverages="0.5,1", score="margin")
    given = read_predictions(path)
    ordered = np.sort(given.probs_nc, axis=1)
    first = np.argsort(-(ordered[:, -1] - ordered[:, -2]), kind="stable")[:120]
    right = given.probs_nc.argmax(axis=1) == given.labels_n
    half, everything = out.result["answered"]
    assert half["accuracy"]["value"] == pytest.approx(right[first].mean())
    assert everything["accuracy"]["value"] == pytest.approx(right.mean())
    assert out.result["metrics"]["risk"]["value"] == pytest.approx(1 - right.mean())
    lines = out.render()
    assert "least answered" in lines.split("answering 50 %")[1].splitlines()[0]
    assert "least answered" not in lines.split("answering 100 %")[1].splitlines()[0]
    html = (tmp_path / "run" / "report.html").read_text()
    assert "Risk-coverage curve" in html
    assert "Excess over the best order" in html


@pytest.mark.parametrize("coverages", ["0,1", "1.5", "-1"])
def test_impossible_coverages_are_refused(tmp_path, coverages):
    path = held_out.write(tmp_path / "all.parquet")
    with pytest.raises(CutisError, match=r"--coverages is .*above 0 and at most 1"):
        run(path, tmp_path / "run", coverages=coverages)
    with pytest.raises(CutisError, match="not a list of numbers"):
        run(path, tmp_path / "other", coverages="most")


def test_on_the_command_line(published, tmp_path, capsys):
    words = ["stats", "selective", str(published()), "--classes", "a,b,c", "-o"]
    assert cli.run([*words, str(tmp_path / "run"), "--n-bootstrap", "100"]) == 0
    assert "intervals are too narrow" in capsys.readouterr().out


def answered(coverage: float, **kept) -> dict:
    def record(value):
        return {"value": value, "low": None, "high": None}

    return {
        "coverage": coverage, "accuracy": record(0.75),
        "kept": {name: record(value) for name, value in kept.items()},
    }  # fmt: skip


def test_who_is_answered_least_is_named_unless_all_are():
    undefined = {"value": None, "low": None, "high": None}
    result = {
        "n": 8, "n_groups": 8, "grouping": "none", "classes": ["a", "b", "c"], "notes": ["Mind."],
        "metrics": {"aurc": undefined, "excess_aurc": undefined},
        "answered": [answered(0.5, a=0.9, b=0.1, c=None), answered(1.0, a=1.0, b=1.0, c=None)],
    }  # fmt: skip
    lines = selective.summary_lines(result)
    assert "answering 50 %: accuracy 0.750, least answered: b (10 %)" in lines[3]
    assert lines[4] == "  answering 100 %: accuracy 0.750"
    assert lines[1].endswith("undefined")
    assert lines[-1] == "  Note: Mind."
