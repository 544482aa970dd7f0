"""A BERT text tower whose configuration is read off its tensors."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from open_clip.hf_model import HFTextEncoder
from torch import nn

from cutis.errors import CutisError

Shapes = Mapping[str, tuple[int, ...]]
PREFIX = "text.transformer."
HEAD_WIDTH = 64
# Keys of a configuration that name a precision to build in, or code to fetch and run.
DROPPED = frozenset({"dtype", "torch_dtype", "auto_map"})

# Written by older versions of the text library; the module makes its own.
POSITION_IDS = {
    PREFIX + "embeddings.position_ids": "the numbers 0, 1, 2, ..., which the module has itself"
}


def bert_config(shapes: Shapes) -> dict[str, Any]:
    """Derive a BERT configuration from tensor shapes, so that no second repository is needed.

    What shapes cannot tell is the same in every published BERT of this family: heads 64 wide,
    exact GELU, LayerNorm epsilon 1e-12, padding id 0.

    Parameters
    ----------
    shapes
        Tensor name to shape, names starting with ``text.transformer.``.

    Raises
    ------
    CutisError
        If the tensors are a text tower of another kind.

    Examples
    --------
    >>> names = {"embeddings.word_embeddings": (100, 128), "embeddings.position_embeddings":
    ...     (32, 128), "embeddings.token_type_embeddings": (2, 128),
    ...     "encoder.layer.0.intermediate.dense": (512, 128)}
    >>> config = bert_config({f"text.transformer.{k}.weight": v for k, v in names.items()})
    >>> config["hidden_size"], config["num_attention_heads"], config["num_hidden_layers"]
    (128, 2, 1)
    """
    names = [
        PREFIX + "embeddings.word_embeddings.weight",
        PREFIX + "embeddings.position_embeddings.weight",
        PREFIX + "embeddings.token_type_embeddings.weight",
        PREFIX + "encoder.layer.0.intermediate.dense.weight",
    ]
    missing = [name for name in names if name not in shapes]
    words, positions, kinds, inner = (shapes.get(name, (0, 0)) for name in names)
    if missing or kinds[0] != 2 or words[1] % HEAD_WIDTH:
        raise CutisError(
            "The text tower of this checkpoint is not a BERT whose sizes can be read off its "
            "tensors" + (f" (it lacks {', '.join(missing)})." if missing else "."),
            allowed="Other text towers need their configuration beside the weights.",
            fix="put the text model's config.json into the checkpoint's folder as "
            "text_config.json and load it with local-dir:FOLDER",
        )
    start = PREFIX + "encoder.layer."
    layers = {key.removeprefix(start).split(".")[0] for key in shapes if key.startswith(start)}
    return {
        "model_type": "bert",
        "vocab_size": words[0],
        "hidden_size": words[1],
        "num_hidden_layers": len(layers),
        "num_attention_heads": words[1] // HEAD_WIDTH,
        "intermediate_size": inner[0],
        "max_position_embeddings": positions[0],
        "type_vocab_size": 2,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
    }


def text_encoder(
    config: Mapping[str, Any], dim: int, pooler: str = "mean_pooler", projection: str | None = "mlp"
) -> HFTextEncoder:
    """Build a transformers text tower from its configuration alone, without a network.

    Parameters
    ----------
    config
        The configuration, with ``model_type``.
    dim
        Length of a text feature.
    pooler, projection
        open_clip's names of the pooling and of the projection.
    """
    kept = {key: value for key, value in config.items() if key not in DROPPED}
    # The builder insists on a folder to read the configuration from.
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(kept), encoding="utf-8")
        return HFTextEncoder(
            folder, output_dim=dim, pooler_type=pooler, proj_type=projection, pretrained=False
        )


def projected_encoder(shapes: Shapes, dim: int) -> HFTextEncoder:
    """Build a BERT and its projection, both as their tensors show.

    With a BERT pooler among the tensors its output is the text feature, else the mean over all
    tokens that are not padding. The projection is two layers, with biases where the tensors have
    them.

    Parameters
    ----------
    shapes
        Tensor name to shape, names starting with ``text.``.
    dim
        Length of an image feature, which a text feature shares.
    """
    config = bert_config(shapes)
    pooler = PREFIX + "pooler.dense.weight" in shapes
    width = config["hidden_size"]
    encoder = text_encoder(config, width, "cls_pooler" if pooler else "mean_pooler", None)
    hidden = shapes.get("text.proj.0.weight", ((width + dim) // 2, width))[0]
    encoder.proj = nn.Sequential(
        nn.Linear(width, hidden, bias="text.proj.0.bias" in shapes),
        nn.GELU(),
        nn.Linear(hidden, dim, bias="text.proj.2.bias" in shapes),
    )
    encoder.output_dim = dim
    return encoder
