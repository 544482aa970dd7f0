"""Image towers of timm, with the weights timm publishes for them; no text."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

import timm
import torch

from cutis.errors import CutisError, nearest_names
from cutis.models.preprocessing import Preprocessing
from cutis.models.strict import load_strict, without_initialisation
from cutis.models.towers import Settings, Towers, channels_last

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]


def matches(shapes: Shapes) -> bool:
    """Never claim a state dict: the names of timm's tensors differ per architecture."""
    return False


def make_tower(architecture: str) -> Any:
    """Build an image tower with fresh weights and no classifier.

    Raises
    ------
    CutisError
        If timm has no such architecture or tag.
    """
    base, _, tag = architecture.partition(".")
    if not timm.is_model(base):
        raise CutisError(
            f"timm has no architecture '{base}'.",
            nearest=nearest_names(base, timm.list_models()),
            fix="python -c \"import timm; print(timm.list_models('*vit*'))\"",
        )
    tags = [name.partition(".")[2] for name in timm.list_pretrained(base + "*")
            if name.partition(".")[0] == base]  # fmt: skip
    if tag and tag not in tags:
        raise CutisError(
            f"timm has no weights '{tag}' for {base}.",
            allowed="Tags: " + ", ".join(tags or ["none"]) + ".",
            nearest=nearest_names(tag, tags),
            fix=f"timm:{base}" + (f".{tags[0]}" if tags else "@/path/to/file"),
        )
    return timm.create_model(architecture, pretrained=False, num_classes=0).eval()


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Fill the tower of ``settings.model_cfg["timm_model_name"]``.

    The classifier that published files carry is left out; every other tensor must fit.

    Raises
    ------
    StateDictMismatch
        If the tensors do not fit.
    """
    if settings.pooling != "default":
        raise CutisError(
            f"{settings.what} has no pooling '{settings.pooling}'.",
            allowed="This layout has only 'default'.",
            fix="leave the pooling out",
        )
    with without_initialisation():
        tower = make_tower(settings.model_cfg["timm_model_name"])
    load_strict(tower, _without_classifier(tower, state), settings.what)
    channels_last(tower)
    height, width = timm.data.resolve_model_data_config(tower)["input_size"][1:]
    return Towers(
        module=tower,
        image=tower,
        text=None,
        dim=int(tower.num_features),
        image_size=(height, width),
        pooling="pooled",
    )


def _without_classifier(tower: Any, state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    convert = getattr(sys.modules[type(tower).__module__], "checkpoint_filter_fn", None)
    converted = convert(dict(state), tower) if convert else dict(state)
    classifier = tower.pretrained_cfg.get("classifier") or ()
    names = (classifier,) if isinstance(classifier, str) else tuple(classifier)
    starts = tuple(name + "." for name in names)
    return {
        key: value for key, value in converted.items() if not starts or not key.startswith(starts)
    }


def preprocessing(tower: Any) -> Preprocessing:
    """Return the evaluation preprocessing timm states for a tower.

    Raises
    ------
    CutisError
        If it is of a kind that is not offered here.
    """
    config: dict[str, Any] = timm.data.resolve_model_data_config(tower)
    height, width = config["input_size"][1:]
    mode = config["crop_mode"]
    scaled = math.floor(height / config["crop_pct"])
    if mode not in ("center", "squash") or config["interpolation"] not in ("bicubic", "bilinear"):
        raise CutisError(
            f"The preprocessing of this timm model ({mode}, {config['interpolation']}) is not "
            "offered.",
            fix="choose another tag of the same architecture",
        )
    return Preprocessing(
        size=(height, width),
        resize_mode="squash" if mode == "squash" else "shortest",
        resize_to=scaled if scaled != height else None,
        interpolation=config["interpolation"],
        mean=config["mean"],
        std=config["std"],
    )
