"""Several models on several tables: runs, features and the leaderboard."""

from __future__ import annotations

import csv
import importlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml

from cutis import cli
from cutis.data.phantom.generate import PhantomConfig, data_phantom
from cutis.features.embed import EmbedConfig, embed_verb
from cutis.features.many import divide
from cutis.tasks.retrieve import RetrieveConfig, retrieve
from cutis.tasks.zero_shot import ZeroShotConfig, zero_shot

WEIGHTS = Path(cli.__file__).parent / "models" / "weights" / "cutis-tiny"


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> list[Path]:
    """Two small phantoms."""
    folder = tmp_path_factory.mktemp("phantoms")
    found = []
    for name, seed in (("one", 1), ("two", 2)):
        data_phantom(PhantomConfig(output=folder / name, n=14, seed=seed, size=64))
        found.append(next((folder / name).glob("*.csv")))
    return found


@pytest.fixture(scope="module")
def noisy(tmp_path_factory) -> str:
    """The name of a second model: cutis-tiny with other weights in its first layers."""
    from safetensors.torch import load_file, save_file

    folder = tmp_path_factory.mktemp("models") / "noisy"
    shutil.copytree(WEIGHTS, folder)
    state = load_file(folder / "model.safetensors")
    noise = torch.Generator().manual_seed(0)
    for name, tensor in state.items():
        if tensor.ndim > 1 and tensor.is_floating_point():
            factor = 1 + 0.3 * torch.randn(tensor.shape, generator=noise)
            state[name] = (tensor.float() * factor).to(tensor.dtype)
    save_file(state, folder / "model.safetensors")
    card = (folder / "card.yaml").read_text().splitlines()
    kept = [
        line for line in card if not line.startswith(("sha256:", "bundled:", "name:", "title:"))
    ]
    (folder / "card.yaml").write_text("\n".join(["name: noisy", "title: Noisy", *kept]) + "\n")
    return f"local-dir:{folder}"


@pytest.fixture(scope="module")
def grid(tables, noisy, tmp_path_factory) -> ZeroShotConfig:
    """Settings of two models on two tables, run once; do not change what it wrote."""
    folder = tmp_path_factory.mktemp("grid")
    config = ZeroShotConfig(
        data=tables, model=["cutis-tiny", noisy], output=folder / "out", cache=folder / "cache",
        split="all",
        n_bootstrap=100,
    )  # fmt: skip
    assert zero_shot(config).exit_code == 0
    return config


def test_every_pair_is_an_ordinary_run(grid, tables, tmp_path):
    runs = sorted(p.parent for p in grid.output.rglob("run.json"))
    assert len(runs) == 4
    alone = zero_shot(
        ZeroShotConfig(
            data=tables[0],
            output=tmp_path / "alone",
            n_bootstrap=100,
            cache=grid.cache,
            split="all",
        )
    )
    same = grid.output / "cutis-tiny" / divide(grid)[0].config.output.name
    assert json.loads((same / "metrics.json").read_text()) == json.loads(
        (alone.dir / "metrics.json").read_text()
    )
    of_many, of_one = (yaml.safe_load((d / "config.yaml").read_text()) for d in (same, alone.dir))
    assert of_many | {"output": None} == of_one | {"output": None}


def test_the_board_shows_all_of_them(grid):
    board = json.loads((grid.output / "leaderboard.json").read_text())
    assert {m["name"] for m in board["models"]} == {"cutis-tiny", "noisy"}
    assert len(board["datasets"]) == 2
    assert board["failed"] == []
    rows = list(csv.DictReader((grid.output / "leaderboard.csv").open()))
    page = (grid.output / "leaderboard.html").read_text()
    assert "Research use only, not a medical device" in page
    for row in rows:
        metrics = json.loads((grid.output / row["run"] / "metrics.json").read_text())["metrics"]
        record = metrics[row["metric"]]
        shown = [None if row[key] == "" else float(row[key]) for key in ("value", "low", "high")]
        assert shown == [record["value"], record["low"], record["high"]]
        assert f'href="{row["run"]}/report.html"' in page


def test_a_second_call_finishes_what_is_missing_and_computes_no_feature(
    grid, tmp_path, monkeypatch
):
    copied = shutil.copytree(grid.output, tmp_path / "out")
    lost = next(copied.rglob("metrics.json"))
    lost.unlink()
    embed_module = importlib.import_module("cutis.features.embed")
    monkeypatch.setattr(embed_module, "fill", lambda *a, **k: pytest.fail("computed again"))
    again = zero_shot(grid.model_copy(update={"output": copied}))
    assert again.exit_code == 0
    assert again.render().count("nothing to do") == 3
    assert lost.exists()


def test_models_and_tables_are_loaded_once(grid, tmp_path, monkeypatch):
    import cutis.data
    import cutis.models

    calls: list[str] = []
    for module, name in ((cutis.data, "load_dataset"), (cutis.models, "load_model")):
        original = getattr(module, name)

        def counted(what, *arguments, original=original, name=name, **options):
            calls.append(name)
            return original(what, *arguments, **options)

        monkeypatch.setattr(module, name, counted)
    embed_verb(
        EmbedConfig(data=grid.data, model=grid.model, output=tmp_path / "out", cache=grid.cache)
    )
    assert calls.count("load_model") == 2
    assert calls.count("load_dataset") == 2
    assert len(list((tmp_path / "out").rglob("run.json"))) == 4
    assert not (tmp_path / "out" / "leaderboard.html").exists()


def test_a_failing_pair_is_listed_and_the_exit_code_says_so(tables, tmp_path, capsys):
    words = ["zero-shot", "--data", str(tables[0]), "--data", str(tmp_path / "absent.csv"),
             "-o", str(tmp_path / "out"), "--n-bootstrap", "100"]  # fmt: skip
    assert cli.run(words) == 1
    said = capsys.readouterr().out
    assert "1 of 2 runs failed" in said
    board = json.loads((tmp_path / "out" / "leaderboard.json").read_text())
    assert [f["data"].endswith("absent") for f in board["failed"]] == [True]
    assert "Without a result" in (tmp_path / "out" / "leaderboard.html").read_text()


def test_lists_come_from_yaml_too(tables, tmp_path, capsys):
    path = tmp_path / "settings.yaml"
    path.write_text(f"data: ['{tables[0]}', '{tables[1]}']\nsplit: all\n")
    out = tmp_path / "out"
    assert cli.run(["zero-shot", "--config", str(path), "-o", str(out), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert said.count("Dry run") == 2
    assert not out.exists()


def test_wrong_alignment_is_one_paragraph_at_the_command_line(tables, tmp_path, capsys):
    words = ["embed", "--data", str(tables[0]), "--data", str(tables[1]), "-o",
             str(tmp_path / "out")]  # fmt: skip
    for flag in ("--images", "--card"):
        assert cli.run([*words, *[w for i in range(3) for w in (flag, f"x{i}")]]) == 2
        assert f"{flag} is given 3 times for 2 tables" in capsys.readouterr().err


def test_retrieval_of_many_has_a_board(colour_model, colour_table, tmp_path):
    frame = pd.read_csv(colour_table)
    frame["caption"] = [f"a {('red', 'green', 'blue')[i % 3]} spot {i % 9}" for i in range(60)]
    for name in ("first", "second"):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        frame = frame.iloc[::-1]
    done = retrieve(
        RetrieveConfig(
            data=[tmp_path / "first.csv", tmp_path / "second.csv"], output=tmp_path / "out",
            n_bootstrap=100, k=[1, 5],
        )
    )  # fmt: skip
    assert done.exit_code == 0
    board = json.loads((tmp_path / "out" / "leaderboard.json").read_text())
    assert {d["headline_metric"] for d in board["datasets"]} == {"image_to_text_mean_recall"}
    assert "Image to text" in (tmp_path / "out" / "leaderboard.html").read_text()


def test_runs_without_labels_leave_no_board(colour_model, colour_table, tmp_path):
    frame = pd.read_csv(colour_table).drop(columns="label")
    for name in ("first", "second"):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    done = zero_shot(
        ZeroShotConfig(
            data=[tmp_path / "first.csv", tmp_path / "second.csv"], output=tmp_path / "out",
            classes="red,green,blue",
        )
    )  # fmt: skip
    assert "No run has metrics" in done.render()
    assert not (tmp_path / "out" / "leaderboard.html").exists()


def test_the_public_names_are_functions():
    import cutis

    for name in ("zero_shot", "retrieve", "predict", "write_leaderboard"):
        assert callable(getattr(cutis, name)), name
