"""A pair's towers are its halves' towers and two matrix products."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.layouts.pair import join, matches
from cutis.models.pairing.projections import TENSORS
from cutis.models.strict import StateDictMismatch
from tests.models.pairing.conftest import Halves, halves, projections  # noqa: F401
from tests.models.small import cae_state, pictures, write_safetensors

TEXTS = ["a nevus of skin", "melanoma"]


def joined(halves: Halves, state: dict[str, torch.Tensor]):  # noqa: F811
    return join(halves.vision.towers, halves.text.towers, state, "it")


def tensors(halves: Halves) -> dict[str, torch.Tensor]:  # noqa: F811
    return {name: torch.from_numpy(np.array(value)) for name, value in
            halves.projections.tensors().items()}  # fmt: skip


def test_features_are_projected_features_of_the_halves(halves: Halves):  # noqa: F811
    towers = joined(halves, tensors(halves))
    pixels = torch.stack([halves.vision.preprocess(picture) for picture in pictures(3)])
    ids = torch.from_numpy(halves.text.tokenize(TEXTS))
    with torch.inference_mode():
        images, texts = towers.image(pixels).numpy(), towers.text(ids).numpy()
    expected = halves.projections.images(halves.vision.embed_images(pictures(3)))
    np.testing.assert_allclose(images, expected, atol=1e-4)
    expected = halves.projections.texts(halves.text.embed_texts(TEXTS))
    np.testing.assert_allclose(texts, expected, atol=1e-4)
    assert (towers.dim, towers.logit_scale) == (6, pytest.approx(20.0))
    assert towers.image_size == halves.vision.towers.image_size
    assert (towers.context_length, towers.pad_id) == (12, 0)
    assert "projected" in towers.pooling


def test_the_image_tower_of_one_whole_model_and_the_text_tower_of_another(tmp_path: Path):
    """Each half may itself have both towers, and even be the same model."""
    path = write_safetensors(tmp_path / "w.safetensors", cae_state())
    whole = load_model(f"dermlip-panderm@{path}", device="cpu")
    found = projections(24, 24)
    state = {name: torch.from_numpy(np.array(v)) for name, v in found.tensors().items()}
    towers = join(whole.towers, whole.towers, state, "it")
    pixels = torch.stack([whole.preprocess(picture) for picture in pictures(2)])
    with torch.inference_mode():
        images = towers.image(pixels).numpy()
    np.testing.assert_allclose(images, found.images(whole.embed_images(pictures(2))), atol=1e-4)
    assert not towers.module.training


@pytest.mark.parametrize("name", TENSORS)
def test_a_missing_projection_is_named(halves: Halves, name: str):  # noqa: F811
    state = tensors(halves)
    del state[name]
    with pytest.raises(StateDictMismatch, match=name.replace(".", r"\.")):
        joined(halves, state)


def test_projections_of_another_half_do_not_fit(halves: Halves):  # noqa: F811
    state = tensors(halves) | {"text.weight": torch.zeros(6, 5)}
    with pytest.raises(StateDictMismatch, match=r"text\.weight 6x5 instead of 6x64"):
        joined(halves, state)


def test_projections_alone_are_no_model(halves: Halves, tmp_path: Path):  # noqa: F811
    folder = halves.save(tmp_path / "pair")
    assert matches(dict.fromkeys(TENSORS, ()))
    assert not matches(dict.fromkeys(TENSORS[1:], ()))
    (tmp_path / "alone").mkdir()
    write_safetensors(tmp_path / "alone" / "model.safetensors", tensors(halves))
    with pytest.raises(
        CutisError, match=r"projections of a pair and none of its towers.*local-dir"
    ):
        load_model(f"local-dir:{tmp_path / 'alone'}")
    assert load_model(f"local-dir:{folder}", device="cpu").has_text
