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
from cutis.models.layouts import LAYOUTS, layout_module
from cutis.models.load import build_towers
from cutis.models.names import parse_name
from cutis.models.sources import resolve
from cutis.models.weights import read_state_dict
from tests.models.small import (
    cae_state,
    clip_model,
    pictures,
    write_mixed,
    write_safetensors,
    write_tokenizer,
)
from tests.models.small_layouts import (
    clip_folder,
    dino_folder,
    dino_teacher,
    lite_state,
    panderm_state,
    resnet_state,
    write_open,
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


def saved(card: str, make: Callable[[], dict[str, torch.Tensor]]) -> Callable[[Path], str]:
    """A sample that is one file of tensors, named with a card."""
    return lambda folder: f"{card}@{write_safetensors(folder / 'w.safetensors', make())}"


def cae_clip_open(folder: Path) -> str:
    return f"dermfm-zero-open@{write_open(folder) / 'open_clip_model.safetensors'}"


def dino_teacher_file(folder: Path) -> str:
    torch.save(dino_teacher(), folder / "teacher_checkpoint.pth")
    return f"dermino@{folder / 'teacher_checkpoint.pth'}"


def transformers(kind: str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        if kind in ("clip", "siglip"):
            clip_folder(folder / kind, kind)
        else:
            dino_folder(folder / kind, kind)
        return f"local-dir:{folder / kind}"

    return make


SAMPLES: dict[str, tuple[str, Callable[[Path], str]]] = {
    "cae_clip": ("default", cae_clip),
    "cae_clip pre_head": ("pre_head", cae_clip_before_head),
    "cae_clip_open": ("default", cae_clip_open),
    "cae_clip_open pre_head": ("pre_head", cae_clip_open),
    "panderm raw": ("default", saved("panderm-base", panderm_state)),
    "panderm tuned": ("default", saved("panderm-base-tuned", lambda: panderm_state(tuned=True))),
    "dinov2": ("default", dino_teacher_file),
    "dinov2 cls_mean": ("cls_mean", dino_teacher_file),
    "open_clip native": ("default", open_clip_native),
    "open_clip mixed": ("default", open_clip_mixed),
    "transformers_clip clip": ("default", transformers("clip")),
    "transformers_clip siglip": ("default", transformers("siglip")),
    "transformers_dino second": ("default", transformers("dinov2")),
    "transformers_dino second, cls_mean": ("cls_mean", transformers("dinov2")),
    "transformers_dino registers": ("default", transformers("registers")),
    "transformers_dino third": ("default", transformers("dinov3")),
    "resnet": ("default", saved("swavderm", resnet_state)),
    "efficientnet_lite": ("default", saved("efficientnet-lite0", lambda: lite_state()[0])),
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
    by_name = {name.split()[0] for name in SAMPLES}
    assert by_name | {"pair"} == set(LAYOUTS), "a pair is two models; its tests are its own"


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
    asked = {
        "pre-head": "pre_head",
        "class token and patch mean": "cls_mean",
        "first token (its makers scale it to length one)": "cls",
    }
    pooling = asked.get(model.towers.pooling, "default")
    again = load_model(model.name, device="cpu", pooling=pooling)
    if model.has_vision:
        images = pictures(2)
        np.testing.assert_array_equal(again.embed_images(images), model.embed_images(images))
    else:
        np.testing.assert_array_equal(again.embed_texts(["skin"]), model.embed_texts(["skin"]))
    assert again.identity() == model.identity()


def test_half_precision_is_close(model: Model):
    """Eight bits of mantissa through random layers: the direction stays."""
    if not model.has_vision:
        return
    asked = {"pre-head": "pre_head", "class token and patch mean": "cls_mean"}
    rounded = load_model(
        model.name, "cpu", "bf16", pooling=asked.get(model.towers.pooling, "default")
    )
    a, b = (m.embed_images(pictures(2)) for m in (model, rounded))
    assert b.dtype == np.float32
    cosines = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert cosines.min() > 0.99
    assert np.abs(a - b).max() > 0


def needed(model: Model, state: dict[str, torch.Tensor]) -> list[str]:
    """Names of the tensors that the layout does not leave out."""
    module = layout_module(model.layout)
    aside = tuple(getattr(module, "LEFT_OUT", ()))
    aside += tuple(module.HEADS) if model.layout == "text_only" else ()
    left_out = (*aside, "fc.", "head.") if model.layout == "timm" else aside
    return [name for name in state if not bare(name).startswith(left_out)]


def bare(name: str) -> str:
    """A name without what wraps the whole network."""
    return name.removeprefix("backbone.").removeprefix("dinov2.")


def test_every_tensor_is_needed_and_no_other_is_taken(model: Model):
    """Taking one away, adding one and reshaping one are each refused by name."""
    source = resolve(parse_name(model.name))
    assert source.weights is not None
    state = read_state_dict(source.weights)
    names = needed(model, state)
    assert len(names) > 10
    few = 2 if model.layout == "efficientnet_lite" else 4  # it takes long to build
    for name in names[:: len(names) // few]:
        with pytest.raises(CutisError) as raised:
            build_towers({k: v for k, v in state.items() if k != name}, source)
        assert bare(name) in str(raised.value)
    with pytest.raises(CutisError, match="surprise"):
        build_towers({**state, "surprise.weight": torch.ones(3)}, source)
    vector = [name for name in names if state[name].ndim == 1 and name.endswith("bias")][1]
    longer = {**state, vector: torch.cat([state[vector], state[vector]])}
    with pytest.raises(CutisError) as raised:
        build_towers(longer, source)
    assert bare(vector) in str(raised.value)


def test_what_it_is_named_after_is_what_it_gives(model: Model):
    """Length of features, image size and identity are those of the towers that were built."""
    if model.has_vision:
        assert model.embed_images(pictures(1)).shape == (1, model.dim)
        assert model.identity()["preprocessing"]["size"] == list(model.towers.image_size)
    if model.has_text:
        ids_nt = np.ones((2, model.context_length), np.int64)
        assert model.embed_tokens(ids_nt).shape == (2, model.dim)
    assert model.identity()["layout"] == model.layout
    assert model.identity()["pooling"] == model.towers.pooling
    assert len(model.weights_sha256) == 64
