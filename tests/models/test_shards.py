"""Checkpoints in several files give the same model as one file, and say what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.check_file import stored_precisions
from cutis.models.shards import (
    INDEX,
    named_shards,
    read_shards,
    shard_names,
    shard_paths,
    weights_sha256,
)
from cutis.models.weights import read_state_dict
from tests.models.small import clip_model, pictures, write_safetensors


def write_shards(folder: Path, state: dict[str, torch.Tensor], count: int = 3) -> Path:
    """Write a state dict as transformers splits large ones."""
    folder.mkdir(parents=True, exist_ok=True)
    names = list(state)
    places = {}
    for i in range(count):
        file = f"model-{i + 1:05d}-of-{count:05d}.safetensors"
        part = {name: state[name] for name in names[i::count]}
        write_safetensors(folder / file, part)
        places |= dict.fromkeys(part, file)
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return folder / INDEX


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return write_shards(tmp_path / "shards", clip_model().state_dict())


def test_all_tensors_are_read(index: Path):
    state = clip_model().state_dict()
    for found in (read_shards(index), read_state_dict(index)):
        assert set(found) == set(state)
        assert all(torch.equal(found[name], state[name]) for name in state)
    assert stored_precisions(index) == f"float32 ({len(state)} tensors)"


def test_a_folder_of_shards_is_the_same_model(index: Path, clip_file: Path):
    whole = load_model(f"make@{clip_file}", device="cpu")
    split = load_model(f"make@{index}", device="cpu")
    folder = load_model(f"local-dir:{index.parent}", device="cpu")
    assert np.array_equal(whole.embed_images(pictures()), split.embed_images(pictures()))
    assert folder.weights_sha256 == split.weights_sha256 == weights_sha256(index)
    assert len(folder.weights_sha256) == 64


def test_the_hash_changes_with_any_shard(index: Path):
    before = weights_sha256(index)
    last = shard_paths(index)[-1]
    state = read_state_dict(last)
    name = next(iter(state))
    write_safetensors(last, {**state, name: state[name] + 1})
    assert weights_sha256(index) != before


def test_a_missing_shard_is_named(index: Path):
    shard_paths(index)[1].unlink()
    with pytest.raises(CutisError, match="names 3 files, and 1 of them are missing: model-00002"):
        load_model(f"local-dir:{index.parent}", device="cpu")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not the index"),
        ("[]", "not the index"),
        ('{"weight_map": {}}', "not the index"),
        ('{"weight_map": {"a": "../b.safetensors"}}', "outside its folder"),
        ('{"weight_map": {"a": "b.safetensors", "c": "d.bin"}}', r"hold no tensors: d\.bin"),
        (f'{{"weight_map": {{"a": "{INDEX}"}}}}', r"hold no tensors.*ending in \.safetensors"),
    ],
)
def test_a_broken_index_is_refused(tmp_path: Path, content: str, words: str):
    path = tmp_path / INDEX
    path.write_text(content)
    with pytest.raises(CutisError, match=words):
        named_shards(path)
    with pytest.raises(CutisError, match=words):
        read_state_dict(path)


def test_a_tensor_in_two_files_is_refused(tmp_path: Path):
    for name in ("a", "b"):
        write_safetensors(tmp_path / f"{name}.safetensors", {"same": torch.ones(2)})
    (tmp_path / INDEX).write_text(
        json.dumps({"weight_map": {"same": "a.safetensors", "other": "b.safetensors"}})
    )
    with pytest.raises(CutisError, match="stands in two files"):
        read_shards(tmp_path / INDEX)


def test_names_of_shards():
    held = ["README.md", "model-00002-of-00002.safetensors", "model-00001-of-00002.safetensors"]
    assert shard_names(held) == held[:0:-1]
