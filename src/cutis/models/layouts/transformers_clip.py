"""CLIP and SigLIP as transformers publishes them: MONET, MedSigLIP, and any folder of that form.

Radford et al., "CLIP" (2021); Zhai et al., "SigLIP" (2023); Tschannen et al., "SigLIP 2" (2025),
whose fixed-size checkpoints have SigLIP's layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from cutis.errors import CutisError
from cutis.models.layouts.asked import check_pooling, fixed_size
from cutis.models.layouts.transformers_config import UNBUILDABLE, corrected, count, unbuildable
from cutis.models.preprocessing import HALF, Preprocessing
from cutis.models.strict import load_strict, set_aside, without_initialisation
from cutis.models.towers import Settings, Towers

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
_RANGE = "the numbers 0, 1, 2, ..., which the module has itself"
LEFT_OUT = {
    "text_model.embeddings.position_ids": _RANGE,
    "vision_model.embeddings.position_ids": _RANGE,
}
VISION, TEXT = "vision_model.", "text_model."
PATCHES, WORDS = (
    VISION + "embeddings.patch_embedding.weight",
    TEXT + "embeddings.token_embedding.weight",
)
POSITIONS = "embeddings.position_embedding.weight"
# Widths whose published SigLIP towers have heads that are not 64 wide.
HEADS = {1152: 16}
GEMMA_VOCABULARY = 256000


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of a CLIP or SigLIP of transformers."""
    both = (VISION + "encoder.layers.", TEXT + "encoder.layers.")
    return all(any(key.startswith(start) for key in shapes) for start in both)


class TransformersClip(nn.Module):
    """A CLIP or SigLIP of transformers, with one name each for its two features.

    Parameters
    ----------
    model
        The library's model.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model: Any = model

    def encode_image(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Return projected image features (n, d)."""
        return _tensor(self.model.get_image_features(pixel_values=pixels_nchw))

    def encode_text(self, ids_nt: torch.Tensor) -> torch.Tensor:
        """Return projected text features (n, d)."""
        return _tensor(self.model.get_text_features(input_ids=ids_nt))


def _tensor(output: Any) -> torch.Tensor:
    """Take the feature out of what the library returns: a tensor, or an object around it."""
    features_nd: torch.Tensor = output if isinstance(output, torch.Tensor) else output.pooler_output
    return features_nd


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the model its configuration and tensors describe and fill it.

    Parameters
    ----------
    state
        Name to tensor, as published.
    settings
        ``native_cfg`` tells what tensors cannot; sizes are read off the tensors.

    Raises
    ------
    CutisError
        If the configuration makes no model, or the model takes images of varying shapes only.
    KeyError
        If a tensor that gives a size is absent.
    StateDictMismatch
        If the tensors do not fit.
    """
    check_pooling(settings, ("default",))
    state, notes = set_aside(state, LEFT_OUT)
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    sigmoid = VISION + "head.probe" in shapes or "logit_bias" in shapes
    if len(shapes[PATCHES]) != 4:
        raise CutisError(
            f"{settings.what} is a SigLIP 2 that takes images of varying shapes, which is not "
            "offered.",
            fix="use the fixed-size checkpoint of the same model",
        )
    config, said = _config(shapes, settings, sigmoid)
    try:
        with without_initialisation():
            model = _model(config, sigmoid).eval()
    except UNBUILDABLE as error:
        raise unbuildable(settings.what, error) from None
    load_strict(model, state, settings.what)
    return _towers(model, settings, sigmoid, (*notes, *said))


def _model(config: Mapping[str, Any], sigmoid: bool) -> Any:
    from transformers import CLIPConfig, CLIPModel, SiglipConfig, SiglipModel

    model, settings = (SiglipModel, SiglipConfig) if sigmoid else (CLIPModel, CLIPConfig)
    return model(settings.from_dict(dict(config)))


def _config(
    shapes: Shapes, settings: Settings, sigmoid: bool
) -> tuple[dict[str, Any], tuple[str, ...]]:
    stated = dict(settings.native_cfg)
    given = {key: dict(stated.get(key) or {}) for key in ("vision_config", "text_config")}
    vision, said = corrected(
        given["vision_config"], _vision(shapes, sigmoid), "The image part of its config.json"
    )
    text, more = corrected(
        given["text_config"], _text(shapes, sigmoid), "The text part of its config.json"
    )
    if not stated:
        _guess(vision, text, settings, sigmoid)
        more = (*more, "No config.json is beside the weights: heads, activation and norms are "
                "taken as in the published models of this kind.")  # fmt: skip
    whole = {**stated, "vision_config": vision, "text_config": text}
    if not sigmoid:
        whole, last = corrected(
            whole, {"projection_dim": shapes["visual_projection.weight"][0]}, "Its config.json"
        )
        more = (*more, *last)
    return whole, (*said, *more)


def _guess(vision: dict[str, Any], text: dict[str, Any], settings: Settings, sigmoid: bool) -> None:
    """Fill in what tensors do not show from the published models of this kind."""
    for part in (vision, text):
        width = part["hidden_size"]
        part["num_attention_heads"] = HEADS.get(width, max(width // 64, 1))
        if not sigmoid:
            part["hidden_act"] = "gelu" if settings.quick_gelu is False else "quick_gelu"


def _vision(shapes: Shapes, sigmoid: bool) -> dict[str, int]:
    width, channels, patch, _ = shapes[PATCHES]
    patches = shapes[VISION + POSITIONS][0] - (not sigmoid)
    return {
        "hidden_size": width,
        "num_channels": channels,
        "patch_size": patch,
        "image_size": round(patches**0.5) * patch,
        "num_hidden_layers": count(shapes, VISION + "encoder.layers."),
        "intermediate_size": shapes[VISION + "encoder.layers.0.mlp.fc1.weight"][0],
    }


def _text(shapes: Shapes, sigmoid: bool) -> dict[str, int]:
    vocab, width = shapes[WORDS]
    found = {
        "vocab_size": vocab,
        "hidden_size": width,
        "max_position_embeddings": shapes[TEXT + POSITIONS][0],
        "num_hidden_layers": count(shapes, TEXT + "encoder.layers."),
        "intermediate_size": shapes[TEXT + "encoder.layers.0.mlp.fc1.weight"][0],
    }
    if sigmoid:
        found["projection_size"] = shapes[TEXT + "head.weight"][0]
    return found


def _towers(model: Any, settings: Settings, sigmoid: bool, notes: tuple[str, ...]) -> Towers:
    vision, text = model.config.vision_config, model.config.text_config
    side = vision.image_size
    module = TransformersClip(model)
    default = Preprocessing(resize_mode="squash", mean=HALF, std=HALF)
    return Towers(
        module=module,
        image=module.encode_image,
        text=module.encode_text,
        dim=text.projection_size if sigmoid else model.config.projection_dim,
        image_size=fixed_size(settings, (side, side)),
        pooling="pooled" if sigmoid else "projected",
        context_length=text.max_position_embeddings,
        vocab_size=text.vocab_size,
        pad_id=_pad_id(text, sigmoid),
        needs_full_context=True,
        logit_scale=float(model.logit_scale.detach().exp()),
        notes=notes,
        preprocessing=default if sigmoid else None,
        text_rules="siglip" if sigmoid else "clip",
    )


def _pad_id(text: Any, sigmoid: bool) -> int:
    """Return the id that fills a row; CLIP reads no further than the end of the text."""
    if text.vocab_size == GEMMA_VOCABULARY:
        return 0  # SigLIP 2's configurations leave it out, and the library's default is SigLIP's
    pad = text.pad_token_id if sigmoid else None
    return int(pad) if pad is not None and 0 <= pad < text.vocab_size else 0
