"""Small checkpoints of every layout with random weights, in the published names and shapes."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

WORDS = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
    "a", "an", "image", "of", "skin", "melanoma", "nevus", "##s", ".", ",", "benign", "lesion",
]  # fmt: skip
CAE_SIZES = {"width": 64, "depth": 2, "dim": 24, "patch": 8, "grid": 4, "text": 64, "layers": 2}


def random_state(shapes: dict[str, tuple[int, ...]], seed: int = 0) -> dict[str, torch.Tensor]:
    """Random float32 tensors: norms near one, everything else large enough to matter."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, shape in shapes.items():
        value = torch.randn(shape, generator=generator) * 0.2
        is_norm = name.endswith("weight") and len(shape) == 1 and "orm" in name.split(".")[-2]
        state[name] = value + 1 if is_norm else value
    if "logit_scale" in state:
        state["logit_scale"] = torch.tensor(2.5)
    return state


def bert_shapes(width: int = 64, layers: int = 2, dim: int = 24) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the text tower shared by the CAE layout, as published."""
    shapes: dict[str, tuple[int, ...]] = {}
    start = "text.transformer.embeddings."
    for name, rows in (("word", len(WORDS)), ("position", 32), ("token_type", 2)):
        shapes[f"{start}{name}_embeddings.weight"] = (rows, width)
    shapes |= {f"{start}LayerNorm.weight": (width,), f"{start}LayerNorm.bias": (width,)}
    for i in range(layers):
        layer = f"text.transformer.encoder.layer.{i}."
        linears = {f"attention.self.{name}": (width, width) for name in ("query", "key", "value")}
        linears |= {"attention.output.dense": (width, width)}
        linears |= {"intermediate.dense": (2 * width, width), "output.dense": (width, 2 * width)}
        for name, shape in linears.items():
            shapes |= {f"{layer}{name}.weight": shape, f"{layer}{name}.bias": shape[:1]}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{layer}{name}.weight": (width,), f"{layer}{name}.bias": (width,)}
    hidden = (width + dim) // 2
    return shapes | {"text.proj.0.weight": (hidden, width), "text.proj.2.weight": (dim, hidden)}


def cae_shapes(depth: int = 2) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a narrow CAE-tower CLIP."""
    width, dim, patch, grid = (CAE_SIZES[key] for key in ("width", "dim", "patch", "grid"))
    shapes: dict[str, tuple[int, ...]] = {
        "logit_scale": (),
        "visual.cls_token": (1, 1, width),
        "visual.pos_embed": (1, grid * grid + 1, width),
        "visual.patch_embed.proj.weight": (width, 3, patch, patch),
        "visual.patch_embed.proj.bias": (width,),
        "visual.norm.weight": (width,),
        "visual.norm.bias": (width,),
        "visual.head.weight": (dim, width),
        "visual.head.bias": (dim,),
    }
    for i in range(depth):
        block = f"visual.blocks.{i}."
        for name in (
            "gamma_1",
            "gamma_2",
            "norm1.weight",
            "norm1.bias",
            "norm2.weight",
            "norm2.bias",
            "attn.q_bias",
            "attn.v_bias",
            "attn.proj.bias",
            "mlp.fc2.bias",
        ):
            shapes[block + name] = (width,)  # fmt: skip
        shapes[block + "attn.qkv.weight"] = (3 * width, width)
        shapes[block + "attn.proj.weight"] = (width, width)
        shapes[block + "mlp.fc1.weight"] = (4 * width, width)
        shapes[block + "mlp.fc1.bias"] = (4 * width,)
        shapes[block + "mlp.fc2.weight"] = (width, 4 * width)
    return shapes | bert_shapes(CAE_SIZES["text"], CAE_SIZES["layers"], dim)


def cae_state(seed: int = 0) -> dict[str, torch.Tensor]:
    """A random CAE-tower CLIP."""
    return random_state(cae_shapes(), seed)


CLIP_CONFIG = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "patch_size": 8},
    "text_cfg": {"context_length": 12, "vocab_size": 50, "width": 64, "heads": 1, "layers": 2},
}


def clip_model(seed: int = 0, quick_gelu: bool = False, custom: bool = False) -> torch.nn.Module:
    """A small native CLIP, made by open_clip itself."""
    import open_clip

    kind = open_clip.CustomTextCLIP if custom else open_clip.CLIP
    torch.manual_seed(seed)
    model = kind(**CLIP_CONFIG, quick_gelu=quick_gelu).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


TEXT_CONFIG = {
    "model_type": "bert", "vocab_size": len(WORDS), "hidden_size": 64, "num_hidden_layers": 2,
    "num_attention_heads": 4, "intermediate_size": 128, "max_position_embeddings": 32,
    "type_vocab_size": 2, "pad_token_id": 0,
}  # fmt: skip
MIXED_CONFIG = {
    "embed_dim": 16,
    "vision_cfg": {"timm_model_name": "test_efficientnet", "timm_pool": "avg",
                   "timm_proj": "linear", "image_size": 64},
    "text_cfg": {"hf_model_name": ".", "hf_tokenizer_name": ".", "hf_pooler_type": "mean_pooler",
                 "hf_proj_type": "linear", "context_length": 16},
}  # fmt: skip


def mixed_model(seed: int = 0) -> torch.nn.Module:
    """A small CLIP of a timm image tower and a transformers text tower."""
    from cutis.models.layouts.open_clip import make_model

    torch.manual_seed(seed)
    return make_model(MIXED_CONFIG, TEXT_CONFIG)


def write_tokenizer(folder: Path) -> Path:
    """Write tokenizer.json of a small BERT vocabulary."""
    from tokenizers import BertWordPieceTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True).save(
        str(folder / "tokenizer.json")
    )
    (folder / "vocab.txt").unlink()
    return folder / "tokenizer.json"


def write_mixed(folder: Path, seed: int = 0) -> Path:
    """Write a checkpoint directory of our own form."""
    from cutis.models import save_model_dir

    tokenizer = write_tokenizer(folder)
    return save_model_dir(
        folder,
        mixed_model(seed).state_dict(),
        MIXED_CONFIG,
        {"mean": [0.5] * 3, "std": [0.5] * 3},
        {"name": "mixed", "title": "Mixed towers", "dim": 16, "context_length": 16},
        [tokenizer],
        text_config=TEXT_CONFIG,
        keep_float32=("running_mean", "running_var"),
    )


def write_safetensors(path: Path, state: dict[str, torch.Tensor]) -> Path:
    """Write a state dict; views are made whole."""
    save_file({name: value.contiguous().clone() for name, value in state.items()}, path)
    return path


def training_checkpoint(path: Path, state: dict[str, torch.Tensor]) -> Path:
    """Write a state dict the way a distributed training script does."""
    whole = {
        "epoch": 7,
        "name": "run",
        "best": np.float64(0.5),
        "args": argparse.Namespace(lr=1e-3, model="ViT"),
        "state_dict": {"module." + name: value for name, value in state.items()},
        "optimizer": {"state": {}, "param_groups": []},
    }
    torch.save(whole, path)
    return path


def pictures(count: int = 3) -> list[Image.Image]:
    """Random RGB images of different sizes."""
    random = np.random.default_rng(5)
    return [
        Image.fromarray(random.integers(0, 256, (40 + 7 * i, 55 - 5 * i, 3), dtype=np.uint8))
        for i in range(count)
    ]


def refusal(kind: str) -> Exception:
    """An error of the hub library, without the HTTP response it would carry."""
    from huggingface_hub import errors

    error = getattr(errors, kind)
    made: Exception = error.__new__(error)
    made.args = ("refused",)
    return made
