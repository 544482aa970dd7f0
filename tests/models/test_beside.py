"""Configuration files of four kinds beside a weights file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.models.beside import is_timm, is_transformers, read_beside

OPEN_CLIP = {"model_cfg": {"embed_dim": 8}, "preprocess_cfg": {"mean": [0.5] * 3}}
LIBRARY = {"model_type": "clip", "projection_dim": 8}
TIMM = {"architecture": "resnet50", "pretrained_cfg": {"tag": "a1_in1k"}}


def write(folder: Path, **files: object) -> Path:
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def test_nothing(tmp_path: Path):
    assert read_beside(tmp_path) == {}


def test_our_own_wins_over_all(tmp_path: Path):
    own = {"format": "cutis.model/1", "layout": "open_clip", "model_cfg": {}}
    write(tmp_path, config=own, open_clip_config=OPEN_CLIP, preprocessor_config={"size": 3})
    assert read_beside(tmp_path) == own


def test_each_library(tmp_path: Path):
    write(tmp_path, config=LIBRARY, open_clip_config=OPEN_CLIP, preprocessor_config={"size": 3})
    found = read_beside(tmp_path)
    assert found == {**OPEN_CLIP, "native_cfg": LIBRARY, "preprocessor": {"size": 3}}
    write(tmp_path, config=TIMM)
    assert read_beside(tmp_path)["native_cfg"] == TIMM


def test_a_configuration_of_nothing_known_is_left_alone(tmp_path: Path):
    write(tmp_path, config={"learning_rate": 3})
    assert read_beside(tmp_path) == {}


def test_kinds():
    assert is_transformers(LIBRARY)
    assert not is_transformers(TIMM)
    assert is_timm(TIMM)
    assert not is_timm({**TIMM, "model_type": "vit"})


def test_a_broken_file_is_named(tmp_path: Path):
    (tmp_path / "preprocessor_config.json").write_text("{")
    with pytest.raises(CutisError, match=r"preprocessor_config\.json cannot be read"):
        read_beside(tmp_path)
