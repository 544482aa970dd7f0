"""The published DermLIP-PanDerm code's own numbers, on real images and in its exact file layout.

The weights are made by the fixture's rule from tensor names and shapes, so that every number of
the original is reproduced without the original's files. With the plain rule a mistake inside a
block would hardly show; the "loud" variant enlarges the layer scales so that it does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from cutis.models import Model, Preprocessing, load_model
from tests.models.parity_tools import fill_rule, position_table

CASE = "parity/dermlip_panderm_base"
FEW = 4


@pytest.fixture(scope="module")
def rule(shared: Path) -> ModuleType:
    return fill_rule(shared)


@pytest.fixture(scope="module")
def model(shared: Path, rule: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """The checkpoint in its published layout, written once and loaded by CARD@file."""
    keys = json.loads((shared / CASE / "keys.json").read_text())
    kept = {"logit_scale": np.float32(np.log(1 / 0.07)), "visual.pos_embed": position_table()}
    state = {
        name: torch.from_numpy(np.asarray(kept[name] if name in kept else rule.value(name, shape)))
        for name, shape in keys.items()
    }
    path = tmp_path_factory.mktemp("dermlip") / "open_clip_model.safetensors"
    save_file(state, path)
    del state
    yield load_model(f"dermlip-panderm@{path}", device="cpu")
    path.unlink()


@pytest.fixture(scope="module")
def images(shared: Path) -> list[Image.Image]:
    names = json.loads((shared / CASE / "inputs.json").read_text())["images"]
    folder = shared / "data" / "ham10000_fullsize"
    paths = {path.name: path for path in folder.rglob("*.jpg")}
    return [Image.open(paths[Path(name).name]).convert("RGB") for name in names]


@pytest.fixture(scope="module")
def pixels(model: Model, images: list[Image.Image]) -> torch.Tensor:
    return torch.stack([model.preprocess(image) for image in images])


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, np.ndarray]:
    return dict(np.load(shared / CASE / "outputs.npz"))


@pytest.fixture(scope="module")
def image_features(model: Model, pixels: torch.Tensor) -> np.ndarray:
    return model.embed_pixels(pixels)


@pytest.fixture(scope="module")
def text_features(model: Model, shared: Path) -> np.ndarray:
    return model.embed_tokens(np.load(shared / CASE / "inputs.npz")["token_ids"])


def before_head(model: Model) -> Model:
    """The same weights, pooled as the published linear probe does."""
    module = model.towers.module
    towers = replace(model.towers, image=module.encode_before_head, dim=768)
    return replace(model, towers=towers)


def units(features: np.ndarray) -> np.ndarray:
    return features / np.linalg.norm(features, axis=1, keepdims=True)


def test_pixels(pixels: torch.Tensor, shared: Path):
    given = np.load(shared / CASE / "inputs.npz")["pixels"]
    np.testing.assert_allclose(pixels[: len(given)].numpy(), given, rtol=0, atol=1e-6)


def test_image_features(image_features: np.ndarray, expected: dict[str, np.ndarray]):
    np.testing.assert_allclose(image_features, expected["image_features"], rtol=0, atol=1e-5)


def test_text_features(text_features: np.ndarray, expected: dict[str, np.ndarray]):
    np.testing.assert_allclose(text_features, expected["text_features"], rtol=0, atol=1e-5)


def test_logits(
    model: Model,
    image_features: np.ndarray,
    text_features: np.ndarray,
    expected: dict[str, np.ndarray],
):
    assert model.logit_scale == pytest.approx(1 / 0.07, rel=1e-6)
    cosines = units(image_features) @ units(text_features).T
    logits = model.logit_scale * cosines
    np.testing.assert_allclose(logits, expected["logits_per_image"], rtol=0, atol=1e-5)
    for scale, name in ((model.logit_scale, "softmax_over_texts"), (100, "softmax100_over_texts")):
        powers = np.exp(scale * (cosines - cosines.max(axis=1, keepdims=True)))
        shares = powers / powers.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(shares, expected[name], rtol=0, atol=1e-5)


def test_batches_do_not_matter(model: Model, pixels: torch.Tensor, image_features: np.ndarray):
    alone = np.concatenate([model.embed_pixels(pixels[i : i + 1]) for i in range(2)])
    np.testing.assert_allclose(alone, image_features[:2], rtol=0, atol=1e-5)


def test_features_of_the_linear_probe(
    model: Model, pixels: torch.Tensor, expected: dict[str, np.ndarray]
):
    found = before_head(model).embed_pixels(pixels[:FEW])
    np.testing.assert_allclose(found, expected["pre_head_features"][:FEW], rtol=0, atol=1e-5)
    np.testing.assert_allclose(found, expected["linear_prob_features"][:FEW], rtol=0, atol=1e-5)


def test_the_linear_probes_other_preprocessing(
    model: Model, images: list[Image.Image], shared: Path
):
    spec = Preprocessing(
        size=224, resize_to=256, interpolation="bilinear",
        mean=(0.485, 0.456, 0.406), std=(0.228, 0.224, 0.225),
    )  # fmt: skip
    probe = replace(before_head(model), preprocessing=spec)
    wanted = np.load(shared / CASE / "outputs_lp_transform.npz")["linear_prob_features"]
    np.testing.assert_allclose(probe.embed_images(images[:FEW]), wanted[:FEW], rtol=0, atol=1e-5)


def test_loud(model: Model, pixels: torch.Tensor, rule: ModuleType, shared: Path):
    """Last, because it changes the layer scales of the model in place."""
    with torch.no_grad():
        for name, parameter in model.towers.module.named_parameters():
            if name.endswith((".gamma_1", ".gamma_2")):
                loud = rule.value(name, parameter.shape, rule.loud_scale(name))
                parameter.copy_(torch.from_numpy(loud))
    wanted = np.load(shared / CASE / "outputs_loud.npz")
    features = model.embed_pixels(pixels[:FEW])
    np.testing.assert_allclose(features, wanted["image_features"][:FEW], rtol=0, atol=1e-5)
    pooled = before_head(model).embed_pixels(pixels[:FEW])
    np.testing.assert_allclose(pooled, wanted["pre_head_features"][:FEW], rtol=0, atol=1e-5)
