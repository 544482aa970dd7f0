"""``cutis stats ci``: both protocols, operating points, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis import cli
from cutis.analysis import ci
from cutis.stats import evaluate
from tests.analysis.models import write

FAST = ["--n-bootstrap", "100"]


def run(tmp_path, *words: str):
    out = tmp_path / "run"
    assert cli.run(["stats", "ci", *words, "-o", str(out), *FAST]) == 0
    return json.loads((out / "result.json").read_text()), (out / "report.html").read_text()


def test_every_metric_has_its_interval(tmp_path, capsys):
    path = write(tmp_path / "model.csv", 1.5).path
    record, html = run(tmp_path, str(path), "--interval", "bca", "--seed", "3")
    (file,) = record["files"]
    frame = pd.read_csv(path)
    probs = frame[[f"probability_class_{k}" for k in range(3)]].to_numpy()
    expected = evaluate(
        frame["true_label"], probs, [f"class {k}" for k in range(3)], n_bootstrap=100, seed=3,
        interval="bca",
    ).to_json()  # fmt: skip
    assert file["metrics"] == expected["metrics"]
    assert file["per_class"] == expected["per_class"]
    assert file["operating_points"] == {}
    assert "images resampled one by one" in html
    assert "balanced accuracy" in capsys.readouterr().out


def test_groups_of_our_own_files_are_resampled(ours, tmp_path):
    record, html = run(tmp_path, str(ours(n=40)), "--stratified")
    assert record["files"][0]["grouping"] == "group"
    assert record["files"][0]["stratified"] is True
    assert "each class keeping its number" in html


def test_two_classes_have_operating_points_of_the_second(tmp_path, capsys):
    path = write(tmp_path / "model.csv", 1.5, classes=2).path
    record, html = run(tmp_path, str(path), "--prevalence", "0.02")
    block = record["files"][0]["operating_points"]["class 1"]
    assert block["prevalence"] == 0.02
    assert [p["rule"] for p in block["points"]] == [
        "answer", "at-specificity", "at-sensitivity", "youden",
    ]  # fmt: skip
    assert "a stated prevalence of 2%" in html
    assert "class 1, at specificity 0.9: sensitivity" in capsys.readouterr().out


def test_targets_and_classes_by_name(tmp_path):
    path = write(tmp_path / "model.csv", 1.5).path
    record, html = run(
        tmp_path, str(path), "--classes", "nevus,melanoma,keratosis", "--positive", "melanoma",
        "--positive", "keratosis", "--at-specificity", "0.8", "--at-specificity", "0.95",
        "--max-fpr", "0.2",
    )  # fmt: skip
    blocks = record["files"][0]["operating_points"]
    assert list(blocks) == ["melanoma", "keratosis"]
    targets = [p["target"] for p in blocks["melanoma"]["points"]]
    assert targets == [None, 0.8, 0.95, None]
    assert blocks["melanoma"]["partial_auroc"]["max_fpr"] == 0.2
    assert "specificity at least 0.95" in html


def test_several_files_stand_in_one_table(tmp_path):
    paths = [str(write(tmp_path / f"{n}.csv", k, seed=k).path) for k, n in enumerate("ab")]
    record, html = run(tmp_path, *paths)
    assert [f["name"] for f in record["files"]] == ["a", "b"]
    assert html.count("join the table that names them") == 1


@pytest.mark.shared
def test_the_published_protocol_gives_the_published_numbers(tmp_path, shared: Path):
    folder = shared / "parity" / "stats"
    path = folder / "inputs" / "zero_shot" / "PAD" / "DermFM-Zero.csv"
    out = tmp_path / "run"
    assert cli.run(["stats", "ci", str(path), "--protocol", "published", "-o", str(out)]) == 0
    (file,) = json.loads((out / "result.json").read_text())["files"]
    recorded = json.loads((folder / "run.json").read_text())["zs_PAD_DermFM-Zero_seed42"]
    for name, (mean, low, high) in recorded["summary"].items():
        found = file["metrics"][name]
        assert (found["mean"], found["low"], found["high"]) == pytest.approx((mean, low, high))
        assert found["value"] == pytest.approx(recorded["point"][name])
    assert file["seed"] == 42
    with (folder / "out_zero_shot" / "model_comparison_results_summary.csv").open() as stream:
        assert "DermFM-Zero" in str(list(csv.DictReader(stream)))
    assert "as published" in (out / "report.html").read_text()


def test_the_published_protocol_says_what_it_does_to_rare_classes(tmp_path):
    labels = np.array([0] * 30 + [1] * 30 + [2])
    path = write(tmp_path / "model.csv", 0.5, n=61, labels=labels).path
    record, _ = run(tmp_path, str(path), "--protocol", "published")
    notes = " ".join(record["files"][0]["notes"])
    assert "have an AUROC of 0, as published" in notes


def test_mistakes_are_said(tmp_path, capsys):
    path = str(write(tmp_path / "model.csv", 1).path)
    out = ["-o", str(tmp_path / "run"), *FAST]
    for words, says in (
        (["--prevalence", "0.1"], "Operating points and predictive values are of one class"),
        (["--prevalence", "1.5"], "prevalence"),
        (["--positive", "melanoma"], "There is no class 'melanoma'"),
        (["--at-specificity", "1.2"], "--at-specificity is 1.2"),
        (["--at-sensitivity", "0"], "--at-sensitivity is 0"),
        (["--protocol", "theirs"], "protocol"),
    ):
        assert cli.run(["stats", "ci", path, *words, *out]) == 2
        assert says in capsys.readouterr().err
    flat = str(write(tmp_path / "flat.csv", 1, n=9, labels=np.zeros(9, int)).path)
    assert cli.run(["stats", "ci", flat, *out]) == 2
    assert "All 9 labelled images are of one class" in capsys.readouterr().err


def test_a_point_without_a_target_shows_none_on_the_terminal():
    undefined = {"value": None, "low": None, "high": None}
    known = {"value": 0.5, "low": 0.4, "high": 0.6}
    point = {"rule": "youden", "target": None, "sensitivity": known, "specificity": undefined}
    file = {
        "name": "m", "dataset": "PAD", "n": 9, "grouping": "none", "notes": ["Few."],
        "metrics": {"accuracy": known, "auroc": undefined},
        "operating_points": {"mel": {"points": [point]}, "scc": {"points": None}},
    }  # fmt: skip
    lines = ci._lines(file)
    assert lines[0] == "m on PAD: 9 images, grouping: none."
    assert lines[1].split() == ["accuracy", "0.500", "(0.400", "to", "0.600)"]
    assert lines[2].split() == ["auroc", "undefined"]
    assert lines[3] == "  mel, youden: sensitivity 0.500 (0.400 to 0.600), specificity undefined"
    assert lines[4:] == ["  Note: Few."]


def test_the_published_seed_is_42_unless_one_is_given(tmp_path):
    path = str(write(tmp_path / "model.csv", 1.5).path)
    seeds = {}
    for given in (None, "0", "42"):
        words = [] if given is None else ["--seed", given]
        record, _ = run(tmp_path / str(given), path, "--protocol", "published", *words)
        seeds[given] = record["files"][0]
    assert (seeds[None]["seed"], seeds["0"]["seed"]) == (42, 0)
    assert seeds[None]["metrics"] == seeds["42"]["metrics"] != seeds["0"]["metrics"]


@pytest.mark.parametrize(
    "words",
    [
        ["--confidence", "0.9"], ["--interval", "bca"], ["--stratified"],
        ["--positive", "class 1"], ["--prevalence", "0.1"], ["--at-specificity", "0.8"],
        ["--at-sensitivity", "0.8"], ["--max-fpr", "0.2"],
    ],
)  # fmt: skip
def test_the_published_protocol_ignores_no_option(tmp_path, capsys, words):
    path = str(write(tmp_path / "model.csv", 1.5).path)
    words = [path, "--protocol", "published", "-o", str(tmp_path / "run"), *words]
    assert cli.run(["stats", "ci", *words]) == 2
    text = " ".join(capsys.readouterr().err.split())
    assert f"{words[5]} cannot be used with --protocol published" in text
    assert f"leave out {words[5]}" in text
    assert not (tmp_path / "run").exists()
