"""open_clip checkpoints: native CLIP, and CLIP with a timm image or transformers text tower."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg, CustomTextCLIP

from cutis.errors import CutisError
from cutis.models.layouts.asked import check_pooling, fixed_size
from cutis.models.layouts.bert import POSITION_IDS, bert_config, text_encoder
from cutis.models.layouts.causal_text import CausalTextClip
from cutis.models.layouts.stated import disagreements
from cutis.models.strict import load_strict, set_aside, without_initialisation
from cutis.models.towers import Settings, Towers, channels_last

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
# Widths whose published models have heads that are not 64 wide.
HEAD_WIDTHS = {1280: 80, 1408: 88, 1664: 104}
TEXT_NAMES = (
    "text_projection", "positional_embedding", "token_embedding.", "transformer.", "ln_final.",
)  # fmt: skip
_SIZE = "a number that OpenAI's files carry; the tensors show it themselves"
LEFT_OUT = {
    "input_resolution": _SIZE,
    "context_length": _SIZE,
    "vocab_size": _SIZE,
    "attn_mask": "a fixed mask, which the module has itself",
    "text.attn_mask": "a fixed mask, which the module has itself",
    **POSITION_IDS,
}
GELU_UNKNOWN = (
    "Neither a configuration nor a card says whether its GELU is the exact or the quick one; the "
    'exact one was built. OpenAI\'s weights and all tuned from them need "quick_gelu": true in '
    "open_clip_config.json."
)
_WRAPPED_CAE = re.compile(r"visual\.trunk\.blocks\.\d+\.(attn\.q_bias|gamma_1)$")


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of an open_clip checkpoint."""
    if any(key.startswith("text_decoder.") for key in shapes) or "logit_scale" not in shapes:
        return False
    image = any(key.startswith(("visual.conv1.", "visual.trunk.")) for key in shapes)
    if image and any(_WRAPPED_CAE.match(key) for key in shapes):
        # a BEiT of timm inside open_clip has no BERT pooler and is named by a configuration
        return False
    text = any(key.startswith(("text.", "token_embedding.")) for key in shapes)
    return image and text


# What the builders raise when a configuration makes no model.
_UNBUILDABLE = (
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the model its tensors describe and fill it.

    Sizes come from the shapes; the configuration adds only what shapes cannot tell.

    Parameters
    ----------
    state
        Name to tensor.
    settings
        Configuration, when there is one.

    Raises
    ------
    CutisError
        If the image tower cannot be told from the tensors and no configuration names it.
    StateDictMismatch
        If the tensors do not fit.
    """
    check_pooling(settings, ("default",))
    state, notes = set_aside(state, LEFT_OUT)
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    config = model_config(shapes, settings)
    model = _built(config, shapes, settings)
    load_strict(model, _renamed(state, model), settings.what)
    built = towers(model, config["embed_dim"])
    fixed_size(settings, built.image_size)
    return replace(built, notes=(*notes, *_lies(config, settings), *_gelu(shapes, settings)))


def _lies(config: Mapping[str, Any], settings: Settings) -> Iterator[str]:
    """Say where the stated configuration contradicts the tensors."""
    given = settings.model_cfg
    parts = {
        "Its configuration": (given, {"embed_dim": config["embed_dim"]}),
        "The image part of its configuration": (given.get("vision_cfg", {}), config["vision_cfg"]),
        "The text part of its configuration": (given.get("text_cfg", {}), config["text_cfg"]),
    }
    for where, (stated, found) in parts.items():
        said = disagreements(stated, found, where)
        if said:
            yield said


def _gelu(shapes: Shapes, settings: Settings) -> Iterator[str]:
    """Say when the kind of GELU, which no tensor shows, is unknown or disputed."""
    stated, card = settings.model_cfg.get("quick_gelu"), settings.quick_gelu
    native = any("resblocks." in key for key in shapes)
    if native and stated is None and card is None:
        yield GELU_UNKNOWN
    elif native and stated is not None and card is not None and bool(stated) != card:
        yield (
            f"Its configuration says quick_gelu {bool(stated)}, its card says {card}; the "
            "configuration was obeyed."
        )


def _built(config: Mapping[str, Any], shapes: Shapes, settings: Settings) -> CLIP | CustomTextCLIP:
    try:
        with without_initialisation():
            return make_model(config, settings.text_config, shapes)
    except CutisError:
        raise
    except _UNBUILDABLE as error:
        raise CutisError(
            f"The configuration of {settings.what} describes a model that cannot be built: "
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}.",
            fix="compare its open_clip_config.json or config.json with the published one",
        ) from None


def make_model(
    config: Mapping[str, Any], text_config: Mapping[str, Any], shapes: Shapes | None = None
) -> CLIP | CustomTextCLIP:
    """Build an open_clip model with fresh weights and without a network.

    Parameters
    ----------
    config
        open_clip model configuration.
    text_config
        Configuration of a transformers text tower, when there is one.
    shapes
        Tensor shapes to derive that configuration from when it is empty.
    """
    dim, quick_gelu = config["embed_dim"], bool(config.get("quick_gelu", False))
    vision, text = _known(CLIPVisionCfg, config["vision_cfg"]), dict(config["text_cfg"])
    vision["timm_model_pretrained"] = False
    extra = {
        key: config[key]
        for key in ("init_logit_scale", "init_logit_bias", "nonscalar_logit_scale")
        if key in config
    }
    if not text.get("hf_model_name"):
        kind = CustomTextCLIP if config.get("custom_text") else CausalTextClip
        model = kind(dim, vision, _known(CLIPTextCfg, text), quick_gelu=quick_gelu, **extra)
    else:
        tower = text_encoder(
            text_config or bert_config(shapes or {}),
            dim,
            text.get("hf_pooler_type") or "mean_pooler",
            text.get("hf_proj_type", "mlp"),
        )
        # A one-layer stand-in: the builder has no way to be handed a ready text tower.
        stand_in = {"context_length": 1, "vocab_size": 1, "width": 64, "heads": 1, "layers": 1}
        model = CustomTextCLIP(dim, vision, stand_in, quick_gelu=quick_gelu, **extra)
        model.text, model.vocab_size = tower, tower.vocab_size
        model.context_length = text.get("context_length") or tower.context_length
    return model.eval()


def _known(kind: type, config: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {key: value for key, value in config.items() if key in names}


def model_config(shapes: Shapes, settings: Settings) -> dict[str, Any]:
    """Merge the sizes the tensors show over the configuration, which may be wrong or absent."""
    given = settings.model_cfg
    config = {**given, "vision_cfg": dict(given.get("vision_cfg", {})),
              "text_cfg": dict(given.get("text_cfg", {}))}  # fmt: skip
    if settings.quick_gelu is not None:
        config.setdefault("quick_gelu", settings.quick_gelu)
    if any(key.startswith("visual.transformer.resblocks.") for key in shapes):
        config["vision_cfg"].update(_vision_sizes(shapes, config["vision_cfg"]))
    elif not given.get("vision_cfg"):
        raise CutisError(
            f"{settings.what} has an image tower of another library, which no tensor names.",
            allowed="It loads from a folder that holds its open_clip_config.json too.",
            fix="put both files into one folder and use local-dir:FOLDER",
        )
    config.update(_text_sizes(shapes, config))
    return config


def _vision_sizes(shapes: Shapes, given: Mapping[str, Any]) -> dict[str, Any]:
    width, _, patch, _ = shapes["visual.conv1.weight"]
    tokens = shapes["visual.positional_embedding"][0] - 1
    side = round(tokens**0.5) * patch
    image_size = given.get("image_size", side)
    if side * side != tokens * patch * patch:
        side = image_size  # a rectangular grid: only the configuration knows its sides
    return {
        "width": width,
        "patch_size": patch,
        "image_size": side,
        "layers": _count(shapes, "visual.transformer.resblocks."),
        "mlp_ratio": shapes["visual.transformer.resblocks.0.mlp.c_fc.weight"][0] / width,
        "head_width": given.get("head_width") or HEAD_WIDTHS.get(width, 64),
        "no_ln_pre": "visual.ln_pre.weight" not in shapes,
    }


def _text_sizes(shapes: Shapes, config: Mapping[str, Any]) -> dict[str, Any]:
    text = dict(config["text_cfg"])
    if "text.transformer.embeddings.word_embeddings.weight" in shapes:
        text.setdefault("hf_model_name", "bert")
        text.setdefault("context_length", None)
        dim = _last_dim(shapes, "text.proj.")
    else:
        start = "text." if "text.token_embedding.weight" in shapes else ""
        vocab, width = shapes[start + "token_embedding.weight"]
        text.update(
            context_length=shapes[start + "positional_embedding"][0],
            vocab_size=vocab,
            width=width,
            layers=_count(shapes, start + "transformer.resblocks."),
            heads=text.get("heads") or width // 64,
        )
        projection = shapes.get(start + "text_projection")
        dim = projection[1] if projection else None
    return {"embed_dim": dim or config.get("embed_dim"), "text_cfg": text}


def _last_dim(shapes: Shapes, start: str) -> int | None:
    names = sorted(key for key in shapes if key.startswith(start) and key.endswith("weight"))
    return shapes[names[-1]][0] if names else None


def _count(shapes: Shapes, start: str) -> int:
    pattern = re.compile(re.escape(start) + r"(\d+)\.")
    return 1 + max(int(m.group(1)) for m in map(pattern.match, shapes) if m)


def _renamed(
    state: Mapping[str, torch.Tensor], model: CLIP | CustomTextCLIP
) -> dict[str, torch.Tensor]:
    """Bring the two spellings of the native text tower to the one of this model."""
    custom = isinstance(model, CustomTextCLIP)
    renamed = dict(state)
    if custom and "token_embedding.weight" in state:
        renamed = {
            ("text." + key if key.startswith(TEXT_NAMES) else key): value
            for key, value in state.items()
        }
    elif not custom and "text.token_embedding.weight" in state:
        renamed = {key.removeprefix("text."): value for key, value in state.items()}
    for name in ("logit_scale", "logit_bias"):
        wanted = getattr(model, name, None)
        if name in renamed and wanted is not None and renamed[name].numel() == 1:
            renamed[name] = renamed[name].reshape(wanted.shape)
    return renamed


def towers(model: CLIP | CustomTextCLIP, dim: int) -> Towers:
    """Describe a filled open_clip model whose features are ``dim`` long."""
    channels_last(model.visual)
    text: Any = getattr(model, "text", model)
    from_library = hasattr(text, "config")
    size = model.visual.image_size
    return Towers(
        module=model,
        image=model.encode_image,
        text=model.encode_text,
        dim=dim,
        image_size=(size, size) if isinstance(size, int) else tuple(size),
        pooling="projected",
        context_length=int(model.context_length),
        vocab_size=int(model.vocab_size),
        pad_id=int(text.config.pad_token_id or 0) if from_library else 0,
        needs_full_context=not from_library,
        logit_scale=float(model.logit_scale.detach().exp()),
    )
