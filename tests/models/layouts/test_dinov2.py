"""DINOv2 under its authors' names, against timm's transformers and plain interpolation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from torch.nn import functional as F

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.layouts import detect, dinov2
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings
from tests.models.small import pictures, write_safetensors
from tests.models.small_layouts import dino_model, dino_teacher

SETTINGS = Settings(what="it")


def pixels(side: int = 56) -> torch.Tensor:
    return torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(1))


def with_registers(grid: int = 4) -> dict[str, torch.Tensor]:
    """The published form: register tokens, and a class row in the position table."""
    state = dict(dino_model(registers=3, grid=grid).state_dict())
    row = torch.full((1, 1, 64), 0.25)
    state["register_tokens"] = state.pop("reg_token")
    state["pos_embed"] = torch.cat([row, state["pos_embed"]], 1)
    state["cls_token"] = state["cls_token"] - row
    return state


def test_a_flat_file_is_timms_transformer():
    whole = dino_model()
    towers = dinov2.build(whole.state_dict(), SETTINGS)
    with torch.inference_mode():
        assert torch.equal(towers.image(pixels()), whole(pixels()))
    assert (towers.dim, towers.image_size, towers.notes) == (64, (56, 56), ())


def test_class_token_and_patch_mean():
    whole = dino_model()
    towers = dinov2.build(whole.state_dict(), Settings(what="it", pooling="cls_mean"))
    with torch.inference_mode():
        tokens = whole.forward_features(pixels())
        wanted = torch.cat([tokens[:, 0], tokens[:, 1:].mean(1)], 1)
        torch.testing.assert_close(towers.image(pixels()), wanted, atol=1e-6, rtol=0)
    assert towers.dim == 128


def test_a_teacher_of_a_training_loses_its_heads_and_says_so(tmp_path: Path):
    torch.save(dino_teacher(), tmp_path / "teacher_checkpoint.pth")
    model = load_model(f"dermino@{tmp_path / 'teacher_checkpoint.pth'}", device="cpu")
    ready = torch.stack([model.preprocess(image) for image in pictures(2)])
    with torch.inference_mode():
        np.testing.assert_array_equal(model.embed_pixels(ready), dino_model()(ready).numpy())
    said = " ".join(model.notes)
    assert "2 tensors 'dino_head.*'" in said
    assert "ibot_head" in said
    assert "mask_token" in said
    assert (model.preprocessing.interpolation, model.has_text) == ("bicubic", False)


def test_evaluation_resizes_to_256_and_crops_224():
    big = dinov2.PREPROCESSING
    assert (big.size, big.resize_to, big.resize_mode) == ((224, 224), 256, "shortest")
    assert big.resized((448, 448)).resize_to == 512


def test_blocks_in_chunks_are_the_same_blocks():
    whole = dino_model()
    chunked = {
        name.replace("blocks.", "blocks.0.", 1) if "blocks.0" in name
        else name.replace("blocks.", "blocks.1.", 1): value
        for name, value in whole.state_dict().items()
    }  # fmt: skip
    assert "blocks.1.1.norm1.weight" in chunked
    assert detect({k: tuple(v.shape) for k, v in chunked.items()}) == "dinov2"
    with torch.inference_mode():
        found = dinov2.build(chunked, SETTINGS).image(pixels())
        assert torch.equal(found, whole(pixels()))


def test_register_tokens():
    whole = dino_model(registers=3)
    towers = dinov2.build(with_registers(), SETTINGS)
    with torch.inference_mode():
        torch.testing.assert_close(towers.image(pixels()), whole(pixels()), atol=1e-5, rtol=0)
        mean = dinov2.build(with_registers(), Settings(what="it", pooling="cls_mean"))
        tokens = whole.forward_features(pixels())
        wanted = torch.cat([tokens[:, 0], tokens[:, 4:].mean(1)], 1)
        torch.testing.assert_close(mean.image(pixels()), wanted, atol=1e-5, rtol=0)


@pytest.mark.parametrize("grid", [(2, 2), (7, 7), (6, 5)])
def test_the_table_is_stretched_with_an_offset_of_a_tenth(grid: tuple[int, int]):
    table = torch.randn(1, 17, 6)
    square = table[0, 1:].T.reshape(1, 6, 4, 4)
    factors = ((grid[0] + 0.1) / 4, (grid[1] + 0.1) / 4)
    wanted = F.interpolate(square, scale_factor=factors, mode="bicubic")
    found = dinov2.stretch(table, grid)
    assert torch.equal(found[0, 1:].T.reshape(1, 6, *grid), wanted)
    plain = F.interpolate(square, size=grid, mode="bicubic")
    assert (plain - wanted).abs().max() > 1e-3, "the offset shows"
    smooth = F.interpolate(square, size=grid, mode="bicubic", antialias=True)
    registers = dinov2.stretch(table, grid, registers=True)
    assert torch.equal(registers[0, 1:].T.reshape(1, 6, *grid), smooth)


def test_a_table_of_the_right_grid_is_left_alone():
    table = torch.randn(1, 17, 6)
    assert dinov2.stretch(table, (4, 4)) is table


def test_a_large_table_is_brought_to_224_pixels():
    whole = dino_model(grid=37)
    state = dict(whole.state_dict())
    towers = dinov2.build(state, SETTINGS)
    assert towers.image_size == (224, 224)
    assert "37 x 37" in towers.notes[0]
    small = dino_model(grid=16)
    state["pos_embed"] = dinov2.stretch(state["pos_embed"], (16, 16))
    small.load_state_dict(state, strict=True)
    with torch.inference_mode():
        torch.testing.assert_close(towers.image(pixels(224)), small(pixels(224)), atol=1e-6, rtol=0)


def test_timms_own_file_of_the_published_model_is_this_layout():
    """Names and shapes of the real ViT-B/14: 85,724,928 parameters at 224 pixels."""
    with torch.device("meta"):
        real = timm.create_model("vit_base_patch14_dinov2", num_classes=0, img_size=224)
        state = real.state_dict()
        built = dinov2._tower(state, (224, 224), 14, 768)
    assert detect({k: tuple(v.shape) for k, v in state.items()}) == "dinov2"
    shapes = {k: tuple(v.shape) for k, v in built.state_dict().items()}
    assert shapes == {k: tuple(v.shape) for k, v in state.items()}
    assert sum(p.numel() for p in built.parameters()) == 85_724_928
    assert built.norm.eps == 1e-6


@pytest.mark.parametrize("name", ["norm.bias", "blocks.1.ls2.gamma", "cls_token"])
def test_a_missing_tensor_is_named(name: str):
    state = dict(dino_model().state_dict())
    del state[name]
    with pytest.raises(StateDictMismatch) as raised:
        dinov2.build(state, SETTINGS)
    assert raised.value.missing == [name]


def test_a_missing_register_is_named_as_published():
    state = with_registers()
    state["register_tokens"] = torch.zeros(1, 3, 7)
    with pytest.raises(StateDictMismatch) as raised:
        dinov2.build(state, SETTINGS)
    assert list(raised.value.reshaped) == ["register_tokens"]


def test_a_giant_is_sent_to_timm():
    state = {"blocks.0.mlp.w12.weight": torch.ones(2), "blocks.0.ls1.gamma": torch.ones(2)}
    with pytest.raises(CutisError, match="timm:vit_giant_patch14_dinov2@"):
        dinov2.build(state, SETTINGS)


def test_a_size_that_patches_do_not_fill():
    with pytest.raises(CutisError, match="patches of 14 x 14"):
        dinov2.build(dino_model().state_dict(), Settings(what="it", image_size=(64, 64)))


@pytest.mark.parametrize(("card_size", "asked", "wanted"), [(112, None, 112), (None, None, 224),
                                                            (112, 56, 56)])  # fmt: skip
def test_a_card_of_another_layout_keeps_its_image_size(
    tmp_path: Path, card_size: int | None, asked: int | None, wanted: int
):
    """As the 518 pixel model does when it is loaded from its authors' own file."""
    state = dict(dino_model(grid=37).state_dict()) | {"mask_token": torch.zeros(1, 64)}
    write_safetensors(tmp_path / "model.safetensors", state)
    steps = f"preprocessing: {{size: [{card_size}, {card_size}]}}\n" if card_size else ""
    card = "name: mine\ntitle: Mine\nlayout: timm\narchitecture: test_vit\n" + steps
    (tmp_path / "card.yaml").write_text(card)
    model = load_model(f"local-dir:{tmp_path}", device="cpu", image_size=asked)
    assert model.layout == "dinov2"
    assert model.preprocessing.size == model.towers.image_size == (wanted, wanted)


def test_the_card_of_518_pixels_says_so_for_its_authors_file():
    from cutis.models import get_card
    from cutis.models.load import make_settings
    from cutis.models.sources import Source

    source = Source("it", get_card("dinov2-large-518"), tmp := Path("w.pth"))
    assert make_settings(source, "dinov2", "default", None).stated_size == (518, 518)
    assert make_settings(source, "timm", "default", None).stated_size is None
    own = Source("it", get_card("dermino"), tmp)
    assert make_settings(own, "dinov2", "default", None).stated_size is None
