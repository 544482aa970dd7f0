"""Writing a pair: projections, record of the halves, card; copies of the halves if asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.files import atomic_path, sha256_file, write_json, write_text
from cutis.models.checkpoint import CARD, CONFIG, FORMAT, WEIGHTS
from cutis.models.pairing.copies import copy_half
from cutis.models.pairing.halves import Half, describe_half, lasting
from cutis.models.pairing.load import LAYOUT, SECTION

if TYPE_CHECKING:
    from cutis.models.cards import ModelCard
    from cutis.models.model import Model
    from cutis.models.pairing.projections import Projections


def save_pair(
    folder: Path,
    projections: Projections,
    vision: Model,
    text: Model,
    card: ModelCard,
    *,
    poolings: tuple[str, str] = ("default", "default"),
    self_contained: bool = False,
    training: dict[str, Any] | None = None,
) -> Path:
    """Write a folder that ``local-dir:FOLDER`` loads.

    Parameters
    ----------
    folder
        Where to write; made when absent.
    projections
        What was trained.
    vision, text
        The halves, loaded by the names that are to be recorded.
    card
        The pair's card; the weights' hash is filled in.
    poolings
        The poolings that the halves were loaded with.
    self_contained
        Copy both halves into the folder, so that it may be moved to another machine.
    training
        What it was trained on, for the record.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    CutisError
        If the folder cannot be written, or a half cannot be copied so that it gives the same
        numbers.
    """
    halves = {
        kind: _half(kind, model, pooling, folder, self_contained)
        for kind, model, pooling in zip(("vision", "text"), (vision, text), poolings, strict=True)
    }
    write_weights(folder / WEIGHTS, projections)
    config = {
        "format": FORMAT,
        "layout": LAYOUT,
        SECTION: {
            "dim": projections.dim,
            "logit_scale": projections.scale,
            **{kind: half.to_json() for kind, half in halves.items()},
        },
        "training": training or {},
    }
    write_json(folder / CONFIG, config)
    write_card(folder / CARD, card, sha256_file(folder / WEIGHTS))
    return folder


def write_weights(path: Path, projections: Projections) -> None:
    """Write the projections as safetensors, in float32."""
    import numpy as np
    from safetensors.numpy import save_file

    with atomic_path(path) as temporary:
        mode = temporary.stat().st_mode
        tensors = {name: np.array(t, order="C") for name, t in projections.tensors().items()}
        save_file(tensors, temporary, metadata={"format": "pt"})
        temporary.chmod(mode)  # the library makes its files private to the user


def write_card(path: Path, card: ModelCard, sha256: str) -> None:
    """Write a card with the hash of its weights."""
    import yaml

    whole = card.model_copy(update={"sha256": sha256})
    fields = whole.model_dump(mode="json", exclude_defaults=True)
    write_text(path, yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100))


def _half(kind: str, model: Model, pooling: str, folder: Path, copied: bool) -> Half:
    if not copied:
        return describe_half(kind, model, lasting(model.name), pooling)
    name = copy_half(kind, model, folder, pooling)
    return describe_half(kind, model, name, pooling, inside=True)
