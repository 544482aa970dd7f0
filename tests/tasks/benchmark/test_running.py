"""Running a suite's cells: failures stop no other, and what is unlabelled is told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from cutis.errors import CutisError
from cutis.tasks.benchmark.locating import Located
from cutis.tasks.benchmark.running import plan_cells, run_cells
from tests.tasks.benchmark.fake_runs import suite_of

SUITE = suite_of({"data": "ph2", "metric": "accuracy"}, {"data": "ddi", "metric": "accuracy"})


@pytest.fixture
def plans(tmp_path):
    located = [Located(entry, tmp_path / f"{entry.name}.csv", None) for entry in SUITE.entries]
    return plan_cells(located, ["make", "monet"], tmp_path / "out", {"seed": 5})


def run_with(monkeypatch, outcome) -> None:
    """Let this function run every cell."""
    monkeypatch.setattr("cutis.tasks.benchmark.running.run_function", lambda task: outcome)


def finished(config, loader):
    return SimpleNamespace(metrics={}, render=lambda: "\n  90 images, 3 classes.\nmore")


def test_all_datasets_of_a_model_stand_in_a_row(plans):
    cells = [(plan.model, plan.located.entry.name) for plan in plans]
    assert cells == [("make", "ph2"), ("make", "ddi"), ("monet", "ph2"), ("monet", "ddi")]
    assert all(plan.config.seed == 5 for plan in plans)
    assert [plan.folder.parts[-2:] for plan in plans] == cells


def test_a_cell_is_finished_when_its_record_is_there(plans):
    assert not plans[0].is_finished
    plans[0].folder.mkdir(parents=True)
    assert not plans[0].is_finished
    (plans[0].folder / "run.json").write_text("{}")
    assert plans[0].is_finished


def test_every_cell_has_a_line(plans, monkeypatch, tmp_path):
    run_with(monkeypatch, finished)
    done = run_cells(plans, tmp_path / "out")
    assert done.lines[0] == "make on ph2 (zero-shot): 90 images, 3 classes"
    assert done.runs == {(p.model, p.located.entry.name): p.folder for p in plans}
    assert done.failures == ()


def test_a_failure_stops_no_other(plans, monkeypatch, tmp_path):
    def fails_once(config, loader):
        if config.model == "make" and "ph2" in str(config.data):
            raise CutisError("No such thing.", fix="do this")
        return finished(config, loader)

    run_with(monkeypatch, fails_once)
    done = run_cells(plans, tmp_path / "out")
    (failure,) = done.failures
    assert (failure.model, failure.data) == ("make", "ph2")
    assert "No such thing." in failure.reason
    assert done.lines[0].startswith("make on ph2 (zero-shot): failed, ")
    assert len(done.runs) == 3


def test_a_stop_by_hand_stops_everything(plans, monkeypatch, tmp_path):
    def stopped(config, loader):
        raise KeyboardInterrupt

    run_with(monkeypatch, stopped)
    with pytest.raises(KeyboardInterrupt):
        run_cells(plans, tmp_path / "out")


def test_a_table_without_labels_is_no_result(plans, monkeypatch, tmp_path):
    run_with(monkeypatch, lambda c, loader: SimpleNamespace(metrics=None, render=lambda: ""))
    done = run_cells(plans, tmp_path / "out")
    assert done.runs == {}
    assert len(done.failures) == 4
    assert done.failures[1].folder == Path(done.failures[1].folder).as_posix() == "make/ddi"
    assert all("no labels" in failure.reason for failure in done.failures)


def test_one_loader_serves_all_cells(plans, monkeypatch, tmp_path):
    seen = []

    def keep(config, loader):
        seen.append(loader)
        return finished(config, loader)

    run_with(monkeypatch, keep)
    run_cells(plans, tmp_path / "out")
    assert len({id(loader) for loader in seen}) == 1
    assert len(seen) == 4


def test_a_silent_run_is_done(plans, monkeypatch, tmp_path):
    run_with(monkeypatch, lambda c, loader: SimpleNamespace(metrics={}, render=lambda: " \n"))
    assert run_cells(plans[:1], tmp_path / "out").lines == ("make on ph2 (zero-shot): done",)


def test_an_entrys_own_card_goes_before_the_one_it_was_found_by(tmp_path):
    entries = suite_of({"data": "ph2", "metric": "accuracy", "settings": {"card": "mine.yaml"}},
                       {"data": "ddi", "metric": "accuracy"}).entries  # fmt: skip
    located = [Located(entry, tmp_path / "t.csv", "ph2-binary") for entry in entries]
    cards = [plan.config.card for plan in plan_cells(located, ["m"], tmp_path, {})]
    assert [str(card) for card in cards] == ["mine.yaml", "ph2-binary"]
