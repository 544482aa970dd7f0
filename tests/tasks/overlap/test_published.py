"""The published audit, with a program of the user's own in place of the published one."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from cutis import cli
from cutis.tasks.overlap.pairs import pair_table
from cutis.tasks.overlap.published import published_rows, write_published
from tests.tasks.overlap.made import comparison, config, material


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


def published(tmp_path: Path, *found, names=("my set", "their/set")) -> list[str]:
    materials = [material(np.eye(4)[: 4 - i], name=name) for i, name in enumerate(names)]
    table = pair_table(config(), [m.side for m in materials], found)
    return write_published(tmp_path, materials, found, table)


def test_the_published_files_are_named_by_both_sets(tmp_path):
    found = comparison(0, 1, [(3, 0), (3, 2), (1, 1)], cosine_p=[1.0, 0.99, 0.98])
    within = comparison(0, 0, [(0, 1)], cosine_p=[1.0])
    names = published(tmp_path, within, found)
    assert names == ["published/my-set_in_their-set/overlaps.csv", "published/overlap_summary.csv"]
    rows = pd.read_csv(tmp_path / names[0])
    assert rows["downstream_index"].tolist() == [1, 3]  # once each, in the order of the table
    assert rows["pretrain_index"].tolist() == [1, 0]
    (summary,) = pd.read_csv(tmp_path / names[1]).to_dict("records")
    assert summary == {
        "dataset": "my set", "pretrain": "their/set", "total_images": 4, "overlapping_images": 2,
        "overlap_rate": "50.00%",
    }  # fmt: skip


def test_a_table_alone_has_no_published_files(tmp_path):
    assert published(tmp_path, comparison(0, 0, [(0, 1)], cosine_p=[1.0])) == []
    assert not (tmp_path / "published").exists()


def test_without_a_copy_the_published_files_say_none(tmp_path):
    names = published(tmp_path, comparison(0, 1, []))
    assert len(pd.read_csv(tmp_path / names[0])) == 0
    assert pd.read_csv(tmp_path / names[1])["overlap_rate"].tolist() == ["0.00%"]


def test_copies_that_only_the_hash_found_are_not_published():
    found = comparison(0, 1, [(0, 0), (1, 1)], cosine_p=[0.99, 0.2], likeness_p=[np.nan, 0.9])
    sides = [material(np.eye(2), name=name).side for name in "ab"]
    table = pair_table(config(), sides, [found])
    assert table["found_by"].tolist() == ["cosine", "hash"]
    assert published_rows(table)["downstream_image"].tolist() == ["a0"]
