"""What is known by formula of the published layouts that have no numbers of their own.

Here, on the meta device or with small towers:

- CAE tower, both sizes: 368 / 188 tensors and 304,113,408 / 86,201,600 parameters with a head,
  366 / 186 and 303,326,208 / 85,807,872 without;
- a configuration that lies about the size, or carries ``pretrain_path``, is named and not obeyed;
- single or double LayerNorm, and mean or pooler of BERT, follow from the layout;
- the position table is left alone at its own grid, and stretched without antialiasing otherwise.

In the tests of the layouts (``tests/models/layouts``):

- ``test_cae_clip``: the tower in plain arithmetic, double norm, masked mean of BERT;
- ``test_cae_clip_open``: equality with timm's transformer after folding query and value biases,
  at three sizes; pooler; ``knowledge_encoder`` left out;
- ``test_panderm``: class token; tuned tower; every wrapper and prefix; shared tables;
- ``test_dinov2``: equality with timm's DINOv2, registers, chunked names, stretched table;
- ``test_transformers_clip`` and ``test_transformers_dino``: equality with transformers' own
  models, called directly, for CLIP, SigLIP, DINOv2 (with registers) and DINOv3;
- ``test_resnet`` and ``test_efficientnet_lite``: equality with torchvision and with timm;
- ``test_open_clip``: quick GELU, OpenAI's file with its three numbers, BiomedCLIP's form.

With the published code's own numbers: ``test_parity_dermlip_panderm``, ``test_parity_panderm``.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import torch

from cutis.models import load_model
from cutis.models.layouts import cae_clip, cae_clip_open, detect
from cutis.models.towers import Settings
from tests.models.small import CAE_SIZES, cae_shapes, cae_state, write_safetensors, write_tokenizer
from tests.models.small_layouts import open_state

LIE = {
    "embed_dim": 768,
    "vision_cfg": {"image_size": 224, "layers": 12, "width": 768, "patch_size": 16,
                   "pretrain_path": "/some/where.pth"},
    "text_cfg": {"context_length": 256, "hf_model_name": "neuml/pubmedbert-base-embeddings",
                 "hf_tokenizer_name": "neuml/pubmedbert-base-embeddings",
                 "hf_pooler_type": "mean_pooler"},
}  # fmt: skip


def published_tower(width: int, depth: int, dim: int | None = None) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a published CAE tower, written out from its description."""
    square, hidden = (width, width), 4 * width
    block = {
        "gamma_1": (width,), "gamma_2": (width,), "norm1.weight": (width,), "norm1.bias": (width,),
        "attn.q_bias": (width,), "attn.v_bias": (width,), "attn.qkv.weight": (3 * width, width),
        "attn.proj.weight": square, "attn.proj.bias": (width,), "norm2.weight": (width,),
        "norm2.bias": (width,), "mlp.fc1.weight": (hidden, width), "mlp.fc1.bias": (hidden,),
        "mlp.fc2.weight": (width, hidden), "mlp.fc2.bias": (width,),
    }  # fmt: skip
    shapes: dict[str, tuple[int, ...]] = {
        "cls_token": (1, 1, width), "pos_embed": (1, 197, width),
        "patch_embed.proj.weight": (width, 3, 16, 16), "patch_embed.proj.bias": (width,),
        "norm.weight": (width,), "norm.bias": (width,),
    }  # fmt: skip
    for i in range(depth):
        shapes |= {f"blocks.{i}.{name}": shape for name, shape in block.items()}
    return shapes | ({"head.weight": (dim, width), "head.bias": (dim,)} if dim else {})


@pytest.mark.parametrize("start", ["visual.", "visual.trunk."])
@pytest.mark.parametrize(
    ("width", "depth", "dim", "tensors", "parameters"),
    [(768, 12, 512, 188, 86_201_600), (1024, 24, 768, 368, 304_113_408)],
    ids=["base", "large"],
)
def test_both_published_sizes_in_both_layouts(
    start: str, width: int, depth: int, dim: int, tensors: int, parameters: int
):
    text = {k: v for k, v in cae_shapes().items() if not k.startswith("visual.")}
    text |= {"text.proj.2.weight": (dim, text["text.proj.0.weight"][0])}
    tower = {start + k: v for k, v in published_tower(width, depth, dim).items()}
    assert len(tower) == tensors
    wrapped = start == "visual.trunk."
    assert detect(tower | text) == ("cae_clip_open" if wrapped else "cae_clip")
    with torch.device("meta"):
        kind = cae_clip_open.WrappedCaeClip if wrapped else cae_clip.CaeClip
        module = kind(tower | text)
    assert {k: tuple(v.shape) for k, v in module.state_dict().items()} == tower | text
    assert sum(p.numel() for p in module.visual.parameters()) == parameters
    assert module.trunk.blocks[0].attn.num_heads == width // 64


@pytest.mark.parametrize("layout", ["cae_clip", "cae_clip_open"])
def test_a_configuration_that_lies_is_named_and_not_obeyed(
    layout: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """The published configuration of the large model states the sizes of the base."""
    state = cae_state() if layout == "cae_clip" else open_state()
    write_tokenizer(tmp_path)
    write_safetensors(tmp_path / "open_clip_model.safetensors", state)
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": LIE}))
    with caplog.at_level(logging.WARNING, logger="cutis.models"):
        model = load_model(f"local-dir:{tmp_path}", device="cpu")
    said = next(note for note in model.notes if "configuration" in note)
    assert "says image_size 224, layers 12, width 768, patch_size 16, embed_dim 768" in said
    assert "tensors say image_size 32, layers 2, width 64, patch_size 8, embed_dim 24" in said
    assert said in caplog.text
    assert model.dim == CAE_SIZES["dim"]
    assert model.layout == layout


def test_a_configuration_that_says_the_truth_is_not_mentioned(tmp_path: Path):
    write_safetensors(tmp_path / "open_clip_model.safetensors", cae_state())
    truth = {"embed_dim": 24, "vision_cfg": {"image_size": 32, "layers": 2, "width": 64}}
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": truth}))
    assert load_model(f"local-dir:{tmp_path}", device="cpu").notes == ()


def test_text_pooling_follows_the_tensors_in_either_layout():
    """The pooler is used when it is there; the projection has biases when they are there."""
    ids = torch.tensor([[2, 5, 8, 3]])
    state = open_state()
    wrapped = cae_clip_open.build(state, Settings(what="it"))
    plain = {
        k: v for k, v in state.items() if "pooler" not in k and not k.startswith("text.proj.")
    } | {k: v for k, v in cae_state().items() if k.startswith("text.proj.")}
    mean = cae_clip_open.build(plain, Settings(what="it"))
    assert wrapped.module.text.transformer.pooler is not None
    assert mean.module.text.transformer.pooler is None
    assert wrapped.module.text.proj[0].bias is not None
    assert mean.module.text.proj[0].bias is None
    with torch.inference_mode():
        assert (wrapped.text(ids) - mean.text(ids)).abs().max() > 1e-3
