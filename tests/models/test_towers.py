"""Other precisions and memory layouts of the same towers."""

from __future__ import annotations

import timm
import torch

from cutis.models.layouts import cae_clip, open_clip
from cutis.models.towers import Settings, channels_last, in_bfloat16
from tests.models.small import MIXED_CONFIG, TEXT_CONFIG, cae_state, mixed_model


def mixed_towers():
    settings = Settings(what="it", model_cfg=MIXED_CONFIG, text_config=TEXT_CONFIG)
    return open_clip.build(mixed_model().state_dict(), settings)


def test_bfloat16_is_a_copy_whose_every_number_is_rounded():
    towers = mixed_towers()
    before = {name: value.clone() for name, value in towers.module.state_dict().items()}
    rounded = in_bfloat16(towers)
    for name, value in rounded.module.state_dict().items():
        if value.is_floating_point():
            assert value.dtype == torch.bfloat16
            assert torch.equal(value, before[name].bfloat16())
    after = towers.module.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert (rounded.dim, rounded.pooling) == (towers.dim, towers.pooling)


def test_the_rounded_towers_are_the_ones_that_run():
    rounded = in_bfloat16(mixed_towers())
    with torch.inference_mode():
        image = rounded.image(torch.randn(2, 3, 64, 64).bfloat16())
        text = rounded.text(torch.tensor([[2, 5, 3]]))
    assert image.dtype == text.dtype == torch.bfloat16


def test_a_shared_norm_stays_shared_and_absent_towers_absent():
    towers = cae_clip.build(cae_state(), Settings(what="it", pooling="pre_head"))
    rounded = in_bfloat16(towers)
    assert rounded.module.visual.fc_norm is rounded.module.visual.norm
    assert rounded.text is None
    with torch.inference_mode():
        found = rounded.image(torch.ones(1, 3, 32, 32).bfloat16())
    assert found.shape == (1, 64), "the method asked for, not the module's default"


def test_a_module_that_is_its_own_tower():
    from cutis.models.layouts import timm_vision

    state = timm.create_model("test_vit", pretrained=False).state_dict()
    settings = Settings(what="it", model_cfg={"timm_model_name": "test_vit"})
    rounded = in_bfloat16(timm_vision.build(state, settings))
    assert rounded.image is rounded.module


def test_convolutions_are_laid_out_for_speed_and_give_the_same_numbers():
    torch.manual_seed(0)
    network = timm.create_model("test_efficientnet", pretrained=False).eval()
    pixels = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        before = network(pixels)
        channels_last(network)
        after = network(pixels)
    assert network.conv_stem.weight.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(after, before, rtol=1e-5, atol=1e-5)


def test_a_transformer_is_left_as_it_is():
    network = timm.create_model("test_vit", pretrained=False)
    channels_last(network)
    assert network.patch_embed.proj.weight.is_contiguous()
