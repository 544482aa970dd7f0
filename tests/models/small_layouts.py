"""Small checkpoints of the layouts with an image tower, in the published names and forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from tests.models.small import (
    CAE_SIZES,
    cae_shapes,
    random_state,
    write_safetensors,
    write_tokenizer,
)

WIDTH = CAE_SIZES["width"]
State = dict[str, torch.Tensor]


def shaken(module: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """Move every parameter away from its first value, so that none is without effect."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim:
                parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.1)
        for name, buffer in module.named_buffers():
            if name.endswith("running_var"):
                buffer.add_(torch.rand(buffer.shape, generator=generator))
    return module.eval()


def open_shapes() -> dict[str, tuple[int, ...]]:
    """DermFM-Zero-Open: wrapped trunk, BERT pooler, projection with biases, text teacher."""
    text, dim = CAE_SIZES["text"], CAE_SIZES["dim"]
    shapes = {
        name.replace("visual.", "visual.trunk."): shape
        for name, shape in cae_shapes().items()
        if not name.startswith("text.proj.")
    }
    return shapes | {
        "text.transformer.pooler.dense.weight": (text, text),
        "text.transformer.pooler.dense.bias": (text,),
        "text.proj.0.weight": (dim, text),
        "text.proj.0.bias": (dim,),
        "text.proj.2.weight": (dim, dim),
        "text.proj.2.bias": (dim,),
        "knowledge_encoder.embeddings.word_embeddings.weight": (9, text),
        "knowledge_encoder.pooler.dense.bias": (text,),
    }


def open_state(seed: int = 0) -> State:
    """A random DermFM-Zero-Open."""
    return random_state(open_shapes(), seed)


def panderm_state(seed: int = 0, tuned: bool = False, classes: int = 5) -> State:
    """A random PanDerm tower: raw, or fine-tuned with bias tables and a classifier."""
    start = "visual."
    shapes = {
        name.removeprefix(start): shape
        for name, shape in cae_shapes().items()
        if name.startswith(start) and ".head." not in name
    }
    if tuned:
        rows = (2 * CAE_SIZES["grid"] - 1) ** 2 + 3
        shapes |= {
            f"blocks.{i}.attn.relative_position_bias_table": (rows, WIDTH // 64)
            for i in range(CAE_SIZES["depth"])
        }
        for kind in ("weight", "bias"):
            shapes[f"fc_norm.{kind}"] = shapes.pop(f"norm.{kind}")
        shapes |= {"head.weight": (classes, WIDTH), "head.bias": (classes,)}
    return random_state(shapes, seed)


def dino_model(registers: int = 0, grid: int = 4, seed: int = 0) -> torch.nn.Module:
    """A small DINOv2, made by timm, with a class row in its position table."""
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(seed)
    return shaken(
        VisionTransformer(
            img_size=14 * grid, patch_size=14, embed_dim=64, depth=2, num_heads=1, num_classes=0,
            global_pool="token", init_values=0.5, reg_tokens=registers,
            no_embed_class=registers > 0,
        )
    )  # fmt: skip


def dino_teacher(seed: int = 0) -> dict[str, State]:
    """The teacher of a DINOv2 training, as DermINO publishes it."""
    backbone = {f"backbone.{name}": v for name, v in dino_model(seed=seed).state_dict().items()}
    heads = {
        "backbone.mask_token": torch.zeros(1, 64),
        "dino_head.mlp.0.weight": torch.zeros(8, 64),
        "dino_head.last_layer.weight_g": torch.ones(3, 1),
        "ibot_head.mlp.0.weight": torch.zeros(8, 64),
    }
    return {"teacher": backbone | heads}


def dino_folder(folder: Path, kind: str = "dinov2", seed: int = 0) -> Any:
    """Write a DINO folder of transformers and return the library's model."""
    import transformers as library

    common = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 1}
    torch.manual_seed(seed)
    if kind == "dinov3":
        config = library.DINOv3ViTConfig(
            **common, intermediate_size=96, patch_size=8, image_size=32, num_register_tokens=2
        )
        model = library.DINOv3ViTModel(config)
    elif kind == "registers":
        config = library.Dinov2WithRegistersConfig(
            **common, patch_size=8, image_size=32, num_register_tokens=3
        )
        model = library.Dinov2WithRegistersModel(config)
    else:
        config = library.Dinov2Config(**common, patch_size=8, image_size=32, mlp_ratio=2)
        model = library.Dinov2Model(config)
    shaken(model, seed).save_pretrained(folder)
    return model


def clip_folder(folder: Path, kind: str = "clip", seed: int = 0, tokens: bool = False) -> Any:
    """Write a CLIP or SigLIP folder of transformers and return the library's model."""
    import transformers as library

    common = {"num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 96}
    text = {**common, "hidden_size": 64, "vocab_size": 60, "max_position_embeddings": 12,
            "bos_token_id": 1, "eos_token_id": 59, "pad_token_id": 0}  # fmt: skip
    vision = {**common, "hidden_size": 64, "image_size": 32, "patch_size": 8}
    torch.manual_seed(seed)
    if kind == "clip":
        model = library.CLIPModel(
            library.CLIPConfig(text_config=text, vision_config=vision, projection_dim=24)
        )
        steps: dict[str, Any] = {"size": {"shortest_edge": 32}, "do_center_crop": True,
                                 "crop_size": {"height": 32, "width": 32}, "resample": 3,
                                 "image_mean": [0.4] * 3, "image_std": [0.3] * 3}  # fmt: skip
    else:
        model = library.SiglipModel(library.SiglipConfig(text_config=text, vision_config=vision))
        steps = {"size": {"height": 32, "width": 32}, "resample": 2,
                 "image_mean": [0.5] * 3, "image_std": [0.5] * 3}  # fmt: skip
    shaken(model, seed).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(steps))
    if tokens:
        write_tokenizer(folder)
    return model


def resnet_state(seed: int = 0, bottleneck: bool = True) -> State:
    """A narrow ResNet under torchvision's names, with a classifier."""
    from timm.models.resnet import BasicBlock, Bottleneck, ResNet

    torch.manual_seed(seed)
    block = Bottleneck if bottleneck else BasicBlock
    model = ResNet(block, (2, 1, 1, 1), num_classes=4, channels=(8, 8, 12, 12))
    return dict(shaken(model, seed).state_dict())


def swav_file(path: Path, seed: int = 0) -> Path:
    """A ResNet as SwAV's training saves it."""
    state = {f"module.{k}": v for k, v in resnet_state(seed).items() if not k.startswith("fc.")}
    state |= {
        "module.projection_head.0.weight": torch.zeros(8, 48),
        "module.projection_head.1.running_mean": torch.zeros(8),
        "module.prototypes.weight": torch.zeros(9, 8),
    }
    torch.save({"epoch": 3, "state_dict": state, "optimizer": {}}, path)
    return path


def lite_state(seed: int = 0) -> tuple[State, torch.nn.Module]:
    """An EfficientNet-Lite0 under the names of its first port, and timm's network of it."""
    import timm

    from cutis.models.layouts.efficientnet_lite import published_names

    torch.manual_seed(seed)
    model = shaken(timm.create_model("tf_efficientnet_lite0", num_classes=0), seed)
    names = published_names(model)
    state = {names[name]: value.clone() for name, value in model.state_dict().items()}
    return state | {"_fc.weight": torch.zeros(3, 1280), "_fc.bias": torch.zeros(3)}, model


def write_open(folder: Path, stated: bool = True, seed: int = 0) -> Path:
    """Write DermFM-Zero-Open as published: weights, configuration, tokenizer."""
    write_tokenizer(folder)
    write_safetensors(folder / "open_clip_model.safetensors", open_state(seed))
    if stated:
        config = {"model_cfg": {"embed_dim": CAE_SIZES["dim"], "vision_cfg": {}, "text_cfg": {}},
                  "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3}}  # fmt: skip
        (folder / "open_clip_config.json").write_text(json.dumps(config))
    return folder
