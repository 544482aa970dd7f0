"""Write the two towers as one checkpoint directory of the package's own format."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from recipes.cutis_tiny.image_tower import MEAN, NAME, STD
from recipes.cutis_tiny.text_tower import CONTEXT

MODEL_CFG: dict[str, Any] = {
    "embed_dim": 256,
    "vision_cfg": {
        "timm_model_name": NAME, "timm_model_pretrained": False, "timm_pool": "avg",
        "timm_proj": "linear", "timm_proj_bias": False, "image_size": 224,
    },
    "text_cfg": {
        "hf_model_name": ".", "hf_pooler_type": "mean_pooler", "hf_proj_type": "linear",
        "context_length": CONTEXT,
    },
}  # fmt: skip
PREPROCESS_CFG: dict[str, Any] = {
    "mean": [MEAN] * 3, "std": [STD] * 3, "interpolation": "bicubic", "resize_mode": "shortest",
}  # fmt: skip


def state_dict(
    trunk: nn.Module,
    image_projection: nn.Module,
    text: nn.Module,
    text_projection: nn.Module,
    scale: float,
) -> dict[str, torch.Tensor]:
    """Name the tensors as an open_clip model of two library towers names them."""
    parts = {
        "visual.trunk.": trunk,
        "visual.head.proj.": image_projection,
        "text.transformer.": text,
        "text.proj.": text_projection,
    }
    state = {
        prefix + name: value.contiguous()
        for prefix, part in parts.items()
        for name, value in part.state_dict().items()
        if not name.endswith("position_ids")
    }
    return {"logit_scale": torch.tensor(math.log(min(scale, 100.0))), **state}


def write(
    out: Path, state: Mapping[str, torch.Tensor], text_folder: Path, card: Mapping[str, Any]
) -> Path:
    """Write the checkpoint directory in half precision.

    Parameters
    ----------
    out
        Folder to write.
    state
        From :func:`state_dict`.
    text_folder
        Folder with the text tower's ``config.json`` and ``tokenizer.json``.
    card
        Fields of the model card.
    """
    from cutis.models import save_model_dir

    whole = json.loads((text_folder / "config.json").read_text(encoding="utf-8"))
    wanted = ("model_type", "vocab_size", "hidden_size", "num_hidden_layers", "hidden_act",
              "num_attention_heads", "intermediate_size", "max_position_embeddings",
              "type_vocab_size", "layer_norm_eps", "pad_token_id")  # fmt: skip
    running = ("running_mean", "running_var", "num_batches_tracked")
    parameters = sum(t.numel() for name, t in state.items() if not name.endswith(running))
    return save_model_dir(
        out,
        state,
        MODEL_CFG,
        PREPROCESS_CFG,
        {**card, "parameters": parameters},
        [text_folder / "tokenizer.json"],
        text_config={key: whole[key] for key in wanted},
    )
