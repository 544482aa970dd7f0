"""The leaderboard's page and files hold the numbers of the runs and nothing of the machine."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from cutis import cli
from cutis.report.leaderboard import FailedRun, write_leaderboard
from cutis.report.leaderboard.page import COLUMNS_PER_TABLE, metric_title
from tests.report.fake_run import HOME, make_run
from tests.report.leaderboard.grid import make_grid
from tests.report.page import Page


@pytest.fixture(scope="module")
def grid(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("grid")
    runs = make_grid(folder, 3, 2)
    failed = [
        FailedRun(f"local-dir:{HOME}/secret", "ph2-metadata", f"'{HOME}/x.pth' is not there.")
    ]
    write_leaderboard(runs, folder, failed)
    return folder


@pytest.fixture(scope="module")
def html(grid) -> str:
    return (grid / "leaderboard.html").read_text(encoding="utf-8")


def test_the_page_is_whole_and_alone(html):
    assert Page(html).problems == []
    assert "<script" not in html
    assert "Research use only, not a medical device" in html
    assert html.count("<h2") == 5
    for word in ("An order is not a test", "highest value of its column", "Without a result"):
        assert word in html


def test_the_page_says_that_prompts_are_the_same(html):
    assert "the same prompt templates and names of the classes" in html
    assert "may differ" not in html


def test_every_headline_is_there_with_its_interval_and_size(grid, html):
    for path in grid.rglob("metrics.json"):
        metrics = json.loads(path.read_text())
        for record in metrics["metrics"].values():
            if record["value"] is not None:
                assert f'value="{record["value"]}"' in html
        low = metrics["metrics"]["balanced_accuracy"]["low"]
        assert f"{low:.3f} to " in html
        assert f"{metrics['n']} images of {metrics['n_groups']} lesions" in html


def test_licence_size_and_what_was_seen_are_told(html):
    assert "CC BY-NC-SA 4.0" in html
    assert "86.0 M" in html
    assert "saw 5 of 7 diagnoses" in html
    assert html.count("†</sup>") == 6


def test_links_lead_to_the_runs_wherever_the_folder_lies(grid, html):
    for run in (p.parent for p in grid.rglob("run.json")):
        assert f'href="{run.relative_to(grid).as_posix()}/report.html"' in html


def test_nothing_of_the_machine_is_shown(grid, html):
    for name in ("leaderboard.html", "leaderboard.csv"):
        assert HOME not in (grid / name).read_text(encoding="utf-8")
    assert str(grid) not in html
    assert "x.pth" in html


def test_csv_and_json_agree(grid):
    rows = list(csv.DictReader((grid / "leaderboard.csv").open(encoding="utf-8")))
    record = json.loads((grid / "leaderboard.json").read_text())
    assert record["format"] == "cutis.leaderboard/1"
    assert len(rows) == len(record["results"])
    for row, result in zip(rows, record["results"], strict=True):
        assert row["model"] == result["model"]
        assert row["value"] == ("" if result["value"] is None else str(result["value"]))
    best = [r for r in record["results"] if r["best"]]
    assert len(best) == 2
    assert all(r["headline"] for r in best)
    assert record["models"][0]["mean_of_headlines"] == max(
        m["mean_of_headlines"] for m in record["models"]
    )
    assert record["datasets"][0]["agreed"]["split"] == "test"
    assert record["datasets"][0]["agreed"]["grouping"] == "lesion_id"
    assert "precision" not in record["datasets"][0]["agreed"]
    assert record["failed"][0]["data"] == "ph2-metadata"


def test_the_same_runs_give_the_same_page(grid, html, tmp_path):
    moved = shutil.copytree(grid, tmp_path / "moved")
    assert cli.run(["leaderboard", str(moved)]) == 0
    again = (moved / "leaderboard.html").read_text(encoding="utf-8")
    assert "Without a result" not in again  # what failed is not among the runs
    for part in ("board", "datasets", "models"):
        section = html.split(f'<section id="{part}"')[1].split("</section>")[0]
        assert section in again


def test_many_datasets_become_several_tables(tmp_path):
    n = COLUMNS_PER_TABLE + 1
    page = write_leaderboard(make_grid(tmp_path, 1, n), tmp_path).read_text(encoding="utf-8")
    assert page.count('class="t board"') == 2
    assert page.count('class="mean"') == 1
    assert "highest value of its column" not in page  # there is one model


def test_retrieval_has_a_board_too(tmp_path):
    runs = make_grid(tmp_path, 2, 1, retrieval=True)
    page = write_leaderboard(runs, tmp_path).read_text(encoding="utf-8")
    assert metric_title("image_to_text_mean_recall") in page
    assert "20 queries" in page
    assert "Text to image, Median rank ↓" in page


def test_the_verb_takes_runs_from_anywhere(tmp_path, capsys):
    runs = make_grid(tmp_path / "grid", 2, 1)
    blind = make_run(tmp_path / "grid" / "blind", n=12, labels=False, thumbs=False)
    out = tmp_path / "out"
    assert cli.run(["leaderboard", str(tmp_path / "grid"), str(runs[0]), "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Leaderboard of 2 runs" in said
    assert f"{blind} has no metrics" in said
    assert 'href="../grid/model-0/data-0/report.html"' in (out / "leaderboard.html").read_text()


def test_the_verb_refuses_what_it_cannot_rank(tmp_path, capsys):
    run = make_run(tmp_path / "r", n=12, labels=False, thumbs=False)
    (tmp_path / "empty").mkdir()
    for words, said in (
        ([run], "Where the leaderboard should go"),
        ([run, "-o", tmp_path / "o"], "None of the 1 runs has metrics"),
        ([tmp_path / "empty"], "holds no finished run"),
    ):
        assert cli.run(["leaderboard", *map(str, words)]) == 2
        assert said in capsys.readouterr().err
