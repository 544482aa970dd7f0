"""The published audit, with a program of the user's own in place of the published one."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pandas as pd
import pytest
import torch

from cutis import cli


class Quarters(torch.nn.Module):
    """Mean colours of an 8 by 8 grid, about their mean: enough to know a copy by."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        cells = torch.nn.functional.adaptive_avg_pool2d(pixels, 8)
        return (cells - cells.mean(dim=(2, 3), keepdim=True)).flatten(1)


@pytest.fixture
def program(tmp_path) -> Path:
    path = tmp_path / "sscd_disc_mixup.torchscript.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(Quarters()), str(path))
    return path


def words(noise_table: Path, program: Path, run: Path) -> list[str]:
    return ["data", "overlap", "--data", str(noise_table), "--model", f"sscd@{program}",
            "--no-hash", "--device", "cpu", "-o", str(run)]  # fmt: skip


def test_it_is_not_run_without_the_users_word(noise_table, program, tmp_path, capsys):
    assert cli.run(words(noise_table, program, tmp_path / "run")) == 2
    assert "--trust-torchscript" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_copies_are_found_at_the_published_threshold(noise_table, program, tmp_path, capsys):
    run = tmp_path / "run"
    assert cli.run([*words(noise_table, program, run), "--trust-torchscript"]) == 0
    assert "Within noise: 4 of 8 pictures (50.0 %" in capsys.readouterr().out
    record = json.loads((run / "result.json").read_text())
    assert record["method"]["threshold"] == 0.75
    table = pd.read_parquet(run / "overlap.parquet")
    pairs = {frozenset(pair) for pair in table[["image_a", "image_b"]].values.tolist()}
    assert pairs == {frozenset(("n0.png", "n6.png")), frozenset(("n1.png", "n7.png"))}
    assert (table["cosine"] >= 0.75).all()
    assert table["likeness"].isna().all()
    assert table["cluster"].tolist() == [1, 2] or table["cluster"].tolist() == [2, 1]
    made = json.loads((run / "run.json").read_text())
    assert made["model"]["card"]["title"] == "SSCD (copy detection)"
    assert made["model"]["identity"]["layout"] == "torchscript"


def test_a_threshold_of_ones_own_replaces_it(noise_table, program, tmp_path):
    run = tmp_path / "run"
    more = ["--trust-torchscript", "--threshold", "1"]
    assert cli.run([*words(noise_table, program, run), *more]) == 0
    assert json.loads((run / "result.json").read_text())["comparisons"][0]["pairs"] == 0
