"""An evaluation warns of known copies and measures without them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cutis import cli
from cutis.data import load_dataset
from cutis.predictions import read_predictions
from cutis.stats import evaluate
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.verb import data_overlap
from cutis.tasks.zero_shot import ZeroShotConfig, zero_shot
from tests.tasks.overlap.conftest import PixelModel


class LikesRed(PixelModel):
    """A model whose zero-shot answers follow the red channel, named as a known one."""

    def embed_texts(self, texts) -> np.ndarray:
        rows = np.zeros((len(texts), 192), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:64] = 1 if "melanoma" in text else -1
        return rows


@pytest.fixture
def red_model(monkeypatch) -> LikesRed:
    model = LikesRed(name="make")
    monkeypatch.setattr("cutis.models.load_model", lambda name, **options: model)
    return model


@pytest.fixture
def training_data(noise_table, tmp_path) -> Path:
    """Copies of rows 1, which row 7 copies too, and 2 of the evaluated table, and a new picture."""
    from PIL import Image

    folder = tmp_path / "training"
    folder.mkdir()
    for i in (1, 2):
        Image.open(noise_table.parent / f"n{i}.png").resize((70, 70)).save(folder / f"t{i}.png")
    Image.open(noise_table.parent / "n3.png").rotate(90).save(folder / "t3.png")
    (folder / "training.csv").write_text("image\nt1.png\nt2.png\nt3.png\n")
    return folder / "training.csv"


def evaluate_once(table: Path, run: Path):
    return zero_shot(ZeroShotConfig(data=table, output=run, split="all", n_bootstrap=100))


def test_zero_shot_warns_and_measures_without_the_copies(
    noise_table, training_data, tmp_path, red_model
):
    before = evaluate_once(noise_table, tmp_path / "before")
    assert "without_overlap" not in before.metrics
    data_overlap(
        OverlapConfig(data=[noise_table], against=[training_data], output=tmp_path / "audit",
                      trained=["make"], scope="between")
    )  # fmt: skip
    run = tmp_path / "run"
    result = evaluate_once(noise_table, run)
    record = result.metrics["without_overlap"]
    assert (record["n_removed"], record["n_left"], record["n_not_searched"]) == (3, 5, 0)
    probs = read_predictions(run / "predictions.parquet").probs_nc
    kept = [i for i in range(8) if i not in (1, 2, 7)]
    dataset = load_dataset(noise_table)
    oracle = evaluate(
        dataset.labels[kept], probs[kept], dataset.classes, groups_n=dataset.groups[kept],
        n_bootstrap=100,
    )  # fmt: skip
    wanted = oracle.to_json()["metrics"]["accuracy"]["value"]
    assert record["metrics"]["accuracy"]["value"] == pytest.approx(wanted)
    assert "3 of the 8 evaluated images have copies in training data." in result.render()
    assert "instead of" in result.render()
    page = (run / "report.html").read_text()
    assert "3 of the 8 evaluated images have copies" in page
    assert json.loads((run / "run.json").read_text())["inputs"]["overlap_audits"]


def test_a_new_audit_makes_a_finished_run_new(noise_table, training_data, tmp_path, red_model):
    run = tmp_path / "run"
    evaluate_once(noise_table, run)
    assert "finished before" in evaluate_once(noise_table, run).render()
    data_overlap(
        OverlapConfig(data=[noise_table], against=[training_data], output=tmp_path / "audit",
                      trained=["make"], scope="between")
    )  # fmt: skip
    assert "without_overlap" in evaluate_once(noise_table, run).metrics
    assert "finished before" in evaluate_once(noise_table, run).render()


def test_another_model_is_not_concerned(noise_table, training_data, tmp_path, red_model):
    data_overlap(
        OverlapConfig(data=[noise_table], against=[training_data], output=tmp_path / "audit",
                      trained=["panderm-base"], scope="between")
    )  # fmt: skip
    assert "without_overlap" not in evaluate_once(noise_table, tmp_path / "run").metrics


def test_probe_tells_of_copies_between_training_and_test_rows(noise_table, tmp_path, pixel_model):
    data_overlap(OverlapConfig(data=[noise_table], output=tmp_path / "audit"))
    run = tmp_path / "run"
    words = ["probe", "--data", str(noise_table), "--model", "pixels", "--method", "mean",
             "--n-bootstrap", "100", "--allow-shared-groups", "-o", str(run)]  # fmt: skip
    assert cli.run(words) == 0
    record = json.loads((run / "metrics.json").read_text())["without_overlap"]
    assert (record["n_removed"], record["n_left"]) == (1, 2)
