"""A store is opened whole or not at all."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.errors import CutisError
from cutis.features import embed, open_features
from tests.features.fakes import TinyModel, make_images


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 4)
    dataset = make_images(tmp_path / "images", 10, (2,))
    return embed(dataset, TinyModel(), tmp_path / "cache").dir


def npy(path, values) -> None:
    np.save(path, values)


def test_nothing_there(tmp_path):
    with pytest.raises(CutisError, match="no complete features"):
        open_features(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["DONE", "shard-00001.npy", "ids.parquet", "meta.json"])
def test_an_incomplete_store_is_refused(store, name):
    (store / name).unlink()
    with pytest.raises(CutisError, match=r"no complete features.*cutis embed"):
        open_features(store)


@pytest.mark.parametrize("name", ["shard-00001.npy", "ids.parquet", "errors.parquet"])
def test_a_file_cut_short_is_refused(store, name):
    path = store / name
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(CutisError, match=f"damaged.*{name}.*remove"):
        open_features(store)


def same_size_other_bytes(path) -> None:
    content = bytearray(path.read_bytes())
    content[-3] ^= 255
    path.write_bytes(bytes(content))


def test_changed_bytes_are_found_when_asked(store):
    same_size_other_bytes(store / "shard-00000.npy")
    open_features(store)
    with pytest.raises(CutisError, match=r"shard-00000\.npy.*changed"):
        open_features(store, verify=True)


@pytest.mark.parametrize(
    "values",
    [np.zeros((4, 5), np.float32), np.zeros((3, 10), np.float16), np.zeros((3, 5), np.int32)],
    ids=["rows", "width", "type"],
)
def test_a_shard_of_another_shape_is_refused(store, values):
    path = store / "shard-00000.npy"  # rows 0, 1 and 3
    np.save(path, values)
    done = json.loads((store / "DONE").read_text())
    done["files"]["shard-00000.npy"]["bytes"] = path.stat().st_size
    (store / "DONE").write_text(json.dumps(done))
    with pytest.raises(CutisError, match=r"shard-00000\.npy.*not float32 \(3, 5\)"):
        open_features(store)


def test_a_description_of_another_store_is_refused(store):
    meta = json.loads((store / "meta.json").read_text())
    meta["identity"]["precision"] = "bf16"
    (store / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(CutisError, match="does not describe this store"):
        open_features(store)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}"])
def test_a_description_that_is_none_is_refused(store, content):
    (store / "meta.json").write_text(content)
    with pytest.raises(CutisError, match="damaged"):
        open_features(store)


def test_lost_errors_are_noticed(store):
    """Without the list of unreadable rows, features would be given to the wrong images."""
    (store / "shard-00000.errors.json").unlink()
    with pytest.raises(CutisError):
        open_features(store)
