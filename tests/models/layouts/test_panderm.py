"""PanDerm's files in all their forms, and what is inside them that must not be there."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.layouts import detect, panderm
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings
from tests.models.layouts.test_cae_clip import plain_tokens
from tests.models.small import CAE_SIZES, pictures, write_safetensors
from tests.models.small_layouts import WIDTH, panderm_state

SETTINGS = Settings(what="it")
INDEX = "blocks.{}.attn.relative_position_index"


def pixels() -> torch.Tensor:
    return torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def test_a_raw_tower_gives_the_class_token_after_the_norm():
    state = panderm_state()
    tokens = plain_tokens({f"visual.{k}": v for k, v in state.items()}, pixels())
    wanted = F.layer_norm(tokens, (WIDTH,), state["norm.weight"], state["norm.bias"], 1e-6)[:, 0]
    towers = panderm.build(state, SETTINGS)
    with torch.inference_mode():
        torch.testing.assert_close(towers.image(pixels()), wanted, atol=2e-5, rtol=0)
    assert (towers.dim, towers.classify, towers.text) == (WIDTH, None, None)


def test_a_tuned_tower_gives_the_norm_of_the_mean_and_logits():
    """With tables of zeros, so that the plain arithmetic needs no relative positions."""
    state = panderm_state(tuned=True)
    state |= {k: torch.zeros_like(v) for k, v in state.items() if k.endswith("bias_table")}
    tokens = plain_tokens({f"visual.{k}": v for k, v in state.items()}, pixels())
    mean = tokens[:, 1:].mean(1)
    pooled = F.layer_norm(mean, (WIDTH,), state["fc_norm.weight"], state["fc_norm.bias"], 1e-6)
    logits = pooled @ state["head.weight"].T + state["head.bias"]
    towers = panderm.build(state, SETTINGS)
    with torch.inference_mode():
        torch.testing.assert_close(towers.image(pixels()), pooled, atol=2e-5, rtol=0)
        torch.testing.assert_close(towers.classify(pixels()), logits, atol=2e-5, rtol=0)


def test_the_tables_of_relative_positions_matter():
    state = panderm_state(tuned=True)
    other = {k: v * 3 if k.endswith("bias_table") else v for k, v in state.items()}
    with torch.inference_mode():
        moved = panderm.build(state, SETTINGS).image(pixels())
        moved = moved - panderm.build(other, SETTINGS).image(pixels())
    assert moved.abs().max() > 1e-3


def forms(state: dict[str, torch.Tensor]) -> dict[str, object]:
    prefixed = {f"encoder.{k}": v for k, v in state.items()}
    extra = {"mask_token": torch.ones(1), "teacher.norm.weight": torch.ones(2),
             "encoder_to_regresser.weight": torch.ones(2)}  # fmt: skip
    return {
        "bare": state,
        "encoder.": prefixed,
        "module.": {f"module.{k}": v for k, v in state.items()},
        "module.encoder.": {f"module.{k}": v for k, v in prefixed.items()},
        "model": {"model": state, "args": argparse.Namespace(nb_classes=7)},
        "module": {"module": prefixed},
        "state_dict": {"state_dict": {f"module.{k}": v for k, v in state.items()}},
        "pretraining": {"model": prefixed | extra, "epoch": 499},
        "bare with extras": state | extra,
    }


@pytest.mark.parametrize("form", forms({}))
def test_every_form_gives_the_same_features(form: str, tmp_path: Path):
    state, path = panderm_state(), tmp_path / "checkpoint-499.pth"
    torch.save(forms(state)[form], path)
    wanted = panderm.build(state, SETTINGS).image
    model = load_model(f"panderm-large@{path}", device="cpu")
    ready = torch.stack([model.preprocess(image) for image in pictures(2)])
    with torch.inference_mode():
        np.testing.assert_array_equal(model.embed_pixels(ready), wanted(ready).numpy())
    assert len(model.notes) == (3 if "extra" in form or "pretraining" in form else 0)


SURPRISES = {"surprise": torch.ones(2), "regressor_v2.0.w": torch.ones(2),
             "regressor_v2.1.w": torch.ones(2)}  # fmt: skip


def test_only_a_prefixed_tower_is_kept_and_the_rest_is_counted():
    """The pretraining network around the published large tower has no complete public list."""
    plain = panderm_state()
    state = {f"encoder.{k}": v for k, v in plain.items()} | SURPRISES
    towers = panderm.build(state | {"teacher.w": torch.ones(2)}, SETTINGS)
    with torch.inference_mode():
        wanted = panderm.build(plain, SETTINGS).image(pixels())
        assert torch.equal(towers.image(pixels()), wanted)
    assert len(towers.notes) == 2
    assert "'teacher.w'" in towers.notes[0]
    assert "'surprise' (1), 'regressor_v2.*' (2)" in towers.notes[1]


def test_a_prefixed_tower_is_still_complete_or_refused():
    state = {f"encoder.{k}": v for k, v in panderm_state().items()} | SURPRISES
    del state["encoder.blocks.1.gamma_2"]
    state["encoder.surprise"] = torch.ones(2)
    with pytest.raises(StateDictMismatch) as raised:
        panderm.build(state, SETTINGS)
    assert raised.value.missing == ["blocks.1.gamma_2"]
    assert raised.value.unexpected == ["surprise"]


def test_beside_a_tower_without_a_prefix_nothing_unknown_is_let_pass():
    with pytest.raises(StateDictMismatch) as raised:
        panderm.build(panderm_state() | SURPRISES, SETTINGS)
    assert set(raised.value.unexpected) == set(SURPRISES)


def test_index_tables_are_compared_and_left_out():
    state = panderm_state(tuned=True)
    own = panderm.build(state, SETTINGS).module.blocks[0].attn.relative_position_index
    stored = {INDEX.format(i): own.clone() for i in range(CAE_SIZES["depth"])}
    with torch.inference_mode():
        same = panderm.build(state | stored, SETTINGS).image(pixels())
        assert torch.equal(same, panderm.build(state, SETTINGS).image(pixels()))
    stored[INDEX.format(1)][0, 0] += 1
    with pytest.raises(StateDictMismatch, match=r"blocks\.1\.attn\.relative_position_index"):
        panderm.build(state | stored, SETTINGS)
    with pytest.raises(StateDictMismatch) as raised:
        panderm.build(panderm_state() | {INDEX.format(0): own}, SETTINGS)
    assert raised.value.unexpected == [INDEX.format(0)]


def test_one_table_for_all_blocks_is_given_to_each():
    state = panderm_state(tuned=True)
    table = state["blocks.0.attn.relative_position_bias_table"]
    each = {k: table if k.endswith("bias_table") else v for k, v in state.items()}
    shared = {k: v for k, v in state.items() if not k.endswith("bias_table")}
    shared["rel_pos_bias.relative_position_bias_table"] = table
    with torch.inference_mode():
        towers = panderm.build(shared, SETTINGS)
        wanted = panderm.build(each, SETTINGS)
        assert torch.equal(towers.image(pixels()), wanted.image(pixels()))
    assert "every block" in towers.notes[0]


@pytest.mark.parametrize("name", ["head.weight", "blocks.1.gamma_2", "fc_norm.bias"])
def test_a_missing_tensor_is_named(name: str):
    state = panderm_state(tuned=True)
    del state[name]
    with pytest.raises(StateDictMismatch) as raised:
        panderm.build(state, SETTINGS)
    assert raised.value.missing == [name]


def test_another_image_size_or_pooling_is_refused():
    with pytest.raises(CutisError, match="cannot change its size"):
        panderm.build(panderm_state(), Settings(what="it", image_size=(64, 64)))
    assert panderm.build(panderm_state(), Settings(what="it", image_size=(32, 32))).dim == WIDTH
    with pytest.raises(CutisError, match="no pooling 'mean'"):
        panderm.build(panderm_state(), Settings(what="it", pooling="mean"))


def test_preprocessing_without_a_card_is_the_authors(tmp_path: Path):
    write_safetensors(tmp_path / "w.safetensors", panderm_state())
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    assert model.preprocessing.std == (0.228, 0.224, 0.225)
    assert model.preprocessing.interpolation == "bilinear"
    other = load_model(f"local-dir:{tmp_path}", device="cpu", norm="imagenet")
    assert other.preprocessing.std == (0.229, 0.224, 0.225)


def test_a_segmentation_checkpoint_is_told_what_it_is(tmp_path: Path):
    state = {f"model.segmentor.backbone.{k}": v for k, v in panderm_state().items()}
    state["model.segmentor.decode_head.conv_seg.weight"] = torch.ones(2, 4, 1, 1)
    torch.save({"state_dict": state, "pytorch-lightning_version": "2.2.1"}, tmp_path / "m.ckpt")
    with pytest.raises(CutisError, match=r"segmentation checkpoint.*gives masks"):
        load_model(f"panderm-large@{tmp_path / 'm.ckpt'}")


def test_detection_needs_no_complete_tower():
    assert detect({"blocks.3.gamma_1": (64,)}) == "panderm"
    assert detect({"encoder.blocks.0.attn.q_bias": (64,)}) == "panderm"


@pytest.mark.parametrize(
    ("width", "depth", "tensors", "parameters"),
    [(768, 12, 186, 85_807_872), (1024, 24, 366, 303_326_208)],
    ids=["base", "large"],
)
def test_published_sizes(width: int, depth: int, tensors: int, parameters: int):
    from cutis.models.layouts.cae_tower import image_tower
    from tests.models.test_formulas import published_tower

    shapes = published_tower(width, depth)
    with torch.device("meta"):
        tower = image_tower(shapes, "", panderm.PanDerm, mean=False)
    assert {k: tuple(v.shape) for k, v in tower.state_dict().items()} == shapes
    assert (len(shapes), sum(p.numel() for p in tower.parameters())) == (tensors, parameters)
