"""Small text encoders of the BERT family, as folders, with random weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from tests.models.small import WORDS, write_tokenizer

SIZES = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
         "intermediate_size": 96, "vocab_size": len(WORDS),
         "max_position_embeddings": 24}  # fmt: skip
FAMILY_SIZES: dict[str, dict[str, Any]] = {
    "bert": {**SIZES, "pad_token_id": 0, "type_vocab_size": 2},
    "roberta": {**SIZES, "pad_token_id": 1, "type_vocab_size": 1},
    "mpnet": {**SIZES, "pad_token_id": 1, "relative_attention_num_buckets": 32},
    "electra": {**SIZES, "pad_token_id": 0, "embedding_size": 64},
    "distilbert": {"dim": 64, "n_layers": 2, "n_heads": 4, "hidden_dim": 96, "pad_token_id": 0,
                   "vocab_size": len(WORDS), "max_position_embeddings": 24},
}  # fmt: skip


def transformer(family: str = "bert", seed: int = 0) -> torch.nn.Module:
    """A small encoder, made by transformers itself, with weights large enough to matter."""
    from transformers import AutoConfig, AutoModel

    torch.manual_seed(seed)
    model = AutoModel.from_config(AutoConfig.for_model(family, **FAMILY_SIZES[family])).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def write_sentence(
    folder: Path,
    pooling: str | None = "mean",
    family: str = "bert",
    max_tokens: int | None = 12,
    normalise: bool = True,
    lower: bool = False,
    seed: int = 0,
) -> torch.nn.Module:
    """Write a sentence encoder's folder and return its transformer; no pooling: a bare folder."""
    model = transformer(family, seed)
    model.save_pretrained(folder)
    write_tokenizer(folder)
    if pooling is None:
        return model
    steps = [("", "Transformer"), ("1_Pooling", "Pooling")]
    steps += [("2_Normalize", "Normalize")] if normalise else []
    kinds = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(steps)
    ]
    (folder / "modules.json").write_text(json.dumps(kinds))
    (folder / "1_Pooling").mkdir()
    kinds_of_pooling = ("cls_token", "mean_tokens", "max_tokens")
    flags = {f"pooling_mode_{key}": key.startswith(pooling) for key in kinds_of_pooling}
    flags["pooling_mode_mean_sqrt_len_tokens"] = False
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(flags))
    lengths = {"max_seq_length": max_tokens, "do_lower_case": lower}
    (folder / "sentence_bert_config.json").write_text(json.dumps(lengths))
    return model
