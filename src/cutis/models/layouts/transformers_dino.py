"""DINOv2 and DINOv3 vision transformers as transformers publishes them.

Oquab et al., "DINOv2" (2023), with or without registers; Siméoni et al., "DINOv3" (2025). The
feature is the class token after the final norm, which the library calls the pooled output;
``cls_mean`` joins to it the mean of the patch tokens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from cutis.errors import CutisError
from cutis.models.layouts.asked import check_pooling, multiple_size
from cutis.models.layouts.transformers_config import UNBUILDABLE, corrected, count, unbuildable
from cutis.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from cutis.models.strict import load_renamed, set_aside, without_initialisation
from cutis.models.towers import Settings, Towers

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
POOLINGS = {"default": "class token", "cls_mean": "class token and patch mean"}
USUAL = 224
# The library's names since its version 5 to those in published files.
SPELLINGS = {
    "dinov2": (
        (".attention.q_proj.", ".attention.attention.query."),
        (".attention.k_proj.", ".attention.attention.key."),
        (".attention.v_proj.", ".attention.attention.value."),
        (".attention.o_proj.", ".attention.output.dense."),
    ),
    "dinov3_vit": (("model.layer.", "layer."),),
}
START = "dinov2."
LEFT_OUT = {"classifier.": "a classifier, which features do not need"}
_LAYER = re.compile(r"(dinov2\.)?(encoder\.|model\.)?layer\.\d+\.layer_scale[12]\.lambda1$")


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of a DINOv2 or DINOv3 of transformers."""
    return any(_LAYER.match(key) for key in shapes)


class TransformersDino(nn.Module):
    """A vision transformer of transformers, with names for its two features.

    Parameters
    ----------
    model
        The library's model.
    prefix_tokens
        Class and register tokens, which stand before the patches.
    """

    def __init__(self, model: nn.Module, prefix_tokens: int) -> None:
        super().__init__()
        self.model, self.prefix_tokens = model, prefix_tokens

    def encode_class(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return the class token after the final norm (n, d)."""
        features_nd: torch.Tensor = self.model(pixel_values=pixels_nchw).pooler_output
        return features_nd

    def encode_class_and_mean(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return the class token and the mean of the patch tokens, joined (n, 2 d)."""
        tokens_npd: torch.Tensor = self.model(pixel_values=pixels_nchw).last_hidden_state
        patches_npd = tokens_npd[:, self.prefix_tokens :]
        return torch.cat([tokens_npd[:, 0], patches_npd.mean(1)], dim=1)


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the model its configuration and tensors describe and fill it.

    Parameters
    ----------
    state
        Name to tensor, as published.
    settings
        ``native_cfg`` tells what tensors cannot; sizes are read off the tensors.
        ``image_size`` may be any that patches fill.

    Raises
    ------
    CutisError
        If the pooling is unknown, the configuration makes no model or is needed and not there, or
        patches do not fill the image size.
    KeyError
        If a tensor that gives a size is absent.
    StateDictMismatch
        If the tensors do not fit.
    """
    pooling = check_pooling(settings, POOLINGS)
    state, notes = set_aside(state, LEFT_OUT)
    state = {name.removeprefix(START): value for name, value in state.items()}
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    third = "embeddings.patch_embeddings.weight" in shapes
    found = _sizes(shapes, third)
    config, said = corrected(settings.native_cfg, found, "Its config.json")
    if not settings.native_cfg and third and found["use_gated_mlp"]:
        raise CutisError(
            f"{settings.what} is a DINOv3 with gated layers, and no config.json is beside it: the "
            "tensors do not tell its activation and heads.",
            allowed="Nothing was loaded: a guess would give other features without a word.",
            fix="put config.json beside the weights",
        )
    if not settings.native_cfg:
        config["num_attention_heads"] = max(found["hidden_size"] // 64, 1)
        said = (*said, "No config.json is beside the weights: heads and activation are taken as "
                "in the published models of this kind.")  # fmt: skip
    try:
        with without_initialisation():
            model = _model(config, third, "embeddings.register_tokens" in shapes).eval()
    except UNBUILDABLE as error:
        raise unbuildable(settings.what, error) from None
    load_renamed(model, state, published_names(model, third), settings.what)
    return _towers(model, found, third, pooling, settings, (*notes, *said))


def _sizes(shapes: Shapes, third: bool) -> dict[str, Any]:
    patches = "embeddings.patch_embeddings." + ("weight" if third else "projection.weight")
    width, channels, patch, _ = shapes[patches]
    layers = next(
        start for start in ("encoder.layer.", "model.layer.", "layer.") if count(shapes, start)
    )
    found: dict[str, Any] = {
        "hidden_size": width,
        "num_channels": channels,
        "patch_size": patch,
        "num_hidden_layers": count(shapes, layers),
    }
    registers = shapes.get("embeddings.register_tokens")
    if registers:
        found["num_register_tokens"] = registers[1]
    if third:
        found["intermediate_size"] = shapes[layers + "0.mlp.up_proj.weight"][0]
        found["use_gated_mlp"] = layers + "0.mlp.gate_proj.weight" in shapes
    else:
        positions = shapes["embeddings.position_embeddings"][1] - 1
        found["image_size"] = round(positions**0.5) * patch
        gated = layers + "0.mlp.weights_in.weight" in shapes
        found["use_swiglu_ffn"] = gated
        if not gated:
            found["mlp_ratio"] = shapes[layers + "0.mlp.fc1.weight"][0] // width
        found["use_mask_token"] = "embeddings.mask_token" in shapes
    return found


def _model(config: Mapping[str, Any], third: bool, registers: bool) -> Any:
    import transformers as library

    second = "Dinov2WithRegisters" if registers else "Dinov2"
    name = "DINOv3ViT" if third else second
    settings = getattr(library, name + "Config").from_dict(dict(config))
    return getattr(library, name + "Model")(settings)


def published_names(model: nn.Module, third: bool) -> dict[str, str]:
    """Map the names of the library's model to those of published files, where they differ."""
    spellings = SPELLINGS["dinov3_vit" if third else "dinov2"]
    names = {}
    for name in model.state_dict():
        published = name
        for ours, theirs in spellings:
            published = published.replace(ours, theirs)
        if published != name:
            names[name] = published
    return names


def _towers(
    model: Any,
    found: Mapping[str, Any],
    third: bool,
    pooling: str,
    settings: Settings,
    notes: tuple[str, ...],
) -> Towers:
    patch, width = found["patch_size"], found["hidden_size"]
    native = found.get("image_size") or model.config.image_size
    side = min(native, USUAL) // patch * patch
    size = multiple_size(settings, settings.stated_size or (side, side), (patch, patch))
    module = TransformersDino(model, 1 + (found.get("num_register_tokens") or 0))
    second = Preprocessing(resize_to=256, mean=IMAGENET_MEAN, std=IMAGENET_STD)
    squashed = Preprocessing(
        resize_mode="squash", interpolation="bilinear", mean=IMAGENET_MEAN, std=IMAGENET_STD
    )
    return Towers(
        module=module,
        image=module.encode_class if pooling == "default" else module.encode_class_and_mean,
        text=None,
        dim=width if pooling == "default" else 2 * width,
        image_size=size,
        pooling=POOLINGS[pooling],
        notes=notes,
        preprocessing=squashed if third else second,
    )
