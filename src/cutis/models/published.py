"""Models named after a library's own list: ``timm:name`` and ``open_clip:arch/pretrained``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from cutis.errors import CutisError, nearest_names
from cutis.files import sha256_json
from cutis.models.cards import ModelCard
from cutis.models.hub import fetch
from cutis.models.names import ModelName
from cutis.models.sources import Source, bare_card
from cutis.models.towers import Towers

RANDOM = "random"
TIMM_FILES = ("model.safetensors", "pytorch_model.bin")


def from_open_clip(name: ModelName) -> Source:
    """Find the weights of an open_clip architecture.

    Raises
    ------
    CutisError
        If the architecture or tag is unknown, or the file cannot be had without a network.
    """
    import open_clip

    architecture, tag = name.value, name.tag
    config = open_clip.get_model_config(architecture)
    if config is None:
        known = open_clip.list_models()
        raise CutisError(
            f"open_clip has no architecture '{architecture}'.",
            nearest=nearest_names(architecture, known),
            fix='python -c "import open_clip; print(open_clip.list_models())"',
        )
    if name.file is not None:
        card = bare_card(architecture, architecture=architecture)
        return Source(name.text, card, name.file, {"model_cfg": config}, {}, (name.file.parent,))
    if tag == RANDOM:
        return Source(name.text, _random_card(architecture), None, {"model_cfg": config})
    return _tagged(name.text, architecture, tag or "", config)


def _tagged(text: str, architecture: str, tag: str, config: dict[str, Any]) -> Source:
    import open_clip

    published = open_clip.get_pretrained_cfg(architecture, tag)
    if not published:
        tags = open_clip.list_pretrained_tags_by_model(architecture)
        raise CutisError(
            f"open_clip has no weights '{tag}' for {architecture}.",
            allowed="Tags: " + ", ".join([*tags, RANDOM]) + ".",
            nearest=nearest_names(tag, tags),
            fix=f"open_clip:{architecture}/{(tags or [RANDOM])[0]}",
        )
    repository, file = os.path.split(published["hf_hub"])
    names = [file] if file else ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"]
    weights = fetch(repository, names)
    if weights is None:
        raise CutisError(
            f"The repository {repository} no longer holds {' or '.join(names)}.",
            fix=f"open_clip:{architecture}@/path/to/file",
        )
    config = {**config, "quick_gelu": bool(published.get("quick_gelu", False))}
    keys = ("mean", "std", "interpolation", "resize_mode")
    preprocess = {key: published[key] for key in keys if key in published}
    card = bare_card(f"{architecture}/{tag}", hub=repository, architecture=architecture)
    whole = {"model_cfg": config, "preprocess_cfg": preprocess}
    return Source(text, card, weights, whole, {}, (weights.parent,))


def _random_card(architecture: str) -> ModelCard:
    return ModelCard(
        name=f"{architecture}/{RANDOM}",
        title=f"{architecture} with random weights",
        architecture=architecture,
        licence="none: no trained weights",
        intended_use="Measuring speed and memory only.",
        warnings=("Random weights: its features mean nothing.",),
    )


def random_towers(source: Source, seed: int = 0) -> tuple[Towers, str]:
    """Build an open_clip architecture with random weights, for measuring speed only.

    Returns
    -------
    tuple
        The towers, and a hash that stands for the architecture and seed.
    """
    import torch

    from cutis.models.layouts.open_clip import make_model, towers

    config = dict(source.config["model_cfg"])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = make_model(config, source.text_config)
    facts = {"architecture": source.card.architecture, "seed": seed, "weights": RANDOM}
    return towers(model, config["embed_dim"]), sha256_json(facts)


def _timm_file(architecture: str, facts: dict[str, Any]) -> Path:
    repository, own = facts.get("hf_hub_id"), facts.get("hf_hub_filename")
    instead = f"copy it here, and use --model timm:{architecture}@/path/to/file"
    names = [own] if own else TIMM_FILES
    weights = fetch(repository, names, instead) if repository else None
    if weights is None:
        raise CutisError(
            f"timm publishes no weights for {architecture}.",
            fix=f"timm:{architecture}@/path/to/file",
        )
    return weights


def timm_weights(architecture: str) -> Path:
    """Return the file with the weights timm publishes for an architecture.

    Raises
    ------
    CutisError
        If there is none, or it cannot be had without a network.
    """
    from cutis.models.layouts import timm_vision

    return _timm_file(architecture, timm_vision.published_facts(architecture))


def from_timm(name: ModelName) -> Source:
    """Find the weights of an image tower of timm.

    Raises
    ------
    CutisError
        If it is unknown, or its file cannot be had without a network.
    """
    from cutis.models.layouts import timm_vision

    facts = timm_vision.published_facts(name.value)
    weights = name.file or _timm_file(name.value, facts)
    card = bare_card(
        f"timm:{name.value}",
        family="vision",
        layout="timm",
        architecture=name.value,
        hub=facts.get("hf_hub_id"),
        licence=facts.get("license") or "unknown",
    )
    return Source(name.text, card, weights)
