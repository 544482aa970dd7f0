"""Strict loading: all or nothing, and every difference is named."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cutis.models.strict import (
    SHOWN,
    StateDictMismatch,
    load_renamed,
    load_strict,
    set_aside,
    without_initialisation,
)


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


def test_everything_in_its_place_is_copied():
    torch.manual_seed(9)
    state = {k: torch.randn_like(v) if v.is_floating_point() else v + 5
             for k, v in network().state_dict().items()}  # fmt: skip
    module = network()
    load_strict(module, state, "it")
    assert all(torch.equal(v, state[k]) for k, v in module.state_dict().items())


def test_lower_precision_is_widened():
    state = {k: v.half() if v.is_floating_point() else v for k, v in network().state_dict().items()}
    module = network()
    load_strict(module, state, "it")
    assert module[0].weight.dtype == torch.float32
    assert torch.equal(module[0].weight, state["0.weight"].float())


def test_every_difference_is_named_and_nothing_is_loaded():
    module = network()
    before = {k: v.clone() for k, v in module.state_dict().items()}
    state = {k: v + 1 for k, v in before.items()}
    del state["2.bias"]
    state["extra"] = torch.ones(1)
    state["0.weight"] = torch.ones(4, 5)
    state["0.bias"] = torch.ones(())
    with pytest.raises(StateDictMismatch) as raised:
        load_strict(module, state, "w.pt as m")
    error = raised.value
    assert (error.missing, error.unexpected) == (["2.bias"], ["extra"])
    assert error.reshaped == {"0.weight": ((4, 5), (4, 3)), "0.bias": ((), (4,))}
    for words in ("w.pt as m does not fit, and nothing was loaded", "1 missing (2.bias)",
                  "1 unexpected (extra)", "0.weight 4x5 instead of 4x3",
                  "0.bias scalar instead of 4"):  # fmt: skip
        assert words in str(error)
    assert all(torch.equal(v, before[k]) for k, v in module.state_dict().items())


def test_long_lists_are_counted_and_kept_whole():
    state = {**network().state_dict(), **{f"extra.{i}": torch.ones(1) for i in range(25)}}
    with pytest.raises(StateDictMismatch) as raised:
        load_strict(network(), state, "it")
    assert len(raised.value.unexpected) == 25
    assert "25 unexpected" in str(raised.value)
    assert f"and {25 - SHOWN} more" in str(raised.value)
    assert "extra.24" not in str(raised.value)


def test_skipping_the_random_weights_changes_nothing_after_a_strict_load():
    import timm

    torch.manual_seed(1)
    usual = timm.create_model("beit_base_patch16_224", depth=1, embed_dim=64, num_heads=1,
                              img_size=32, num_classes=5)  # fmt: skip
    with without_initialisation():
        skipped = timm.create_model("beit_base_patch16_224", depth=1, embed_dim=64, num_heads=1,
                                    img_size=32, num_classes=5)  # fmt: skip
    load_strict(skipped, usual.state_dict(), "it")
    mine, theirs = dict(skipped.named_buffers()), dict(usual.named_buffers())
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)
    pixels = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        assert torch.equal(usual.eval()(pixels), skipped.eval()(pixels))


def test_initialisation_is_back_afterwards():
    with without_initialisation():
        pass
    torch.manual_seed(0)
    values = nn.Linear(50, 50).weight
    assert values.std() > 0.01
    assert values.abs().max() < 0.2


def test_known_tensors_are_set_aside_and_named():
    state = {"head.a": 1, "head.b": 2, "mask": 3, "mask_token": 4, "body": 5}
    kept, said = set_aside(state, {"head.": "a head", "mask": "a mask", "tail.": "never there"})
    assert kept == {"mask_token": 4, "body": 5}
    assert said == (
        "Left out 2 tensors 'head.*': a head.",
        "Left out the tensor 'mask': a mask.",
    )
    assert len(state) == 5, "the given mapping is left as it is"


def test_other_spellings_are_loaded_and_reported_as_published():
    module = nn.Linear(3, 2)
    state = {"kernel": torch.ones(2, 3), "bias": torch.zeros(2)}
    load_renamed(module, state, {"weight": "kernel"}, "it")
    assert torch.equal(module.weight, torch.ones(2, 3))
    with pytest.raises(StateDictMismatch) as raised:
        load_renamed(module, {"bias": torch.zeros(3), "b": torch.ones(1)},
                     {"weight": "kernel"}, "it")  # fmt: skip
    assert raised.value.missing == ["kernel"]
    assert raised.value.unexpected == ["b"]
    assert raised.value.reshaped == {"bias": ((3,), (2,))}
    assert torch.equal(module.weight, torch.ones(2, 3)), "nothing was loaded"
