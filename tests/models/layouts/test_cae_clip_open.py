"""DermFM-Zero-Open against timm's vision transformer, BERT's own pooler and plain interpolation."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from timm.models.vision_transformer import VisionTransformer
from torch.nn import functional as F

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.layouts import cae_clip_open, detect
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings
from tests.models.small import CAE_SIZES, TEXT_CONFIG, cae_state, pictures
from tests.models.small_layouts import open_shapes, open_state, write_open

SETTINGS = Settings(what="it", stated_preprocessing=True)
START = "visual.trunk."
WIDTH, PATCH, GRID = CAE_SIZES["width"], CAE_SIZES["patch"], CAE_SIZES["grid"]


def pixels(side: int = 32) -> torch.Tensor:
    return torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(1))


def folded(state: dict[str, torch.Tensor], side: int = 32) -> VisionTransformer:
    """timm's transformer with the biases folded into one and one norm after the mean."""
    tower = VisionTransformer(
        img_size=side, patch_size=PATCH, embed_dim=WIDTH, depth=2, num_heads=WIDTH // 64,
        num_classes=CAE_SIZES["dim"], global_pool="avg", fc_norm=True, init_values=0.1,
    ).eval()  # fmt: skip
    renamed = {}
    for name, value in state.items():
        if not name.startswith(START) or name.endswith("v_bias"):
            continue
        key = (
            name.removeprefix(START).replace("gamma_1", "ls1.gamma").replace("gamma_2", "ls2.gamma")
        )
        if key.startswith("norm."):
            key = "fc_" + key
        if key.endswith("q_bias"):
            value = torch.cat([value, torch.zeros(WIDTH), state[name.replace("q_bias", "v_bias")]])
            key = key.replace("q_bias", "qkv.bias")
        renamed[key] = value
    if side != GRID * PATCH:
        table = state[START + "pos_embed"]
        square = table[:, 1:].reshape(1, GRID, GRID, WIDTH).permute(0, 3, 1, 2)
        new = F.interpolate(square, size=(side // PATCH,) * 2, mode="bicubic", align_corners=False)
        rows = new.permute(0, 2, 3, 1).reshape(1, -1, WIDTH)
        renamed["pos_embed"] = torch.cat([table[:, :1], rows], 1)
    tower.load_state_dict(renamed, strict=True)
    return tower


@pytest.mark.parametrize("side", [32, 48, 64])
def test_images_are_timms_transformer_with_folded_biases(side: int):
    state = open_state()
    towers = cae_clip_open.build(state, Settings(what="it", image_size=(side, side)))
    with torch.inference_mode():
        found, wanted = towers.image(pixels(side)), folded(state, side)(pixels(side))
    torch.testing.assert_close(found, wanted, atol=2e-5, rtol=0)
    assert (towers.image_size, towers.dim) == ((side, side), CAE_SIZES["dim"])


def test_features_before_the_head_are_the_norm_of_the_mean():
    state = open_state()
    towers = cae_clip_open.build(state, Settings(what="it", pooling="pre_head"))
    whole = folded(state)
    with torch.inference_mode():
        found = towers.image(pixels())
        wanted = whole.forward_head(whole.forward_features(pixels()), pre_logits=True)
    torch.testing.assert_close(found, wanted, atol=2e-5, rtol=0)
    assert (towers.text, towers.dim) == (None, WIDTH)


def test_the_norm_is_applied_once_unlike_in_the_other_layout():
    from cutis.models.layouts import cae_clip

    state = cae_state()
    wrapped = open_state() | {
        name.replace("visual.", START): value
        for name, value in state.items()
        if name.startswith("visual.")
    }
    with torch.inference_mode():
        once = cae_clip_open.build(wrapped, SETTINGS).image(pixels())
        twice = cae_clip.build(state, SETTINGS).image(pixels())
    assert (once - twice).abs().max() > 1e-2


def test_texts_are_berts_pooler_through_a_projection_with_biases():
    from transformers import BertConfig, BertModel

    state, start = open_state(), "text.transformer."
    config = BertConfig(**{**TEXT_CONFIG, "num_attention_heads": 1, "layer_norm_eps": 1e-12})
    bert = BertModel(config).eval()
    bert.load_state_dict(
        {k.removeprefix(start): v for k, v in state.items() if k.startswith(start)}, strict=True
    )
    ids = torch.tensor([[2, 5, 8, 3, 0, 0], [2, 9, 10, 11, 12, 3]])
    with torch.inference_mode():
        pooled = bert(input_ids=ids, attention_mask=(ids != 0).long()).pooler_output
        hidden = F.gelu(pooled @ state["text.proj.0.weight"].T + state["text.proj.0.bias"])
        wanted = hidden @ state["text.proj.2.weight"].T + state["text.proj.2.bias"]
        found = cae_clip_open.build(state, SETTINGS).text(ids)
    torch.testing.assert_close(found, wanted, atol=2e-5, rtol=0)


def test_the_text_teacher_is_left_out_and_reported():
    towers = cae_clip_open.build(open_state(), SETTINGS)
    assert [note for note in towers.notes if "2 tensors 'knowledge_encoder.*'" in note]
    without = {k: v for k, v in open_state().items() if not k.startswith("knowledge_encoder.")}
    again = cae_clip_open.build(without, SETTINGS)
    assert again.notes == ()
    with torch.inference_mode():
        assert torch.equal(again.image(pixels()), towers.image(pixels()))


def test_nothing_else_may_be_left_over():
    with pytest.raises(StateDictMismatch) as raised:
        cae_clip_open.build({**open_state(), "knowledge_head.weight": torch.ones(2)}, SETTINGS)
    assert raised.value.unexpected == ["knowledge_head.weight"]


@pytest.mark.parametrize("size", [(100, 100), (64, 60), (0, 0), (-32, 32)])
def test_a_size_that_patches_do_not_fill_is_refused(size: tuple[int, int]):
    with pytest.raises(CutisError, match="patches of 8 x 8"):
        cae_clip_open.build(open_state(), Settings(what="it", image_size=size))


def test_an_oblong_size():
    towers = cae_clip_open.build(open_state(), Settings(what="it", image_size=(32, 64)))
    with torch.inference_mode():
        assert towers.image(torch.randn(1, 3, 32, 64)).shape == (1, CAE_SIZES["dim"])


def test_the_size_asked_for_is_part_of_preprocessing_and_identity(tmp_path: Path):
    name = f"local-dir:{write_open(tmp_path)}"
    usual, large = load_model(name, device="cpu"), load_model(name, device="cpu", image_size=64)
    assert (usual.preprocessing.size, large.preprocessing.size) == ((32, 32), (64, 64))
    assert usual.identity() != large.identity()
    assert large.identity() == load_model(name, device="cpu", image_size=(64, 64)).identity()
    assert np.abs(usual.embed_images(pictures(1)) - large.embed_images(pictures(1))).max() > 1e-3


def test_the_native_size_asked_for_changes_nothing(tmp_path: Path):
    name = f"local-dir:{write_open(tmp_path)}"
    usual, same = load_model(name, device="cpu"), load_model(name, device="cpu", image_size=32)
    np.testing.assert_array_equal(usual.embed_images(pictures(1)), same.embed_images(pictures(1)))
    assert usual.identity() == same.identity()


def test_its_own_configuration_says_how_pixels_are_normalised(tmp_path: Path):
    model = load_model(f"local-dir:{write_open(tmp_path)}", device="cpu")
    assert model.preprocessing.mean == (0.5, 0.5, 0.5)
    assert not [note for note in model.notes if "normalis" in note]


def test_a_missing_configuration_is_warned_of_and_can_be_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    name = f"local-dir:{write_open(tmp_path, stated=False)}"
    with caplog.at_level(logging.WARNING):
        model = load_model(name, device="cpu")
    assert [note for note in model.notes if "norm='half'" in note]
    assert "open_clip_config.json" in caplog.text
    assert model.preprocessing.mean[0] == pytest.approx(0.48145466)
    half = load_model(name, device="cpu", norm="half")
    assert (half.preprocessing.mean, half.preprocessing.std) == ((0.5,) * 3, (0.5,) * 3)
    assert half.identity() != model.identity()


def test_detection_by_names_alone():
    assert detect(open_shapes()) == "cae_clip_open"


def test_published_sizes():
    """The large tower on the meta device: 368 tensors, 304,113,408 parameters."""
    from cutis.models.layouts.cae_tower import image_tower
    from tests.models.test_formulas import published_tower

    shapes = {START + name: shape for name, shape in published_tower(1024, 24, 768).items()}
    with torch.device("meta"):
        tower = image_tower(shapes, START)
    assert len(tower.state_dict()) == 368
    assert sum(p.numel() for p in tower.parameters()) == 304_113_408
