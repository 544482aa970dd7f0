"""timm's conversion may rename; what else it does is refused or said."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.layouts import timm_vision
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings, Towers
from tests.models.small import write_safetensors

NAME = "test_vit"


def state_of(**options: object) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return dict(timm.create_model(NAME, pretrained=False, **options).state_dict())


def build(state: dict[str, torch.Tensor], side: int | None = None, name: str = NAME) -> Towers:
    size = (side, side) if side else None
    settings = Settings(what="it", model_cfg={"timm_model_name": name}, image_size=size)
    return timm_vision.build(state, settings)


def test_a_plain_file_has_only_its_classifier_left_out():
    assert [note.split("'")[1] for note in build(state_of()).notes] == ["head.*"]


@pytest.mark.parametrize("side", [None, 160])
def test_patches_of_another_size_are_refused(side: int | None):
    """A model with 32 pixel patches and the same grid would otherwise pass as one with 16."""
    state = state_of(patch_size=32, img_size=320)
    with pytest.raises(StateDictMismatch) as raised:
        build(state, side)
    given, needed = raised.value.reshaped["patch_embed.proj.weight"]
    assert (given[2:], needed[2:]) == ((32, 32), (16, 16))


def test_positions_for_another_size_are_refused_unless_a_size_is_asked_for():
    state = state_of(img_size=224)
    with pytest.raises(
        CutisError, match=r"pos_embed is 1x197x64.*1x101x64.*ask for image size 224"
    ):
        build(state)
    as_made = build(state, 224)
    assert not any("Stretched" in note for note in as_made.notes)
    stretched = build(state, 96)
    assert any("Stretched" in note and "'pos_embed'" in note for note in stretched.notes)
    whole = timm.create_model(NAME, pretrained=False, img_size=224, num_classes=0).eval()
    whole.load_state_dict({k: v for k, v in state.items() if not k.startswith("head.")})
    pixels = torch.randn(1, 3, 224, 224)
    with torch.inference_mode():
        torch.testing.assert_close(as_made.image(pixels), whole(pixels), atol=1e-5, rtol=1e-5)


def test_the_image_size_a_table_was_made_for_is_named_if_it_was_square():
    state = state_of() | {"pos_embed": torch.randn(1, 1 + 2 * 2, 64)}
    with pytest.raises(CutisError, match="ask for image size 32"):
        build(state)
    state["pos_embed"] = torch.randn(1, 1 + 2 * 3, 64)
    with pytest.raises(CutisError, match=r"(?i)timm cannot convert|name the architecture"):
        build(state)


def test_every_tensor_left_out_is_named():
    trunk = {f"visual.trunk.{k}": v for k, v in state_of(num_classes=0).items()}
    text = {f"text.blocks.{i}.{n}": torch.ones(2) for i in range(12) for n in ("w", "b")}
    notes = build(trunk | text | {"logit_scale": torch.ones(())}).notes
    assert len(notes) == 1
    for words in ("'text.blocks.*.w' (12)", "'text.blocks.*.b' (12)", "'logit_scale'"):
        assert words in notes[0]
    assert "visual" not in notes[0], "renamed is not left out"


def test_a_layer_that_timm_drops_is_named():
    notes = build(state_of() | {"pre_logits.fc.weight": torch.ones(64, 64)}).notes
    assert any("'pre_logits.fc.weight'" in note for note in notes)


def test_patches_that_cannot_be_converted_are_explained():
    state = state_of() | {"patch_embed.proj.weight": torch.ones(63, 5)}
    with pytest.raises(CutisError, match=r"nothing was loaded: timm cannot convert it"):
        build(state)


def test_windows_stretch_only_when_asked(tmp_path: Path):
    torch.manual_seed(0)
    name = "swin_tiny_patch4_window7_224"
    options = {"embed_dim": 16, "depths": (1, 1), "num_heads": (1, 2), "pretrained": False}
    small = timm.create_model(name, window_size=4, img_size=64, **options)
    tower = timm.create_model(name, window_size=8, img_size=64, num_classes=0, **options)
    from cutis.models.layouts.timm_conversion import converted

    state = small.state_dict()
    with pytest.raises(CutisError, match="relative_position_bias_table is 49x1"):
        converted(tower, state, Settings(what="it"))
    _, notes = converted(tower, state, Settings(what="it", image_size=(64, 64)))
    assert "relative_position_bias_table' (2)" in notes[0]


def test_a_stretched_file_says_so_to_its_user(tmp_path: Path):
    path = write_safetensors(tmp_path / "w.safetensors", state_of(img_size=224))
    with pytest.raises(CutisError, match="ask for image size 224"):
        load_model(f"timm:{NAME}@{path}", device="cpu")
    model = load_model(f"timm:{NAME}@{path}", device="cpu", image_size=96)
    assert "as timm does" in " ".join(model.notes)
