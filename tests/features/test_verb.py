"""`cutis embed` end to end, with a real table and a real model."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from cutis import cli
from cutis.data import load_dataset, load_image
from cutis.errors import CutisError
from cutis.features import embed, open_features
from cutis.features.extract import fill
from cutis.features.verb import EmbedConfig, embed_verb, short
from cutis.models import load_model
from tests.features.fakes import snapshot


@pytest.fixture
def config(table, small_model, tmp_path):
    """Settings of a small run; keywords change them."""

    def make(**more) -> EmbedConfig:
        given = {
            "data": table, "images": table.parent / "images", "output": tmp_path / "run",
            "model": small_model, "device": "cpu",
        }  # fmt: skip
        return EmbedConfig(**(given | more))

    return make


def test_features_are_those_of_the_model(config, table, small_model):
    features = embed_verb(config()).features
    model = load_model(small_model, device="cpu")
    names = [f"{i:03d}.png" for i in features.rows]
    images = [load_image(table.parent / "images" / name) for name in names]
    assert len(images) == 9
    assert np.abs(model.embed_images(images) - features.values_nd).max() < 1e-5


def test_the_run_names_store_counts_errors_and_speed(config, tmp_path):
    result = embed_verb(config())
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["status"] == "finished"
    assert record["features"]["n_features"] == 9
    assert record["features"]["n_unreadable"] == 3
    assert record["features"]["dim"] == 16
    assert record["features"]["cosine_to_fp32"] is None
    assert record["images_per_second"] > 0
    assert record["inputs"]["features_key"] == result.features.key
    assert open_features(record["features"]["store"]).key == result.features.key
    errors = pd.read_csv(tmp_path / "run" / "errors.csv")
    assert errors["image"].tolist() == ["002.png", "005.png", "011.png"]
    assert record["outputs"] == ["errors.csv"]


def test_the_text_names_run_errors_and_next_command(config, tmp_path):
    lines = embed_verb(config()).render().splitlines()
    assert "Features of 9 of 12 images, 16 values each" in lines[0]
    assert "3 could not be read" in lines[1]
    assert "images/s" in lines[2]
    assert lines[-1].startswith(f"Run: {tmp_path / 'run'}. Next: cutis zero-shot --data ")


def test_again_does_nothing(config, tmp_path):
    embed_verb(config())
    before = snapshot(tmp_path / "run")
    result = embed_verb(config(workers=1, batch_size=3))
    after = snapshot(tmp_path / "run")
    assert after["run.json"] == before["run.json"]
    assert "All of them were cached." in result.render()


def test_bf16_states_its_cosine(config, tmp_path):
    result = embed_verb(config(precision="bf16"))
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    cosine = record["features"]["cosine_to_fp32"]
    exact = embed_verb(config(output=tmp_path / "exact")).features.values_nd
    reduced = result.features.values_nd
    cosines = torch.nn.functional.cosine_similarity(torch.tensor(reduced), torch.tensor(exact))
    assert cosine["n"] == 3
    assert float(cosines.min()) - 1e-4 < cosine["min"] <= cosine["mean"] < 1
    assert cosine["min"] > 0.999
    assert f"least {cosine['min']:.6f}" in result.render()
    assert not np.array_equal(reduced, exact)


def test_dry_run_plans_and_writes_nothing(config, tmp_path):
    result = embed_verb(config(dry_run=True))
    text = result.render()
    assert "0 of 12 images are cached" in text
    assert "12 to compute, about" in text
    assert "Without an image file: 1 rows" in text
    assert not (tmp_path / "run").exists()
    embed_verb(config())
    assert "12 of 12 images are cached" in embed_verb(config(dry_run=True)).render()


def test_export_writes_array_and_rows(config, tmp_path):
    features = embed_verb(config(export=True)).features
    values = np.load(tmp_path / "run" / "features.npy")
    rows = pd.read_csv(tmp_path / "run" / "features.csv", dtype={"id": str})
    assert np.array_equal(values, features.values_nd)
    assert rows["row"].tolist() == features.rows.tolist()
    assert tuple(rows["id"]) == features.ids


def test_no_readable_image_is_an_error(config, table):
    for path in (table.parent / "images").iterdir():
        path.write_text("not an image")
    with pytest.raises(CutisError, match=r"None of the 12 images.*cutis data check --data"):
        embed_verb(config())


def test_python_and_command_share_the_features(config, table, small_model, tmp_path):
    made = embed_verb(config()).features
    dataset = load_dataset(table, images=table.parent / "images")
    found = embed(dataset, load_model(small_model, device="cpu"))
    assert found.dir == made.dir
    assert found.images_per_second is None


def test_a_record_does_not_name_its_user(monkeypatch):
    monkeypatch.setattr("pathlib.Path.home", lambda: Path("/home/someone"))
    assert short(Path("/home/someone/.cache/cutis/features/k")) == "~/.cache/cutis/features/k"
    assert short(Path("/data/k")) == "/data/k"


def test_from_the_shell(config, table, tmp_path):
    script = Path(sys.executable).with_name("cutis")
    given = config()
    words = ["embed", "--data", table, "--images", given.images, "--model", given.model,
             "-o", tmp_path / "run", "--device", "cpu"]  # fmt: skip
    done = subprocess.run([script, *map(str, words)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("Run: ")
    assert "Features: 9/12 images and 3 unreadable" in done.stderr


def test_the_record_tells_loading_from_embedding(config, tmp_path, capsys):
    embed_verb(config())
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert 0 < record["load_seconds"] < record["wall_seconds"] + record["load_seconds"]
    assert capsys.readouterr().err.startswith("Loading model local-dir:")


def test_what_could_not_be_read_is_not_counted_as_features(config, table, capsys):
    for path in (table.parent / "images").iterdir():
        path.write_text("not an image")
    with pytest.raises(CutisError, match="None of the 12"):
        embed_verb(config())
    assert "Features: 0/12 images and 12 unreadable" in capsys.readouterr().err


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 4)


def words(given, *more) -> list[str]:
    return ["embed", "--data", str(given.data), "--images", str(given.images), "--model",
            given.model, "--device", "cpu", "-o", str(given.output), *more]  # fmt: skip


def test_parts_from_the_command_line(config, tmp_path, capsys, small_shards):
    given = config()
    assert cli.run(words(given, "--shard", "2/2", "--threads", "1")) == 0
    said = capsys.readouterr().out
    assert "shard 2/2 done (4 images, 4 computed now); 1 of 2 parts missing" in said
    assert "Next, when the other parts are done: cutis embed --" in said
    assert "--shard" not in said.splitlines()[-1]
    assert not (given.output / "run.json").exists()
    event = json.loads((given.output / "log.jsonl").read_text().splitlines()[-1])
    assert (event["event"], event["part"], event["missing_parts"]) == ("part", "2/2", [1])
    assert cli.run(words(given, "--shard", "1/2")) == 0
    said = capsys.readouterr().out
    assert "Features of 9 of 12 images" in said
    assert "Speed: " in said
    record = json.loads((given.output / "run.json").read_text())
    alone = embed_verb(config(output=tmp_path / "b", cache=tmp_path / "cache", threads=1))
    assert record["features"]["key"] == alone.features.key
    parts = open_features(record["features"]["store"])
    assert snapshot(parts.dir) == snapshot(alone.features.dir)


def test_a_dry_run_of_a_part_counts_its_shards(config, small_shards):
    assert "Part 2/2: 1 of 3 shards" not in embed_verb(config(dry_run=True)).render()
    embed_verb(config(shard="2/2"))
    text = embed_verb(config(dry_run=True, shard="1/2")).render()
    assert "Part 1/2: 2 of 3 shards, of which 2 with 8 images are to compute." in text
    text = embed_verb(config(dry_run=True, shard="2/2")).render()
    assert "Part 2/2: 1 of 3 shards, of which 0 with 0 images" in text


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"shard": "3/2"}, "does not name one of several processes"),
        ({"shard": "1/2", "engine": "ray"}, "cannot be had together"),
        ({"shard": "1/2", "export": True}, "--export needs all features"),
        ({"ray_workers": 2}, "mean nothing without Ray.*--engine ray"),
        ({"ray_address": "auto"}, "mean nothing without Ray"),
    ],
)
def test_settings_that_contradict_each_other(config, capsys, settings, said):
    with pytest.raises(CutisError, match=said):
        embed_verb(config(**settings))
    assert "Loading model" not in capsys.readouterr().err


def test_ray_that_is_absent_is_said_first(config, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CutisError, match=r"pip install 'cutis\[ray\]'"):
        embed_verb(config(engine="ray"))
    assert "Loading model" not in capsys.readouterr().err


def test_ray_gets_its_settings(config, monkeypatch):
    seen = []

    def fill_with(engine, store, meta, dataset, model, workers):
        seen.append((engine.address, engine.workers, meta["threads"]))
        return fill(store, meta, dataset, model, workers)

    monkeypatch.setattr("cutis.features.ray_engine.require_ray", lambda: None)
    monkeypatch.setattr("cutis.features.ray_engine.RayEngine.__call__", fill_with)
    embed_verb(config(engine="ray", ray_address="auto", ray_workers=3, threads=2))
    assert seen == [("auto", 3, 2)]


def test_size_normalisation_and_pooling_reach_the_features(table, tmp_path):
    """A model that can change them: other features, another store, all in the record."""
    from tests.models.small_layouts import dino_folder

    dino_folder(tmp_path / "dino")
    runs = []
    for name, more in {
        "usual": {},
        "other": {"image_size": 48, "norm": "half", "pooling": "cls_mean"},
    }.items():
        given = EmbedConfig(
            data=table, images=table.parent / "images", output=tmp_path / name, device="cpu",
            model=f"local-dir:{tmp_path / 'dino'}", **more,
        )  # fmt: skip
        features = embed_verb(given).features
        record = json.loads((tmp_path / name / "run.json").read_text())
        runs.append((features.values_nd.shape[1], record["model"]["identity"]))
    assert [width for width, _ in runs] == [64, 128]
    assert runs[1][1]["preprocessing"]["size"] == [48, 48]
    assert runs[1][1]["preprocessing"]["mean"] == [0.5, 0.5, 0.5]
    assert runs[1][1]["pooling"] == "class token and patch mean"


def without_text(folder) -> str:
    from tests.models.small_layouts import dino_folder

    dino_folder(folder)
    return f"local-dir:{folder}"


def test_the_next_command_keeps_what_decides_the_features(config, table, tmp_path):
    """Typed as it is shown, on a model without text, it finds the features again."""
    given = config(
        model=without_text(tmp_path / "dino"), image_size=48, norm="half", pooling="cls_mean",
        cache=tmp_path / "cache",
    )  # fmt: skip
    line = embed_verb(given).render().splitlines()[-1]
    following = line.partition("Next: cutis ")[2].replace("NEW_FOLDER", str(tmp_path / "next"))
    words = shlex.split(following)
    assert words[:3] == ["retrieve", "--direction", "image-to-image"]
    assert {"--image-size", "--norm", "--pooling"} < set(words)
    assert cli.run([*words, "--n-bootstrap", "100"]) == 0
    assert len(list((tmp_path / "cache" / "features").iterdir())) == 1


@pytest.mark.parametrize("labels", [None, "nevus"])
def test_nothing_is_suggested_where_nothing_fits(config, table, tmp_path, labels):
    """A model without text, and images without labels or all of one."""
    rows = pd.read_csv(table).drop(columns="label")
    (rows if labels is None else rows.assign(label=labels)).to_csv(table, index=False)
    lines = embed_verb(config(model=without_text(tmp_path / "dino"))).render().splitlines()
    assert lines[-1] == f"Run: {tmp_path / 'run'}."


def test_a_size_a_model_cannot_have_is_refused_on_the_command_line(config, capsys):
    arguments = ["embed", "--data", str(config().data), "--images", str(config().images),
                 "--model", config().model, "--output", str(config().output)]  # fmt: skip
    assert cli.run([*arguments, "--image-size", "65"]) == 2
    assert "cannot change its size" in capsys.readouterr().err
