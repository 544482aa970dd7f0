"""``cutis compare RUN...``: what differs between runs, and the comparison where they meet."""

from __future__ import annotations

import json

import pytest
import yaml

from cutis import cli
from cutis.analysis.compare_runs import _flat, differing, facts_of, run_names

FAST = ["--n-bootstrap", "100", "--n-permutations", "100"]


@pytest.fixture
def make_run(ours, tmp_path):
    def make(name, seed=0, dataset="ham10000", model="tiny", table=True, n=40, **settings):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        if table:
            ours(seed=seed, n=n).rename(folder / "predictions.parquet")
        record = {
            "format": "cutis.run/1", "status": "finished", "verb": "zero-shot",
            "dataset": {"name": dataset, "roles": {"group": "lesion_id"}},
            "model": {"card": {"name": model}}, "wall_seconds": seed,
        }  # fmt: skip
        (folder / "run.json").write_text(json.dumps(record))
        config = {"verb": "zero-shot", "output": str(folder), "seed": 0, **settings}
        (folder / "config.yaml").write_text(yaml.safe_dump(config))
        return folder

    return make


def test_what_differs_and_which_is_better(make_run, tmp_path, capsys):
    runs = [make_run("one", 1, templates="clinical"), make_run("two", 2, model="big")]
    out = tmp_path / "out"
    assert cli.run(["compare", *map(str, runs), "-o", str(out), *FAST]) == 0
    record = json.loads((out / "result.json").read_text())
    assert record["runs"] == ["one", "two"]
    assert {row["setting"]: row["values"] for row in record["differs"]} == {
        "settings.templates": ["clinical", "not recorded"],
        "model.card.name": ["tiny", "big"],
    }
    comparison = record["datasets"]["ham10000"]
    assert comparison["models"] == ["one", "two"]
    assert (comparison["grouping"], comparison["n_groups"]) == ("lesion_id", 20)
    html = (out / "report.html").read_text()
    assert "What differs between the runs" in html
    assert "No difference between" in html
    shown = capsys.readouterr().out
    assert "model.card.name: tiny | big" in shown
    assert "20 groups by lesion_id" in shown


def test_runs_on_other_data_are_described_but_not_compared(make_run, tmp_path, capsys):
    make_run("a/x", 1)
    make_run("b/x", 2)
    make_run("c", 3, dataset="ph2")
    make_run("d", 4, table=False)
    out = tmp_path / "out"
    assert cli.run(["compare", str(tmp_path / "runs"), "-o", str(out), *FAST]) == 0
    shown = capsys.readouterr().out
    assert "runs/c is the only run on ph2" in shown
    assert "runs/d has no table of predictions" in shown
    record = json.loads((out / "result.json").read_text())
    assert record["runs"] == ["a/x", "b/x", "runs/c", "runs/d"]
    assert list(record["datasets"]) == ["ham10000"]


def test_twin_runs_have_nothing_that_differs(make_run, tmp_path, capsys):
    runs = [make_run("one", 1), make_run("two", 1)]
    out = tmp_path / "out"
    assert cli.run(["compare", *map(str, runs), "-o", str(out), *FAST]) == 0
    assert "Nothing recorded differs" in capsys.readouterr().out
    assert "Nothing recorded differs" in (out / "report.html").read_text()


def test_where_a_run_wrote_and_how_fast_is_no_difference(make_run):
    one, two = make_run("one", 1), make_run("two", 2)
    facts = [facts_of(json.loads((r / "run.json").read_text()), r) for r in (one, two)]
    assert facts[0] == facts[1]
    assert facts[0]["dataset.roles.group"] == "lesion_id"


def test_lists_and_missing_facts(tmp_path):
    rows, same = differing({"a": {"x": "1", "y": "2"}, "b": {"x": "1"}})
    assert (rows, same) == ([{"setting": "y", "values": ["2", "not recorded"]}], 1)
    record = {"verb": "v", "inputs": {"classes": ["n", "m"], "parts": [{"k": 1}]}}
    facts = facts_of(record, tmp_path)
    assert facts == {"verb": "v", "inputs.classes": "n, m", "inputs.parts.0.k": "1"}
    assert run_names([tmp_path / "a" / "r", tmp_path / "b" / "r"]) == ["a/r", "b/r"]


def test_one_run_is_too_few(make_run, tmp_path, capsys):
    out = ["-o", str(tmp_path / "out"), *FAST]
    assert cli.run(["compare", str(make_run("one", 1)), *out]) == 2
    assert "at least two finished runs" in capsys.readouterr().err
    (tmp_path / "none").mkdir()
    assert cli.run(["compare", str(tmp_path / "none"), *out]) == 2
    assert "holds no finished run" in capsys.readouterr().err


def test_runs_of_different_images_are_refused(make_run, tmp_path, capsys):
    runs = [make_run("one", 1, n=40), make_run("two", 2, n=30)]
    out = ["-o", str(tmp_path / "out"), *FAST]
    assert cli.run(["compare", *map(str, runs), *out]) == 2
    assert "30 are in all of them" in capsys.readouterr().err
    assert cli.run(["compare", *map(str, runs), "--common", *out]) == 0


def test_runs_of_one_name_are_told_by_their_folders(tmp_path):
    runs = [tmp_path / "one" / "run", tmp_path / "two" / "run"]
    assert run_names(runs) == ["one/run", "two/run"]
    assert run_names([tmp_path / "a", tmp_path / "b"]) == ["a", "b"]


def test_a_fact_only_one_run_recorded_differs():
    differs, same = differing({"a": {"seed": "0", "x": "1"}, "b": {"seed": "0"}})
    assert differs == [{"setting": "x", "values": ["1", "not recorded"]}]
    assert same == 1


def test_nested_facts_have_dotted_names():
    flat = dict(_flat({"model": {"card": {"name": "tiny"}}, "k": [1, 2], "s": [{}]}))
    assert flat == {"model.card.name": "tiny", "k": "1, 2"}
