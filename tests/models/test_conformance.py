"""The suite every layout must pass, on small random weights; a new layout adds one entry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.models import Model, load_model
from cutis.models.check import check_model
from cutis.models.layouts import LAYOUTS
from tests.models.small import (
    cae_state,
    clip_model,
    pictures,
    write_mixed,
    write_safetensors,
    write_tokenizer,
)
from tests.models.small_text import write_sentence


def cae_clip(folder: Path) -> str:
    write_tokenizer(folder)
    return f"dermlip-panderm@{write_safetensors(folder / 'w.safetensors', cae_state())}"


def cae_clip_before_head(folder: Path) -> str:
    return cae_clip(folder)


def open_clip_native(folder: Path) -> str:
    return f"make@{write_safetensors(folder / 'w.safetensors', clip_model().state_dict())}"


def open_clip_mixed(folder: Path) -> str:
    return f"local-dir:{write_mixed(folder)}"


def timm(folder: Path) -> str:
    import timm as library

    torch.manual_seed(0)
    state = library.create_model("test_vit", pretrained=False).state_dict()
    return f"timm:test_vit@{write_safetensors(folder / 'w.safetensors', state)}"


def text_only(folder: Path) -> str:
    write_sentence(folder)
    return f"local-dir:{folder}"


SAMPLES: dict[str, tuple[str, Callable[[Path], str]]] = {
    "cae_clip": ("default", cae_clip),
    "cae_clip pre_head": ("pre_head", cae_clip_before_head),
    "open_clip native": ("default", open_clip_native),
    "open_clip mixed": ("default", open_clip_mixed),
    "timm": ("default", timm),
    "text_only": ("default", text_only),
    "text_only cls": ("cls", text_only),
}


@pytest.fixture(scope="module", params=SAMPLES, ids=lambda name: name.replace(" ", "-"))
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Model:
    pooling, make = SAMPLES[request.param]
    name = make(tmp_path_factory.mktemp("sample"))
    return load_model(name, device="cpu", pooling=pooling)


def test_every_layout_has_a_sample():
    assert {name.split()[0] for name in SAMPLES} == set(LAYOUTS)


def test_it_passes_its_own_check(model: Model):
    lines = check_model(replace_card(model)).lines
    assert [line for line in lines if line.status == "FAIL"] == []


def replace_card(model: Model) -> Model:
    """Leave out the card's sizes: the samples are smaller than the published models."""
    from dataclasses import replace

    sizes = {"parameters": None, "dim": None, "context_length": None}
    return replace(model, card=model.card.model_copy(update=sizes))


def test_images_are_independent_of_their_batch(model: Model):
    if not model.has_vision:
        with pytest.raises(CutisError, match="no image tower"):
            model.embed_images(pictures(1))
        return
    images = pictures(6)
    together = model.embed_images(images)
    assert together.shape == (6, model.dim)
    assert together.dtype == np.float32
    assert np.isfinite(together).all()
    np.testing.assert_array_equal(together, model.embed_images(images))
    for size in (1, 4):
        parts = [model.embed_images(images[i : i + size]) for i in range(0, 6, size)]
        np.testing.assert_allclose(np.concatenate(parts), together, rtol=1e-5, atol=1e-5)
    turned = model.embed_images(images[::-1])[::-1]
    np.testing.assert_allclose(turned, together, rtol=1e-5, atol=1e-5)


def test_different_inputs_have_different_features(model: Model):
    if model.has_vision:
        features = model.embed_images(pictures(3))
    else:
        features = model.embed_texts(["a nevus", "a melanoma of skin"])
    assert np.abs(features[0] - features[1]).max() > 1e-4


def test_token_ids_are_independent_of_their_batch(model: Model):
    if not model.has_text:
        assert model.context_length is None
        return
    random = np.random.default_rng(0)
    ids_nt = random.integers(1, 17, (5, model.context_length))
    ids_nt[1, 3:] = ids_nt[3, 6:] = model.towers.pad_id
    together = model.embed_tokens(ids_nt)
    assert together.shape == (5, model.dim)
    alone = np.concatenate([model.embed_tokens(row[None]) for row in ids_nt])
    np.testing.assert_allclose(alone, together, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(together, model.embed_tokens(ids_nt))


def test_scale_and_facts_are_those_of_a_contrastive_model(model: Model):
    assert model.has_vision or model.has_text
    if model.has_text and model.has_vision:
        assert model.logit_scale is not None
        assert model.logit_scale > 1
    else:
        assert model.logit_scale is None
    assert model.towers.image_size == model.preprocessing.size
    assert (model.towers.image_size == (0, 0)) == (not model.has_vision)


def test_loading_twice_gives_the_same_numbers(model: Model):
    asked = {"pre-head": "pre_head", "first token (its makers scale it to length one)": "cls"}
    pooling = asked.get(model.towers.pooling, "default")
    again = load_model(model.name, device="cpu", pooling=pooling)
    if model.has_vision:
        images = pictures(2)
        np.testing.assert_array_equal(again.embed_images(images), model.embed_images(images))
    else:
        np.testing.assert_array_equal(again.embed_texts(["skin"]), model.embed_texts(["skin"]))
    assert again.identity() == model.identity()
