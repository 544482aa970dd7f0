"""``cutis stats compare`` on files and folders, from the command line to the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cutis import cli
from cutis.analysis.compare import comparable, found_of, ranked
from cutis.analysis.finding import Entry, Listing
from cutis.errors import CutisError
from tests.analysis.models import write

FAST = ["--n-bootstrap", "100", "--n-permutations", "150"]


def result(folder: Path):
    return json.loads((folder / "result.json").read_text())


def test_two_files_become_a_conclusion_and_a_page(tmp_path, capsys):
    good, poor = (
        write(tmp_path / f"{n}.csv", k, seed=k).path for n, k in (("good", 3), ("poor", 0))
    )
    out = tmp_path / "run"
    words = ["stats", "compare", str(good), str(poor), "-o", str(out), *FAST]
    assert cli.run(words) == 0
    shown = capsys.readouterr().out
    assert "2 models on 120 images, ungrouped." in shown
    assert "good is better than poor in balanced accuracy" in shown
    record = result(out)
    assert record["format"] == "cutis.paired-comparison/1"
    assert list(record["datasets"]) == [""]
    html = (out / "report.html").read_text()
    assert "good is better than poor in balanced accuracy" in html
    assert "does not mean that two models are equal" in html
    assert cli.run(words) == 0
    assert "finished before" in capsys.readouterr().out


def test_the_page_is_made_again_from_the_run_alone(tmp_path):
    paths = [write(tmp_path / f"{n}.csv", k, seed=k).path for k, n in enumerate("ab")]
    out = tmp_path / "run"
    assert cli.run(["stats", "compare", *map(str, paths), "-o", str(out), *FAST]) == 0
    before = (out / "report.html").read_text()
    for path in paths:
        path.unlink()
    (out / "report.html").unlink()
    assert cli.run(["report", str(out)]) == 0
    assert (out / "report.html").read_text() == before


def test_a_published_folder_becomes_a_table_for_each_dataset(tmp_path, capsys):
    for dataset in ("HAM", "PAD"):
        for k, name in enumerate(("MONET", "CLIP")):
            write(tmp_path / "all" / dataset / f"{name}.csv", 2 * k, seed=k)
    write(tmp_path / "all" / "ISIC" / "MONET.csv", 1.0)
    for k, name in enumerate(("MONET", "CLIP")):
        folder = tmp_path / "all" / "PAD_10pct" / f"{name}_PAD"
        write(folder / "pad-lp.csv", k, seed=k)
        (folder / "x_results.csv").write_text("Dataset,W_F1\npad,0.5\n")
    out = tmp_path / "run"
    assert cli.run(["stats", "compare", str(tmp_path / "all"), "-o", str(out), *FAST]) == 0
    record = result(out)
    assert set(record["datasets"]) == {"HAM", "PAD", "PAD_10pct"}
    assert set(record["datasets"]["PAD_10pct"]["models"]) == {"MONET", "CLIP"}
    shown = capsys.readouterr().out
    assert "2 tables in the folders hold no predictions" in shown
    assert "ISIC has one model only and was left out." in shown
    html = (out / "report.html").read_text()
    assert html.count(": conclusions</h2>") == 3


@pytest.mark.parametrize("metric", ["brier", "auroc"])
def test_every_metric_may_be_the_headline(tmp_path, metric):
    paths = [str(write(tmp_path / f"{n}.csv", 2 * k, seed=k).path) for k, n in enumerate("ab")]
    out = tmp_path / "run"
    words = ["stats", "compare", *paths, "-o", str(out), "--metric", metric, *FAST]
    assert cli.run(words) == 0
    assert result(out)["datasets"][""]["anchor"] == "b"
    html = (out / "report.html").read_text()
    assert ("turned, so that right is better" in html) == (metric == "brier")


def test_mistakes_are_said(tmp_path, capsys):
    one = str(write(tmp_path / "one.csv", 1).path)
    for k in range(2):
        write(tmp_path / "sets" / f"set{k}" / f"model{k}.csv", 1, seed=k)
    out = ["-o", str(tmp_path / "run"), *FAST]
    assert cli.run(["stats", "compare", one, *out]) == 2
    assert "at least two models" in capsys.readouterr().err
    assert cli.run(["stats", "compare", str(tmp_path / "sets"), *out]) == 2
    assert "2 datasets (set0, set1) with one model each" in capsys.readouterr().err
    assert cli.run(["stats", "compare", one, str(tmp_path / "sets"), *out]) == 2
    assert "not clear what" in capsys.readouterr().err
    assert cli.run(["stats", "compare", one, one, "--anker", "one", *out]) == 2
    assert "--anchor" in capsys.readouterr().err


@pytest.mark.shared
def test_published_predictions_of_seven_models(tmp_path, shared: Path, capsys):
    folder = shared / "parity" / "stats" / "inputs" / "zero_shot"
    out = tmp_path / "run"
    words = ["stats", "compare", str(folder), "-o", str(out), "--anchor", "DermFM-Zero", *FAST]
    assert cli.run(words) == 0
    record = result(out)["datasets"]["PAD"]
    assert record["classes"] == ["NEV", "BCC", "ACK", "SEK", "SCC", "MEL"]
    point = json.loads((folder.parents[1] / "run.json").read_text())
    expected = point["zs_PAD_DermFM-Zero_seed42"]["point"]
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "weighted_f1", "auroc"):
        assert record["metrics"]["DermFM-Zero"][name]["value"] == pytest.approx(expected[name])
    assert all(
        " is better than " in s and s.startswith("DermFM-Zero") for s in record["conclusions"]
    )
    assert "join the table that names them" in capsys.readouterr().out


def entry(dataset: str, model: str) -> Entry:
    return Entry(dataset, model, Path(f"{dataset or 'x'}/{model}.csv"))


def listed(*entries: Entry, ignored: tuple[Path, ...] = ()) -> Listing:
    return Listing(entries, ignored)


def test_datasets_with_one_model_are_left_out_of_a_comparison():
    groups = comparable(listed(entry("PAD", "a"), entry("PAD", "b"), entry("HAM", "a")))
    assert {name: [e.model for e in of] for name, of in groups.items()} == {"PAD": ["a", "b"]}


def test_files_given_one_by_one_are_one_dataset():
    assert list(comparable(listed(entry("", "a"), entry("", "b")))) == [""]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ((entry("", "a"), entry("PAD", "b")), "not clear what x/a.csv is to be compared with"),
        ((entry("PAD", "a"), entry("HAM", "a")), r"2 datasets \(PAD, HAM\) with one model each"),
    ],
)
def test_what_has_no_partner_is_refused(entries, message):
    with pytest.raises(CutisError, match=message):
        comparable(listed(*entries))


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "1 table in the folders holds no predictions and was ignored, such as t0.csv."),
        (2, "2 tables in the folders hold no predictions and were ignored, such as t0.csv."),
    ],
)
def test_ignored_tables_are_counted(n, said):
    ignored = tuple(Path(f"t{i}.csv") for i in range(n))
    found = found_of({}, listed(ignored=ignored), None)
    assert found.result["notes"] == [said]
    assert list(found.lines) == [said]


def test_models_without_a_value_rank_last_whatever_is_better():
    metrics = {
        m: {"accuracy": {"value": v}, "brier": {"value": v}}
        for m, v in (("a", None), ("b", 0.2), ("c", 0.9), ("d", 0.0))
    }
    record = {"models": list("abcd"), "metrics": metrics}
    assert ranked(record | {"headline": "accuracy"}) == ["c", "b", "d", "a"]
    assert ranked(record | {"headline": "brier"}) == ["d", "b", "c", "a"]
