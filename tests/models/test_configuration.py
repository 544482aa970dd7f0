"""A corrected configuration is another model: features of the former one are not served."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cutis.features.key import feature_identity, feature_key
from cutis.features.texts import text_key
from cutis.models import load_model
from cutis.models.configuration import configuration_sha256
from cutis.models.towers import Settings
from tests.models.small import CLIP_CONFIG, clip_model, pictures, write_safetensors
from tests.models.small_layouts import clip_folder
from tests.models.small_text import write_sentence


def change(path: Path, how: Callable[[Any], object]) -> None:
    """Edit a JSON file."""
    value = json.loads(path.read_text())
    how(value)
    path.write_text(json.dumps(value))


def features(folder: Path) -> tuple[str | None, np.ndarray]:
    """Return the store's name for some rows, and the features."""
    model = load_model(f"local-dir:{folder}", device="cpu")
    if model.has_vision:
        return feature_key(feature_identity(model, "rows")), model.embed_images(pictures())
    return feature_key(feature_identity(model, "rows")), model.embed_texts(["nevus", "skin"])


def write_open_clip(folder: Path) -> Path:
    write_safetensors(folder / "open_clip_model.safetensors", clip_model().state_dict())
    config = {"model_cfg": {**CLIP_CONFIG, "quick_gelu": False}}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    return folder / "open_clip_config.json"


def write_library(folder: Path) -> Path:
    clip_folder(folder)
    return folder / "config.json"


def write_text(folder: Path) -> Path:
    write_sentence(folder)
    return folder / "config.json"


@pytest.mark.parametrize(
    ("write", "correct"),
    [
        (write_open_clip, lambda x: x["model_cfg"].update(quick_gelu=True)),
        (write_open_clip, lambda x: x["model_cfg"]["vision_cfg"].update(head_width=32)),
        (write_library, lambda x: x["vision_config"].update(num_attention_heads=2)),
        (write_library, lambda x: x["vision_config"].update(hidden_act="relu")),
        (write_library, lambda x: x["vision_config"].update(layer_norm_eps=0.5)),
        (write_text, lambda x: x.update(num_attention_heads=2)),
        (write_text, lambda x: x.update(layer_norm_eps=0.5)),
    ],
)
def test_what_changes_the_numbers_changes_the_key(tmp_path: Path, write, correct):
    path = write(tmp_path)
    key, before_nd = features(tmp_path)
    change(path, correct)
    corrected, after_nd = features(tmp_path)
    assert np.abs(before_nd - after_nd).max() > 1e-4
    assert corrected != key
    change(path, lambda x: x.update(transformers_version="9", torch_dtype="float16"))
    assert features(tmp_path)[0] == corrected, "these two change no number"


def test_a_corrected_card_changes_the_keys_of_images_and_texts(tmp_path: Path):
    file = write_safetensors(tmp_path / "model.safetensors", clip_model().state_dict())
    keys = set()
    for line in ("", "quick_gelu: true\n"):
        (tmp_path / "card.yaml").write_text(f"name: own\ntitle: Own\n{line}")
        model = load_model(f"local-dir:{file.parent}", device="cpu")
        model.tokenizer = lambda texts: np.ones((len(texts), 12), np.int64)
        keys |= {feature_key(feature_identity(model, "rows")), text_key(model, ["nevus"])}
    assert len(keys) == 4


def test_the_hash_is_of_values_not_of_their_writing():
    one = Settings("a", {"size": (32, 32), "embed_dim": 16}, quick_gelu=None)
    two = Settings("b", {"embed_dim": 16, "size": [32, 32]}, pooling="x", image_size=(64, 64))
    assert configuration_sha256(one) == configuration_sha256(two)
    for other in (
        Settings("a", {"size": [32, 48], "embed_dim": 16}),
        Settings("a", {"size": [32, 32], "embed_dim": 16}, quick_gelu=False),
        Settings("a", {"size": [32, 32], "embed_dim": 16}, {"layer_norm_eps": 1e-6}),
        Settings("a", {"size": [32, 32], "embed_dim": 16}, native_cfg={"hidden_act": "gelu"}),
    ):
        assert configuration_sha256(other) != configuration_sha256(one)
