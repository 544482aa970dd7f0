"""A probe on the terminal: its curve, and what it would do."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from cutis.tasks.probe.summary import curve_lines, dry_run_lines
from tests.tasks.probe.hand import hand_task


def entry(name: str, n: float, value: float | None, sd: float | None) -> dict:
    seeds = {"mean": value, "sd": sd, "n_seeds": 1 if sd is None else 3}
    between = (None, None) if value is None else (value - 0.1, value + 0.1)
    record = {"value": value, "low": between[0], "high": between[1], "seeds": seeds}
    return {"size_name": name, "n_train": n, "metrics": {"balanced_accuracy": record}}


def record(n_points: int, *curve: dict) -> dict:
    return {"label": "linear probe", "training": "all rows", "points": [{}] * n_points,
            "curve": list(curve)}  # fmt: skip


def test_one_point_is_one_line():
    assert curve_lines(record(1, entry("fraction-1", 9, 0.5, None))) == ["linear probe, all rows."]


def test_every_amount_has_its_interval_and_its_seeds_apart():
    few, many = entry("fraction-0.1", 12.4, 0.5, 0.0125), entry("fraction-1", 124, 0.75, None)
    _, first, second = curve_lines(record(4, few, many))
    assert first.startswith("  fraction-0.1 ")
    assert "0.500 (0.400 to 0.600); over 3 seeds 0.500, SD 0.013" in first
    assert " n 12 " in first
    assert "seeds" not in second
    assert second.endswith("0.750 (0.650 to 0.850)")


def test_what_is_not_defined_is_said():
    assert curve_lines(record(2, entry("shots-1", 3, None, None)))[1].endswith("undefined")


@pytest.fixture
def planned(monkeypatch) -> list[int]:
    """Numbers of rows whose features were asked after."""
    seen: list[int] = []

    def plan(dataset, model, cache):
        seen.append(len(dataset))
        return SimpleNamespace(render=lambda: f"{len(dataset)} to compute")

    monkeypatch.setattr("cutis.features.plan", plan)
    return seen


def test_a_plan_counts_rows_points_and_features(settings, planned):
    config = settings(fractions=(0.5, 1.0), seeds=2)
    task, _ = hand_task(config)
    lines = dry_run_lines(config, task.full, task.partition, task.model, Path("cache"))
    assert lines[0] == "Dry run: nothing is written."
    assert "Rows: 48 in the table; 18 to learn from, 18 to choose by, 12 to test on." in lines
    names = [f"fraction-{f}-seed-{s}" for f in ("1", "0.5") for s in (0, 1)]
    assert f"Points: {', '.join(names)}." in lines
    assert planned == [18, 18, 12]
    assert lines[-1].startswith("tested: ")


def test_a_plan_of_folds_counts_the_mean_and_one_store(settings, planned):
    config = settings(folds=4)
    task, _ = hand_task(config)
    lines = dry_run_lines(config, task.full, task.partition, task.model, Path("cache"))
    (rows,) = [line for line in lines if line.startswith("Rows:")]
    assert rows.endswith("36 to learn from, 0 to choose by, 12 to test on, in each of 4 folds.")
    assert planned == [48]
    assert any(line.startswith("Note: Every row was predicted out of fold") for line in lines)
