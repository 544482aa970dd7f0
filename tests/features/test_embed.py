"""Features are those of the images, found again by content, and computed only when missing."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.features import default_cache, embed, open_features
from cutis.features.decode import read_pixels
from tests.features.fakes import TinyDataset, TinyModel, make_images, snapshot, stores


@pytest.fixture
def dataset(tmp_path):
    return make_images(tmp_path / "images", 12, (2, 5, 11))


READABLE = [0, 1, 3, 4, 6, 7, 8, 9, 10]


def by_hand(dataset, model, rows) -> np.ndarray:
    pixels = [read_pixels(dataset.image_paths[row], model.preprocess) for row in rows]
    return model.embed_pixels(torch.stack(pixels))


def test_features_are_the_model_s(dataset, tmp_path):
    features = embed(dataset, TinyModel(), tmp_path / "cache")
    assert features.rows.tolist() == READABLE
    assert features.ids == tuple(dataset.ids[row] for row in READABLE)
    assert features.values_nd.dtype == np.float32
    assert features.values_nd.shape == (9, 5)
    np.testing.assert_allclose(
        features.values_nd, by_hand(dataset, TinyModel(), READABLE), atol=1e-5
    )


def test_unreadable_rows_are_recorded(dataset, tmp_path):
    errors = embed(dataset, TinyModel(), tmp_path / "cache").errors
    assert errors["row"].tolist() == [2, 5, 11]
    assert errors["id"].tolist() == ["row 2", "row 5", "row 11"]
    assert errors["image"].tolist() == ["002.png", "005.png", "011.png"]
    kinds = [reason.partition(":")[0] for reason in errors["reason"]]
    assert kinds == ["unreadable", "truncated", "missing"]


def test_the_second_time_nothing_is_computed(dataset, tmp_path):
    first = embed(dataset, TinyModel(), tmp_path / "cache")
    model = TinyModel()
    second = embed(dataset, model, tmp_path / "cache")
    assert model.batches == []
    assert first.images_per_second > 0
    assert second.images_per_second is None
    assert second.values_nd.tobytes() == first.values_nd.tobytes()


def test_a_moved_dataset_is_recognised(dataset, tmp_path):
    embed(dataset, TinyModel(), tmp_path / "cache")
    shutil.copytree(dataset.root, tmp_path / "elsewhere")
    moved = TinyDataset(tmp_path / "elsewhere", [p.name for p in dataset.image_paths])
    model = TinyModel()
    embed(moved, model, tmp_path / "cache")
    assert model.batches == []


@pytest.mark.parametrize("change", ["pixels", "order", "id", "weights", "appearance"])
def test_what_changed_is_computed_anew(dataset, tmp_path, change):
    first = embed(dataset, TinyModel(), tmp_path / "cache")
    names = [path.name for path in dataset.image_paths]
    model = TinyModel()
    if change == "pixels":
        (dataset.root / names[0]).write_bytes((dataset.root / names[1]).read_bytes())
    elif change == "order":
        names[0], names[1] = names[1], names[0]
    elif change == "weights":
        model = TinyModel(weights_sha256="cd" * 32)
    elif change == "appearance":
        shutil.copy(dataset.root / names[0], dataset.root / names[11])
    changed = TinyDataset(dataset.root, names)
    if change == "id":
        changed.ids = ("renamed", *changed.ids[1:])
    second = embed(changed, model, tmp_path / "cache")
    assert sum(model.batches) == len(READABLE) + (change == "appearance")
    assert second.key != first.key


@pytest.mark.parametrize("workers", [0, 1, 4])
def test_threads_change_no_byte(dataset, tmp_path, workers):
    embed(dataset, TinyModel(), tmp_path / "two", workers=2)
    embed(dataset, TinyModel(), tmp_path / "other", workers=workers)
    assert snapshot(tmp_path / "two" / "features") == snapshot(tmp_path / "other" / "features")


def test_a_begun_store_keeps_its_batches(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 4)
    embed(dataset, TinyModel(), tmp_path / "calm", batch_size=3)
    (store,) = stores(tmp_path / "calm")
    before = snapshot(store)
    for name in ("DONE", "shard-00002.npy"):
        (store / name).unlink()
    model = TinyModel()
    embed(dataset, model, tmp_path / "calm", batch_size=7)
    assert model.batches == [3]
    assert snapshot(store) == before


def test_only_the_missing_shard_is_redone(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 4)
    embed(dataset, TinyModel(), tmp_path, batch_size=2)
    (store,) = stores(tmp_path)
    before = snapshot(store)
    times = {path.name: path.stat().st_mtime_ns for path in store.iterdir()}
    (store / "shard-00001.npy").unlink()
    model = TinyModel()
    embed(dataset, model, tmp_path)
    assert model.batches == [2, 1]  # rows 4, 6 and 7
    assert snapshot(store) == before
    changed = {p.name for p in store.iterdir() if p.stat().st_mtime_ns != times[p.name]}
    assert changed <= {"shard-00001.npy", "shard-00001.errors.json", "DONE"}


def test_batches_restart_with_each_shard(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 6)
    model = TinyModel()
    embed(dataset, model, tmp_path, batch_size=3)
    assert model.batches == [3, 1, 3, 2]


def test_no_image_at_all(tmp_path):
    dataset = make_images(tmp_path / "images", 3, (0, 1, 2))
    features = embed(dataset, TinyModel(), tmp_path / "cache")
    assert len(features) == 0
    assert features.values_nd.shape == (0, 5)
    assert len(features.errors) == 3


def test_no_row_at_all(tmp_path):
    features = embed(make_images(tmp_path / "images", 0), TinyModel(), tmp_path / "cache")
    assert features.values_nd.shape == (0, 5)


class Broken(TinyModel):
    def embed_pixels(self, pixels_nchw):
        values = super().embed_pixels(pixels_nchw)
        values[1, 2] = np.nan
        return values


def test_a_feature_that_is_no_number_is_refused(dataset, tmp_path):
    with pytest.raises(CutisError, match=r"not finite.*001\.png"):
        embed(dataset, Broken(), tmp_path / "cache")


def test_bf16_is_recorded_with_its_cosine(dataset, tmp_path):
    exact = embed(dataset, TinyModel(), tmp_path / "cache")
    reduced = embed(dataset, TinyModel(precision="bf16"), tmp_path / "cache")
    assert exact.meta["cosine_to_fp32"] is None
    assert reduced.key != exact.key
    cosine = reduced.meta["cosine_to_fp32"]
    a, b = reduced.values_nd, exact.values_nd
    cosines = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert cosine["n"] == 3  # four rows at equal distances, of which row 11 is broken
    assert cosines.min() - 1e-6 <= cosine["min"] <= cosine["mean"] < 1


def test_another_device_is_said(dataset, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 4)
    embed(dataset, TinyModel(), tmp_path)
    (store,) = stores(tmp_path)
    (store / "shard-00001.npy").unlink()
    embed(dataset, TinyModel(device="cuda:0"), tmp_path)
    assert "begun on cpu and continue on cuda" in capsys.readouterr().err


def test_times_are_kept_outside_the_store(dataset, tmp_path):
    features = embed(dataset, TinyModel(), tmp_path, workers=1)
    line = json.loads((tmp_path / "extractions.jsonl").read_text())
    assert line["key"] == features.key
    assert line["images"] == 12
    assert line["seconds"] > 0


def test_the_cache_is_where_the_user_says(dataset, tmp_path, monkeypatch):
    monkeypatch.setenv("CUTIS_CACHE", str(tmp_path / "given"))
    assert default_cache() == tmp_path / "given"
    features = embed(dataset, TinyModel())
    assert features.dir == tmp_path / "given" / "features" / features.key
    monkeypatch.delenv("CUTIS_CACHE")
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    assert default_cache() == tmp_path / ".cache" / "cutis"


def test_the_store_can_be_opened_alone(dataset, tmp_path):
    features = embed(dataset, TinyModel(), tmp_path / "cache")
    shutil.move(features.dir, tmp_path / "moved")
    opened = open_features(tmp_path / "moved", verify=True)
    assert opened.values_nd.tobytes() == features.values_nd.tobytes()
    assert opened.ids == features.ids
