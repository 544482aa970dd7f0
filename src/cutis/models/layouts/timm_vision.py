"""Image towers of timm, with the weights timm publishes for them; no text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import timm
import torch

from cutis.errors import CutisError, nearest_names
from cutis.models.layouts.asked import check_pooling, multiple_size
from cutis.models.layouts.timm_conversion import converted
from cutis.models.preprocessing import Preprocessing
from cutis.models.strict import load_strict, set_aside, without_initialisation
from cutis.models.towers import Settings, Towers, channels_last

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]


def matches(shapes: Shapes) -> bool:
    """Never claim a state dict: the names of timm's tensors differ per architecture."""
    return False


def published_facts(architecture: str) -> dict[str, Any]:
    """Return what timm knows of an architecture and tag: where its weights are, how to prepare.

    Parameters
    ----------
    architecture
        timm's name, with or without a tag.

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
    found = timm.get_pretrained_cfg(architecture, allow_unregistered=True)
    return dict(found.to_dict()) if found is not None else {}


def make_tower(architecture: str, image_size: tuple[int, int] | None = None) -> Any:
    """Build an image tower with fresh weights and no classifier.

    Parameters
    ----------
    architecture
        timm's name, with or without a tag.
    image_size
        Height and width when they are not the usual ones.

    Raises
    ------
    CutisError
        If timm has no such architecture or tag.
    """
    published_facts(architecture)
    if image_size is not None:
        try:
            sized = timm.create_model(
                architecture, pretrained=False, num_classes=0, img_size=image_size
            )
            return sized.eval()
        except TypeError:
            pass  # a convolutional network, which takes any size as it is
    return timm.create_model(architecture, pretrained=False, num_classes=0).eval()


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Fill the tower of ``settings.model_cfg["timm_model_name"]``.

    The classifier that published files carry is left out; every other tensor must fit.

    Raises
    ------
    CutisError
        If the architecture is not named or unknown, cannot take images of the size asked for, or
        the file's positions are for another size than the tower's and none was asked for.
    StateDictMismatch
        If the tensors do not fit.
    """
    check_pooling(settings, ("default",))
    architecture = settings.model_cfg.get("timm_model_name")
    if not architecture:
        raise CutisError(
            f"{settings.what}: no tensor names the architecture of a timm model.",
            fix="--model timm:NAME@/path/to/file",
        )
    size = settings.image_size
    try:
        with without_initialisation():
            tower = make_tower(architecture, size)
    except (AssertionError, ValueError, RuntimeError) as error:
        raise CutisError(
            f"{settings.what} cannot be built for images of {size} pixels: {error}.",
            fix="leave the image size out",
        ) from None
    config = tower_config(tower, settings)
    patch = getattr(getattr(tower, "patch_embed", None), "patch_size", None)
    if size and patch:
        multiple_size(settings, size, patch)
    kept, said = converted(tower, state, settings)
    kept, notes = _without_classifier(tower, kept)
    load_strict(tower, kept, settings.what)
    channels_last(tower)
    steps = preprocessing(config)
    return Towers(
        module=tower,
        image=tower,
        text=None,
        dim=int(tower.num_features),
        image_size=size or steps.size,
        pooling="pooled",
        notes=(*notes, *said),
        preprocessing=steps,
    )


def tower_config(tower: Any, settings: Settings) -> dict[str, Any]:
    """Return the evaluation settings of a tower: its folder's, else those timm publishes."""
    stated = settings.native_cfg.get("pretrained_cfg") or {}
    own = {**tower.pretrained_cfg, **stated}
    config: dict[str, Any] = timm.data.resolve_data_config(pretrained_cfg=own)
    return config


def _without_classifier(
    tower: Any, state: Mapping[str, torch.Tensor]
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    classifier = tower.pretrained_cfg.get("classifier") or ()
    names = (classifier,) if isinstance(classifier, str) else tuple(classifier)
    reason = "a classifier, which features do not need"
    return set_aside(state, {name + ".": reason for name in names})


def preprocessing(config: Mapping[str, Any]) -> Preprocessing:
    """Return the evaluation preprocessing that timm's settings mean.

    Parameters
    ----------
    config
        timm's data configuration.

    Raises
    ------
    CutisError
        If it is of a kind that is not offered here.
    """
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
