"""Which models known by name a checkpoint file could be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError
from cutis.models.cards import ModelCard, list_cards
from cutis.models.shards import weights_sha256

if TYPE_CHECKING:
    import torch

# A file may hold more than a model keeps (a classifier, a teacher), but not much less.
LEAST, MOST = 0.97, 4.0


def identify(path: Path) -> ModelCard:
    """Return the one card a checkpoint file fits.

    Parameters
    ----------
    path
        A checkpoint file.

    Raises
    ------
    CutisError
        If it is no checkpoint, or fits no card or several: the message says which, in what they
        differ and how to choose.
    """
    fitting = fitting_cards(path)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise CutisError(
            f"{path} fits no model known by name.",
            allowed=f"It has {_described(path)}.",
            fix=f"if you know what it is: cutis models check open_clip:ARCH@{path}, "
            f"timm:NAME@{path}, or local-dir:FOLDER with its configuration beside it",
        )
    names = [card.name for card in fitting]
    differences = "; ".join(f"{card.name} ({_traits(card)})" for card in fitting)
    raise CutisError(
        f"{path} fits {len(names)} models, whose tensors have the same names and sizes: "
        f"{', '.join(names)}. Only you know which one it is.",
        allowed=f"They differ in what no tensor shows: {differences}.",
        fix=f"name it by the model it was trained as or tuned from: cutis models check "
        f"{names[0]}@{path}",
    )


def fitting_cards(path: Path) -> list[ModelCard]:
    """Return the cards whose layout and sizes a checkpoint file has.

    A file with the hash of a card fits that card only.

    Raises
    ------
    CutisError
        If the file cannot be read as a checkpoint.
    """
    from cutis.models.weights import read_state_dict

    cards = [card for card in list_cards() if card.loadable]
    state = read_state_dict(path)
    sha256 = weights_sha256(path)
    known = [card for card in cards if card.sha256 == sha256]
    if known:
        return known
    built: dict[str, tuple[int, int] | None] = {}
    fitting = [card for card in cards if _fits(card, path, state, built)]
    counted = [card for card in fitting if card.parameters is not None]
    return counted or fitting


def _fits(
    card: ModelCard,
    path: Path,
    state: Mapping[str, torch.Tensor],
    built: dict[str, tuple[int, int] | None],
) -> bool:
    total = sum(tensor.numel() for tensor in state.values() if tensor.is_floating_point())
    if card.parameters and not LEAST * card.parameters <= total <= MOST * card.parameters:
        return False
    sizes = _sizes(card, path, state, built)
    return (
        sizes is not None
        and card.dim in (None, sizes[0])
        and card.parameters in (None, sizes[1])
    )  # fmt: skip


def _sizes(
    card: ModelCard,
    path: Path,
    state: Mapping[str, torch.Tensor],
    built: dict[str, tuple[int, int] | None],
) -> tuple[int, int] | None:
    """Return feature length and number of parameters of the file read as a card says, or None."""
    from cutis.models.load import build_towers
    from cutis.models.sources import from_file

    try:
        source = from_file(card, path, f"{card.name}@{path}")
        key = json.dumps([card.layout, source.config, source.text_config], default=str)
        if key not in built:
            built[key] = None
            _, towers = build_towers(state, source)
            count = sum(parameter.numel() for parameter in towers.module.parameters())
            built[key] = (towers.dim, count)
    except CutisError:
        return None
    return built[key]


def _traits(card: ModelCard) -> str:
    """Say what decides the numbers of a model besides its tensors, and its terms."""
    gelu = {None: "", True: "quick GELU, ", False: "exact GELU, "}[card.quick_gelu]
    spec = card.preprocessing
    mean = "" if spec is None else "mean " + " ".join(f"{v:.4g}" for v in spec.mean) + ", "
    return f"{gelu}{mean}{card.licence}"


def _described(path: Path) -> str:
    from cutis.models.layouts import describe, detect
    from cutis.models.weights import read_state_dict

    state = read_state_dict(path)
    shapes: dict[str, Any] = {name: tuple(tensor.shape) for name, tensor in state.items()}
    layout = detect(shapes)
    total = sum(tensor.numel() for tensor in state.values())
    looks = f"the layout '{layout}'" if layout else describe(shapes)
    return f"{len(state)} tensors with {total:,} numbers: {looks}"
