"""Copies of the halves inside a pair's folder, so that it can be moved to another machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cutis.errors import CutisError
from cutis.files import atomic_path, write_text
from cutis.models.cards import card_of_hub
from cutis.models.names import ModelName, parse_name
from cutis.models.obtain import COMPANIONS
from cutis.models.pairing.halves import KINDS, PROBES, below, essence
from cutis.models.shards import is_index, named_shards

if TYPE_CHECKING:
    from cutis.models.model import Model

CARD_FILE = "card.yaml"


def copy_half(kind: str, model: Model, folder: Path, pooling: str) -> str:
    """Copy the files of a half into a pair's folder and make sure that the copy is as good.

    Parameters
    ----------
    kind
        ``"vision"`` or ``"text"``: the subfolder to copy into.
    model
        The half, as it was loaded.
    folder
        The pair's folder.
    pooling
        The pooling it was loaded with.

    Returns
    -------
    str
        The copy's name, its path relative to the pair's folder.

    Raises
    ------
    CutisError
        If the half is no set of files, or its copy gives other numbers.
    """
    parsed = parse_name(model.name)
    weights, folders = _files(kind, parsed, model)
    target = folder / kind
    target.mkdir(parents=True, exist_ok=True)
    _copy(weights, target / weights.name)
    shards = named_shards(weights) if is_index(weights) else []
    for name in (CARD_FILE, *COMPANIONS, *shards):
        found = next((place / name for place in folders if (place / name).is_file()), None)
        if found is not None:
            _copy(found, target / name)
    if not (target / CARD_FILE).is_file():
        _write_card(target / CARD_FILE, model)
    name = _name(parsed, kind, weights.name)
    _compare(kind, model, below(name, folder), pooling)
    return name


def _files(kind: str, parsed: ModelName, model: Model) -> tuple[Path, list[Path]]:
    """Return the weights file of a model and the folders of what belongs to it."""
    from cutis.models.sources import resolve

    if parsed.kind == "timm":
        from cutis.models.published import timm_weights

        weights = parsed.file or timm_weights(parsed.value)
        return weights, [weights.parent]
    source = resolve(parsed)
    if source.weights is None or model.layout == "pair":
        what = "is itself a pair" if source.weights else "has no weights file"
        raise CutisError(
            f"The {KINDS[kind]} half {model.name} {what} and cannot be copied.",
            fix="leave --self-contained out, or pair the models it is made of",
        )
    return source.weights, list(dict.fromkeys([source.weights.parent, *source.folders,
                                               *_tokenizer_folders(model)]))  # fmt: skip


def _tokenizer_folders(model: Model) -> Iterable[Path]:
    from cutis.models.hub import cached_folder
    from cutis.models.tokenizer import FILES

    repositories = [name for name in (model.card.tokenizer, model.card.hub) if name and "/" in name]
    found = [cached_folder(name, FILES) for name in repositories]
    return [folder for folder in found if folder is not None]


def _name(parsed: ModelName, kind: str, file: str) -> str:
    if parsed.kind in ("timm", "open_clip"):
        return f"{parsed.kind}:{parsed.value}@{kind}/{file}"
    if parsed.kind == "card":
        return f"{parsed.value}@{kind}/{file}"
    card = card_of_hub(parsed.value) if parsed.kind == "hf-hub" else None
    return f"{card.name}@{kind}/{file}" if card else f"local-dir:{kind}"


def _copy(source: Path, target: Path) -> None:
    with atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)


def _write_card(path: Path, model: Model) -> None:
    import yaml

    fields = model.card.model_dump(mode="json", exclude_defaults=True)
    write_text(path, yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100))


def _compare(kind: str, model: Model, name: str, pooling: str) -> None:
    from cutis.models.check import sample_images
    from cutis.models.load import load_model

    copy = load_model(name, device=model.device, pooling=pooling)
    if kind == "vision":
        images = sample_images(1)
        same = np.allclose(copy.embed_images(images), model.embed_images(images), atol=1e-5)
    else:
        same = np.allclose(copy.embed_texts(PROBES), model.embed_texts(PROBES), atol=1e-5)
    if not same or essence(copy) != essence(model):
        raise CutisError(
            f"A copy of the {KINDS[kind]} half {model.name} gives other features than the "
            "original: something besides its files decides them.",
            fix="leave --self-contained out",
        )
