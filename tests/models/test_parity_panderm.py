"""The published PanDerm code's own numbers, on real images and in its exact file layouts.

Weights are made by the fixture's rule. The "loud" variants enlarge layer scales and tables of
relative positions, so that a mistake inside a block moves the output by more than the tolerance.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image

from cutis.models import Model, load_model
from tests.models.parity_tools import case_images, fill_rule, filled, make_loud, position_table

RAW, TUNED = "parity/panderm_base_lp", "parity/panderm_base_ft"
FEW = 2


@pytest.fixture(scope="module")
def rule(shared: Path) -> ModuleType:
    return fill_rule(shared)


@pytest.fixture(scope="module")
def images(shared: Path) -> list[Image.Image]:
    return case_images(shared, RAW, FEW)


@pytest.fixture(scope="module")
def raw(
    shared: Path, rule: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Model]:
    """The tower as a pretraining run saves it: prefixed, wrapped, with parts of no use."""
    state = filled(rule, shared / RAW / "keys.json", {"pos_embed": position_table()}, "encoder.")
    state |= {
        "mask_token": torch.zeros(1, 1, 768),
        "rd_pos_embed": torch.zeros(1, 197, 768),
        "decoder.head.weight": torch.zeros(8, 768),
        "decoder.head.bias": torch.zeros(8),
        "regresser.norm.weight": torch.zeros(768),
    }
    path = tmp_path_factory.mktemp("panderm") / "panderm_bb_data6_checkpoint-499.pth"
    arguments = argparse.Namespace(lr=1.5e-3)
    torch.save({"model": state, "optimizer": {"state": {}}, "args": arguments}, path)
    del state
    yield load_model(f"panderm-base@{path}", device="cpu")
    path.unlink()


def test_raw_pixels(raw: Model, images: list[Image.Image], shared: Path):
    given = np.load(shared / RAW / "inputs.npz")["pixels"]
    found = torch.stack([raw.preprocess(image) for image in images[: len(given)]])
    np.testing.assert_allclose(found.numpy(), given, rtol=0, atol=1e-6)


def test_raw_features(raw: Model, images: list[Image.Image], shared: Path):
    wanted = np.load(shared / RAW / "outputs.npz")["features"][:FEW]
    np.testing.assert_allclose(raw.embed_images(images), wanted, rtol=0, atol=1e-5)
    assert (raw.layout, raw.dim, raw.has_text, raw.has_classifier) == ("panderm", 768, False, False)


def test_raw_says_what_it_left_out(raw: Model):
    for name in ("mask_token", "rd_pos_embed", "2 tensors 'decoder.*'", "regresser.norm.weight"):
        assert sum(name in note for note in raw.notes) == 1
    assert len(raw.notes) == 4


def test_raw_loud(raw: Model, images: list[Image.Image], rule: ModuleType, shared: Path):
    """Last of the raw tests, because it changes the model in place."""
    make_loud(rule, raw.towers.module)
    wanted = np.load(shared / RAW / "outputs_loud.npz")["features"][:FEW]
    np.testing.assert_allclose(raw.embed_images(images), wanted, rtol=0, atol=2e-5)


def tuned_state(shared: Path, rule: ModuleType, keys: str) -> dict[str, torch.Tensor]:
    index = np.load(shared / TUNED / "outputs.npz")["relative_position_index"]
    kept = {"pos_embed": position_table(), "relative_position_index": index}
    return filled(rule, shared / TUNED / keys, kept)


@pytest.fixture(scope="module")
def tuned(
    shared: Path, rule: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Model]:
    path = tmp_path_factory.mktemp("tuned") / "checkpoint-best.pth"
    whole = {
        "model": tuned_state(shared, rule, "keys.json"),
        "optimizer": {"state": {}, "param_groups": []},
        "epoch": "best",
        "scaler": {},
        "args": argparse.Namespace(nb_classes=7, model="PanDerm_Base_FT"),
    }
    torch.save(whole, path)
    del whole
    yield load_model(f"panderm-base-tuned@{path}", device="cpu")
    path.unlink()


def check(model: Model, images: list[Image.Image], logits: np.ndarray, features: np.ndarray):
    pixels = torch.stack([model.preprocess(image) for image in images])
    np.testing.assert_allclose(model.classify_pixels(pixels), logits[:FEW], rtol=0, atol=1e-5)
    np.testing.assert_allclose(model.embed_pixels(pixels), features[:FEW], rtol=0, atol=1e-5)


def test_tuned(tuned: Model, images: list[Image.Image], shared: Path):
    wanted = np.load(shared / TUNED / "outputs.npz")
    check(tuned, images, wanted["logits"], wanted["features"])
    assert (tuned.dim, tuned.has_classifier) == (768, True)


def test_tuned_with_large_tables(
    tuned: Model, images: list[Image.Image], rule: ModuleType, shared: Path
):
    with torch.no_grad():
        for name, table in tuned.towers.module.named_parameters():
            if name.endswith("bias_table"):
                table.copy_(50 * torch.from_numpy(rule.value(name, table.shape)))
    wanted = np.load(shared / TUNED / "outputs.npz")
    check(tuned, images, wanted["logits_relpos50"], wanted["features_relpos50"])


def test_tuned_loud(tuned: Model, images: list[Image.Image], rule: ModuleType, shared: Path):
    """Last of the tuned tests, because it changes the model in place."""
    make_loud(rule, tuned.towers.module)
    wanted = np.load(shared / TUNED / "outputs_loud.npz")
    check(tuned, images, wanted["logits"], wanted["features"])


def test_tuned_on_the_class_token_without_tables(
    images: list[Image.Image], rule: ModuleType, shared: Path, tmp_path: Path
):
    path = tmp_path / "checkpoint-best.pth"
    torch.save({"model": tuned_state(shared, rule, "keys_use_cls_norelpos.json")}, path)
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    pixels = torch.stack([model.preprocess(image) for image in images])
    wanted = np.load(shared / TUNED / "outputs.npz")["logits_use_cls_norelpos"][:FEW]
    np.testing.assert_allclose(model.classify_pixels(pixels), wanted, rtol=0, atol=1e-5)
    assert model.towers.pooling == "class token"
    path.unlink()
