"""``cutis benchmark`` end to end on phantoms: runs, resuming, failures, what is missing."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import cutis
from cutis import cli
from cutis.data.phantom.generate import PhantomConfig, data_phantom
from cutis.errors import CutisError
from cutis.tasks.benchmark import BenchmarkConfig, benchmark
from cutis.tasks.benchmark.cells import read_cell
from cutis.tasks.benchmark.reading import read_suite
from tests.tasks.conftest import ColourModel

SUITE = {
    "title": "Mine",
    "entries": [
        {"data": "phantom", "metric": "balanced_accuracy", "settings": {"split": "all"}},
        {"data": "phantom", "task": "retrieve",
         "metric": ["image_to_text_mean_recall", "text_to_image_mean_recall"],
         "settings": {"split": "all", "k": [1, 5], "caption_column": "caption"}},
        {"data": "phantom", "task": "probe", "metric": "accuracy", "fractions": [0.5, 1.0],
         "settings": {"seeds": 2}},
        {"data": "phantom", "task": "annotate", "metric": "mean_auroc",
         "settings": {"split": "all"}},
        {"data": "ddi", "metric": "auroc"},
        {"data": "tables/none.csv", "metric": "auroc", "name": "none"},
        {"data": "bare.csv", "metric": "accuracy",
         "settings": {"split": "all", "images": "pictures", "classes": "phantom"}},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A folder of datasets with one of them: a small phantom."""
    folder = tmp_path_factory.mktemp("data")
    data_phantom(PhantomConfig(output=folder / "phantom", n=28, seed=1, size=64))
    return folder


@pytest.fixture(scope="module")
def suite(tmp_path_factory, data) -> Path:
    """A suite with four tasks, a dataset that is missing, one no table, and one without labels."""
    folder = tmp_path_factory.mktemp("suite")
    table = pd.read_csv(data / "phantom" / "phantom.csv").head(8)
    shutil.copytree(data / "phantom" / "images", folder / "pictures" / "images")
    table[["image"]].to_csv(folder / "bare.csv", index=False)
    (folder / "mine.yaml").write_text(yaml.safe_dump(SUITE))
    return folder / "mine.yaml"


@pytest.fixture(scope="module")
def config(suite, data, tmp_path_factory) -> BenchmarkConfig:
    work = tmp_path_factory.mktemp("work")
    return BenchmarkConfig(
        suite=str(suite),
        model=["cutis-tiny", "vision-only@/no/such/file.pth"],
        output=work / "out",
        data_dir=data,
        n_bootstrap=100,
        cache=work / "cache",
    )


@pytest.fixture(scope="module", autouse=True)
def quick_model():
    """Let a model that sees mean colours stand for cutis-tiny; other names load as ever."""
    from cutis import models

    load, stand_in = models.load_model, ColourModel(name="cutis-tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            models,
            "load_model",
            lambda name, **more: stand_in if name == "cutis-tiny" else load(name, **more),
        )
        yield


@pytest.fixture(scope="module")
def done(config):
    return benchmark(config)


def cells(done) -> dict[tuple[str, str], dict]:
    return {(c["model"], c["column"]): c for c in done.record["cells"]}


def test_every_task_has_a_run_directory_of_its_own(done, config):
    folder = config.output / "cutis-tiny"
    names = {"phantom", "phantom-retrieve", "phantom-probe", "phantom-annotate"}
    assert {p.name for p in folder.iterdir() if (p / "run.json").exists()} >= names
    assert (folder / "phantom" / "report.html").exists()
    assert (config.output / "leaderboard.html").exists()


def test_columns_are_entries_metrics_and_fractions(done):
    assert [c["key"] for c in done.record["columns"]] == [
        "phantom",
        "phantom-retrieve image_to_text_mean_recall",
        "phantom-retrieve text_to_image_mean_recall",
        "phantom-probe 50%",
        "phantom-probe 100%",
        "phantom-annotate",
    ]


def test_values_are_those_of_the_runs(done, config):
    folder = config.output / "cutis-tiny"

    def metric(run: str, name: str) -> float:
        return json.loads((folder / run / "metrics.json").read_text())["metrics"][name]["value"]

    found = {key[1]: cell["value"] for key, cell in cells(done).items()}
    assert found["phantom"] == metric("phantom", "balanced_accuracy")
    assert found["phantom-retrieve text_to_image_mean_recall"] == metric(
        "phantom-retrieve", "text_to_image_mean_recall"
    )
    assert found["phantom-probe 100%"] == metric("phantom-probe", "accuracy")
    assert found["phantom-annotate"] == metric("phantom-annotate", "mean_auroc")


def test_a_fraction_is_its_point_of_the_probe(done, config):
    probe = json.loads((config.output / "cutis-tiny" / "phantom-probe" / "probe.json").read_text())
    point = next(p for p in probe["points"] if p["fraction"] == 0.5 and p["seed"] == 0)
    cell = cells(done)["cutis-tiny", "phantom-probe 50%"]
    assert cell["value"] == point["metrics"]["accuracy"]
    assert cell["low"] <= cell["value"] <= cell["high"]
    assert "deviation over 2 draws" in cell["note"]


def test_every_column_was_resampled_case_by_case(done):
    assert all(column["n_ranked_on"] == column["n"] for column in done.record["columns"])


@pytest.mark.parametrize(
    "key", ["phantom-retrieve image_to_text_mean_recall", "phantom-annotate", "phantom-probe 50%"]
)
def test_cases_weigh_as_often_as_they_are_drawn(done, config, key):
    """A case that counts twice gives the same as one that stands there twice."""
    suite, _ = read_suite(str(config.suite))
    column = next(c for c in suite.columns() if c.key == key)
    scored = read_cell(config.output / "cutis-tiny" / column.entry.name, column).scored
    rows = np.arange(len(scored.ids)).repeat(np.arange(len(scored.ids)) % 3)
    weights = np.bincount(rows, minlength=len(scored.ids)).astype(float)[None]
    assert scored.values(weights)[0] == pytest.approx(scored.select(rows).values()[0])


def test_what_failed_is_listed_and_stopped_nothing(done, config):
    failed = {(f["model"], f["data"]): f["reason"] for f in done.record["failed"]}
    assert done.exit_code == 1
    assert "no labels" in failed["cutis-tiny", "bare"]
    other = [reason for (model, _), reason in failed.items() if model != "cutis-tiny"]
    assert len(other) == 5
    assert all("vision-only" in reason for reason in other)
    assert "6 of 10 runs failed." in done.render()


def test_what_is_missing_comes_with_the_way_to_obtain_it(done):
    missing = {m["data"]: m for m in done.record["missing"]}
    assert set(missing) == {"ddi", "tables/none.csv"}
    assert "research use agreement" in " ".join(missing["ddi"]["how_to_obtain"])
    assert "below" in missing["ddi"]["reason"]
    assert "2. Accept the research use agreement" in done.render()
    assert "tables/none.csv" in missing["tables/none.csv"]["reason"]


def test_the_same_command_again_does_nothing_twice(done, config):
    again = config.model_copy(update={"model": "cutis-tiny"})
    run = config.output / "cutis-tiny" / "phantom"
    before = (run / "run.json").stat().st_mtime_ns
    shutil.rmtree(config.output / "cutis-tiny" / "phantom-annotate")
    second = benchmark(again)
    assert (run / "run.json").stat().st_mtime_ns == before
    assert (config.output / "cutis-tiny" / "phantom-annotate" / "run.json").exists()
    assert cells(second).keys() == cells(done).keys()
    for key, cell in cells(second).items():
        assert (cell["value"], cell["low"]) == (cells(done)[key]["value"], cells(done)[key]["low"])


def test_the_files_say_the_same(done, config):
    record = json.loads((config.output / "leaderboard.json").read_text())
    assert record["format"] == "cutis.benchmark/1"
    with (config.output / "leaderboard.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [float(r["value"]) for r in rows] == [c["value"] for c in record["cells"]]
    page = (config.output / "leaderboard.html").read_text()
    assert "Research use only" in page
    assert 'href="cutis-tiny/phantom/report.html"' in page
    assert "Not here" in page


def test_a_dry_run_says_what_would_be_done(config, tmp_path):
    plan = benchmark(config.model_copy(update={"dry_run": True, "output": tmp_path / "new"}))
    assert "Mine: 10 runs." in plan.render()
    assert "to do: cutis-tiny on phantom-probe (probe)" in plan.render()
    assert "ddi (zero-shot): no table of it below" in plan.render()
    assert not (tmp_path / "new").exists()


def test_a_folder_of_another_suite_or_of_something_else_is_refused(done, config, tmp_path):
    with pytest.raises(CutisError, match="holds the suite mine, not quick"):
        benchmark(config.model_copy(update={"suite": "quick"}))
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(CutisError, match="not empty and holds no benchmark"):
        benchmark(config.model_copy(update={"output": tmp_path}))
    with pytest.raises(CutisError, match="is a file"):
        benchmark(config.model_copy(update={"output": tmp_path / "note.txt"}))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["zero-shot-77", "-o", "x"], "Did you mean 'zero-shot-7'"),
        (["quick"], "Where the runs should go is not said"),
        (["quick", "-o", "x", "--data-dir", "/no/such"], "There is no folder /no/such"),
        (["quick", "-o", "x", "--anchor", "monet"], "is none of the models"),
        (["quick", "-o", "x", "--model", "monet", "--model", "monet"], "given twice"),
    ],
)
def test_mistakes_on_the_command_line(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.run(["benchmark", *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "x").exists()


def test_the_list_says_what_is_here(data, capsys, monkeypatch):
    assert cli.run(["benchmark", "list", "--data-dir", str(data)]) == 0
    shown = capsys.readouterr().out
    assert "zero-shot-7 " in shown
    line = next(line for line in shown.splitlines() if line.strip().startswith("quick"))
    assert line.split()[1:3] == ["4", "4"]
    monkeypatch.delenv("CUTIS_DATA", raising=False)
    assert cli.run(["benchmark", "--list"]) == 0
    assert "Set CUTIS_DATA" in capsys.readouterr().out
    assert cli.run(["benchmark", "zero-shot-7", "--list", "--data-dir", str(data)]) == 0
    shown = capsys.readouterr().out
    assert "ham10000-zero-shot (zero-shot): no table of it below" in shown
    assert "HAM-official-7-zero-shot" in shown
    assert cli.run(["benchmark", "dermino-downstream", "--list", "--data-dir", str(data)]) == 0
    assert "Not run: waterloo: segmentation" in capsys.readouterr().out


def test_with_no_dataset_at_all_nothing_is_run(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CUTIS_DATA", str(tmp_path))
    assert cli.run(["benchmark", "zero-shot-7", "-o", str(tmp_path / "out")]) == 1
    shown = capsys.readouterr().out
    assert "None of its datasets is here" in shown
    assert not (tmp_path / "out").exists()
    monkeypatch.delenv("CUTIS_DATA")
    assert cli.run(["benchmark", "zero-shot-7", "-o", str(tmp_path / "out")]) == 1
    assert "CUTIS_DATA is not set" in capsys.readouterr().out


def test_it_is_part_of_the_python_interface():
    assert cutis.benchmark is benchmark
    assert cutis.BenchmarkConfig is BenchmarkConfig
