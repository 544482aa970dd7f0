"""From a model's name to files on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cutis.errors import CutisError
from cutis.models.beside import OPEN_CLIP_CONFIG, read_beside
from cutis.models.cards import (
    BUNDLED,
    ModelCard,
    card_of_hub,
    get_card,
    read_card,
    require_loadable,
)
from cutis.models.checkpoint import CARD, CONFIG, TEXT_CONFIG, read_config
from cutis.models.halves import NO_CARD
from cutis.models.hub import fetch, models_folder
from cutis.models.names import ModelName, expanded
from cutis.models.obtain import COMPANIONS, WEIGHT_NAMES, card_folder, how_to_get
from cutis.models.sentence import sentence_config
from cutis.models.shards import is_index, named_shards
from cutis.models.weights import SUFFIXES


@dataclass(frozen=True)
class Source:
    """Where a model's numbers come from.

    Parameters
    ----------
    name
        The name the user gave.
    card
        Its card, or a bare one made from what is known.
    weights
        The weights file; None for random weights.
    config
        ``model_cfg``, ``preprocess_cfg`` and ``layout`` of the checkpoint, and ``native_cfg``
        and ``preprocessor`` of a folder of transformers or timm, where it states them.
    text_config
        Configuration of a transformers text tower, where it is stated.
    folders
        Where to look for the tokenizer.
    """

    name: str
    card: ModelCard
    weights: Path | None
    config: Mapping[str, Any] = field(default_factory=dict)
    text_config: Mapping[str, Any] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()


def resolve(name: ModelName) -> Source:
    """Find the files of a model.

    Raises
    ------
    CutisError
        If they are not there.
    """
    if name.kind == "local-dir":
        return from_folder(expanded(name.value), name.text)
    if name.kind == "hf-hub":
        return from_hub(name.value, name.text)
    if name.kind in ("open_clip", "timm"):
        from cutis.models.published import from_open_clip, from_timm

        return from_open_clip(name) if name.kind == "open_clip" else from_timm(name)
    card = get_card(name.value)
    require_loadable(card)
    return from_file(card, name.file, name.text) if name.file else from_card(card)


def from_card(card: ModelCard) -> Source:
    """Find the files of a card: bundled, under ``$CUTIS_MODELS``, or in the hub's local cache.

    Raises
    ------
    CutisError
        If they are nowhere. A card's name alone never starts a download.
    """
    folder = card_folder(card)
    if folder is not None:
        found = from_folder(folder, card.name)
        return replace(found, card=card, config=found.config or card_config(card))
    if card.bundled:
        raise CutisError(
            f"The weights of {card.name}, which come with cutis, are missing from "
            f"{BUNDLED / card.name}.",
            fix="pip install --force-reinstall cutis",
        )
    files = " or ".join(card.files or WEIGHT_NAMES[:2])
    raise CutisError(
        f"The weights of {card.name} are not on this machine.",
        allowed=f"Looked for {files} in $CUTIS_MODELS/{card.name}/"
        + (" and in the hub's local cache" if card.hub else "")
        + f". Licence: {card.licence}.",
        fix="; ".join(step.rstrip(".") for step in how_to_get(card))
        + (f"; or name a file you have: --model {card.name}@/path/to/file" if card.hub else ""),
    )


def from_file(card: ModelCard, file: Path, text: str) -> Source:
    """Take a checkpoint file as a model of a card's kind.

    What the tensors cannot tell comes from the files beside it, else from the card's own folder
    (so that a tuned copy of a bundled model is one file), else from the card.
    """
    own = models_folder()
    home = card_folder(card) or (own / card.name if own else None)
    folders = tuple(dict.fromkeys([file.parent, *([home] if home else [])]))
    config = next((found for folder in folders if (found := read_beside(folder))), None)
    text_config = next((found for folder in folders if (found := _text_config(folder))), {})
    return Source(text, card, file, config or card_config(card), text_config, folders)


def card_config(card: ModelCard) -> dict[str, Any]:
    """Return the open_clip configuration a card names by its architecture, if it does."""
    if card.architecture is None:
        return {}
    import open_clip

    found = open_clip.get_model_config(card.architecture)
    return {"model_cfg": found} if found else {}


def from_folder(folder: Path, text: str) -> Source:
    """Read a checkpoint folder: our own, open_clip's, or one with nothing but a weights file.

    Raises
    ------
    CutisError
        If the folder is absent or holds no weights, or several of unknown meaning.
    """
    if not folder.is_dir():
        kind = "a file, not a folder" if folder.is_file() else "not there"
        fix = f"CARD@{folder}, with a card's name for CARD" if folder.is_file() else "check it"
        raise CutisError(f"The model folder {folder} is {kind}.", fix=fix)
    card_file = folder / CARD
    card = read_card(card_file) if card_file.is_file() else bare_card(folder.name)
    weights = weights_in(folder, card)
    return Source(text, card, weights, read_beside(folder), _text_config(folder), (folder,))


def weights_in(folder: Path, card: ModelCard) -> Path:
    """Return the one weights file of a folder.

    Raises
    ------
    CutisError
        If there is none, or several without a usual name.
    """
    for name in (*card.files, *WEIGHT_NAMES):
        if (folder / name).is_file():
            return folder / name
    files = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    if len(files) == 1:
        return files[0]
    if not files:
        raise CutisError(
            f"{folder} holds no weights.",
            allowed="Looked for " + ", ".join(WEIGHT_NAMES) + " or one file ending in "
            + ", ".join(SUFFIXES) + ".",
            fix="copy the weights file into that folder",
        )  # fmt: skip
    raise CutisError(
        f"{folder} holds {len(files)} weight files: {', '.join(p.name for p in files[:5])}.",
        allowed="One is needed, or one named " + " or ".join(WEIGHT_NAMES[:2]) + ".",
        fix=f"CARD@{files[0]}, with a card's name for CARD",
    )


def _text_config(folder: Path) -> dict[str, Any]:
    path = folder / TEXT_CONFIG
    return read_config(path) if path.is_file() else sentence_config(folder)


def from_hub(repository: str, text: str) -> Source:
    """Find a hub repository's files, fetching those that are not in the local cache.

    Raises
    ------
    CutisError
        Without a network, or if the repository holds no checkpoint known here.
    """
    card = card_of_hub(repository) or bare_card(repository, hub=repository)
    weights = fetch(repository, [*card.files, *WEIGHT_NAMES])
    if weights is None:
        raise CutisError(
            f"The repository {repository} holds no weights known here.",
            allowed="Looked for " + ", ".join(WEIGHT_NAMES) + ".",
            fix="fetch its checkpoint yourself and use CARD@/path/to/file or "
            "open_clip:ARCH@/path/to/file",
        )
    for shard in named_shards(weights) if is_index(weights) else ():
        fetch(repository, [shard])
    _fetch_companions(repository, required=card.layout is None)
    return replace(from_folder(weights.parent, text), card=card, weights=weights)


def _fetch_companions(repository: str, required: bool) -> None:
    """Fetch what stands beside the weights; a card makes up for an absent configuration."""
    found, problem = set(), None
    for name in COMPANIONS:
        try:
            if fetch(repository, [name]) is not None:
                found.add(name)
        except CutisError as error:
            problem = problem or error
    if required and problem is not None and not found & {OPEN_CLIP_CONFIG, CONFIG}:
        raise problem


def bare_card(name: str, **facts: Any) -> ModelCard:
    """Make the card of a model that came without one."""
    return ModelCard(name=name, title=name, warnings=(NO_CARD,), **facts)
