"""The CAE-tower CLIP against its definition written out in plain tensor arithmetic."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from cutis.errors import CutisError
from cutis.models.layouts import cae_clip, detect
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings
from tests.models.small import CAE_SIZES, TEXT_CONFIG, cae_shapes, cae_state, random_state

SETTINGS = Settings(what="w.pt as dermlip-panderm")
HEAD = 64


def plain_tokens(state: dict[str, torch.Tensor], pixels: torch.Tensor) -> torch.Tensor:
    """Tokens before the final norm, from the published definition of the tower."""
    s = {k.removeprefix("visual."): v for k, v in state.items() if k.startswith("visual.")}
    width = s["cls_token"].shape[-1]
    conv = F.conv2d(pixels, s["patch_embed.proj.weight"], s["patch_embed.proj.bias"],
                    stride=s["patch_embed.proj.weight"].shape[-1])  # fmt: skip
    x = conv.flatten(2).transpose(1, 2)
    x = torch.cat([s["cls_token"].expand(len(x), -1, -1), x], 1) + s["pos_embed"]
    for i in range(CAE_SIZES["depth"]):
        b = {
            k.removeprefix(f"blocks.{i}."): v for k, v in s.items() if k.startswith(f"blocks.{i}.")
        }
        y = F.layer_norm(x, (width,), b["norm1.weight"], b["norm1.bias"], 1e-6)
        bias = torch.cat([b["attn.q_bias"], torch.zeros(width), b["attn.v_bias"]])
        q, k, v = (y @ b["attn.qkv.weight"].T + bias).chunk(3, -1)
        heads = [
            torch.softmax(qh @ kh.transpose(1, 2) / HEAD**0.5, -1) @ vh
            for qh, kh, vh in zip(
                q.split(HEAD, -1), k.split(HEAD, -1), v.split(HEAD, -1), strict=True
            )
        ]
        y = torch.cat(heads, -1) @ b["attn.proj.weight"].T + b["attn.proj.bias"]
        x = x + b["gamma_1"] * y
        y = F.layer_norm(x, (width,), b["norm2.weight"], b["norm2.bias"], 1e-6)
        y = F.gelu(y @ b["mlp.fc1.weight"].T + b["mlp.fc1.bias"])
        x = x + b["gamma_2"] * (y @ b["mlp.fc2.weight"].T + b["mlp.fc2.bias"])
    return x


def plain_features(state: dict[str, torch.Tensor], pixels: torch.Tensor, head: bool = True):
    def norm(x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, x.shape[-1:], state["visual.norm.weight"],
                            state["visual.norm.bias"], 1e-6)  # fmt: skip

    pooled = norm(norm(plain_tokens(state, pixels))[:, 1:].mean(1))
    return pooled @ state["visual.head.weight"].T + state["visual.head.bias"] if head else pooled


def pixels(n: int = 3) -> torch.Tensor:
    side = CAE_SIZES["patch"] * CAE_SIZES["grid"]
    return torch.randn(n, 3, side, side, generator=torch.Generator().manual_seed(1))


def test_image_features_are_those_of_the_definition():
    state = cae_state()
    towers = cae_clip.build(state, SETTINGS)
    with torch.inference_mode():
        found = towers.image(pixels())
    torch.testing.assert_close(found, plain_features(state, pixels()), atol=2e-5, rtol=0)
    assert (towers.dim, towers.image_size) == (CAE_SIZES["dim"], (32, 32))


def test_features_before_the_head():
    state = cae_state()
    towers = cae_clip.build(state, Settings(what="it", pooling="pre_head"))
    with torch.inference_mode():
        found = towers.image(pixels())
    torch.testing.assert_close(
        found, plain_features(state, pixels(), head=False), atol=2e-5, rtol=0
    )
    assert (towers.dim, towers.text, towers.pooling) == (CAE_SIZES["width"], None, "pre-head")


def test_the_norm_is_applied_twice():
    """One application, before or after the mean, gives clearly other numbers."""
    state = cae_state()
    width = state["visual.norm.weight"].shape

    def norm(x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, width, state["visual.norm.weight"], state["visual.norm.bias"], 1e-6)

    towers = cae_clip.build(state, Settings(what="it", pooling="pre_head"))
    with torch.inference_mode():
        found = towers.image(pixels())
    tokens = plain_tokens(state, pixels())
    assert (found - norm(tokens[:, 1:].mean(1))).abs().max() > 1e-2
    assert (found - norm(tokens)[:, 1:].mean(1)).abs().max() > 1e-2
    assert (found - norm(norm(tokens)[:, 0])).abs().max() > 1e-2


def test_text_features_are_the_masked_mean_and_two_bias_free_layers():
    from transformers import BertConfig, BertModel

    state = cae_state()
    config = BertConfig(**{**TEXT_CONFIG, "num_attention_heads": 1, "layer_norm_eps": 1e-12})
    bert = BertModel(config, add_pooling_layer=False).eval()
    start = "text.transformer."
    inside = {k.removeprefix(start): v for k, v in state.items() if k.startswith(start)}
    bert.load_state_dict(inside, strict=True)
    ids = torch.tensor([[2, 5, 8, 3, 0, 0, 0], [2, 9, 10, 11, 12, 13, 3]])
    mask = (ids != 0).float()
    with torch.inference_mode():
        hidden = bert(input_ids=ids, attention_mask=mask).last_hidden_state
        pooled = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        expected = F.gelu(pooled @ state["text.proj.0.weight"].T) @ state["text.proj.2.weight"].T
        found = cae_clip.build(state, SETTINGS).text(ids)
    torch.testing.assert_close(found, expected, atol=2e-5, rtol=0)


def test_facts_are_read_off_the_tensors():
    towers = cae_clip.build(cae_state(), SETTINGS)
    assert towers.context_length == 32, "no longer than the position table"
    assert (
        towers.vocab_size == cae_shapes()["text.transformer.embeddings.word_embeddings.weight"][0]
    )
    assert towers.logit_scale == pytest.approx(12.18249396)
    assert not towers.needs_full_context
    assert not towers.module.training


@pytest.mark.parametrize(
    ("width", "depth", "dim", "parameters"),
    [(768, 12, 512, 86_201_600), (1024, 24, 768, 304_113_408)],
    ids=["base", "large"],
)
def test_the_published_sizes_are_recognised(width: int, depth: int, dim: int, parameters: int):
    shapes = {
        "patch_embed.proj.weight": (width, 3, 16, 16),
        "pos_embed": (1, 197, width),
        "head.weight": (dim, width),
        "blocks.0.mlp.fc1.weight": (4 * width, width),
        **{f"blocks.{i}.gamma_1": (width,) for i in range(depth)},
    }
    with torch.device("meta"):
        tower = cae_clip.image_tower({"visual." + k: v for k, v in shapes.items()}, "visual.")
    assert sum(p.numel() for p in tower.parameters()) == parameters
    assert len(tower.state_dict()) == 15 * depth + 8
    assert tower.blocks[0].attn.num_heads == width // 64


def test_the_shared_norm_adds_no_tensor_to_load():
    state = cae_state()
    state["visual.fc_norm.weight"] = state["visual.norm.weight"]
    with pytest.raises(StateDictMismatch) as raised:
        cae_clip.build(state, SETTINGS)
    assert raised.value.unexpected == ["visual.fc_norm.weight"]


@pytest.mark.parametrize(
    "name", ["visual.blocks.1.gamma_2", "text.proj.2.weight", "visual.norm.bias", "logit_scale"]
)
def test_a_missing_tensor_is_named(name: str):
    state = cae_state()
    del state[name]
    with pytest.raises(StateDictMismatch) as raised:
        cae_clip.build(state, SETTINGS)
    assert raised.value.missing == [name]


def test_an_unknown_pooling_is_refused():
    with pytest.raises(CutisError, match="pre_head"):
        cae_clip.build(cae_state(), Settings(what="it", pooling="cls"))


def test_detection_needs_both_towers():
    shapes = cae_shapes()
    assert detect(shapes) == "cae_clip"
    assert detect({k: v for k, v in shapes.items() if k.startswith("visual.")}) is None


def test_the_published_key_list_is_this_layout(shared: Path):
    import json

    keys = json.loads((shared / "parity/dermlip_panderm_base/keys.json").read_text())
    shapes = {name: tuple(shape) for name, shape in keys.items()}
    assert detect(shapes) == "cae_clip"
    with torch.device("meta"):
        module = cae_clip.CaeClip(shapes)
    assert {k: tuple(v.shape) for k, v in module.state_dict().items()} == shapes


def test_random_states_differ_by_seed():
    """Guard of the test's own tools: the weights are not all alike."""
    a, b = random_state(cae_shapes(), 0), random_state(cae_shapes(), 1)
    assert not torch.equal(a["visual.head.weight"], b["visual.head.weight"])
