"""What a checkpoint is and how its images are prepared: tensors, files and card, in that order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cutis.errors import CutisError
from cutis.models.beside import OPEN_CLIP_CONFIG
from cutis.models.checkpoint import CONFIG
from cutis.models.layouts import ALSO, LAYOUTS, Shapes, describe, detect, layout_module
from cutis.models.preprocessing import Preprocessing
from cutis.models.sources import Source
from cutis.models.towers import Towers


def choose_layout(shapes: Shapes, source: Source) -> str:
    """Return the layout of a checkpoint: what the tensors show, if card and configuration agree.

    Parameters
    ----------
    shapes
        Tensor name to shape.
    source
        Where they come from.

    Raises
    ------
    CutisError
        If the tensors have another layout than the card says, or none, or several.
    """
    wanted = source.config.get("layout") or source.card.layout
    if wanted is None and "architecture" in source.config.get("native_cfg", {}):
        wanted = "timm"
    if wanted and layout_module(wanted).matches(shapes):
        return str(wanted)
    found = None if wanted == "timm" and _timm_names(shapes) else detect(shapes)
    if found and (wanted is None or found in ALSO.get(wanted, ())):
        return found
    looks = f"the layout '{found}'" if found else describe(shapes)
    if wanted and not found and (wanted == "timm" or looks.startswith("no layout")):
        return str(wanted)  # some tensors may be gone: let the strict report name them
    asked = f" '{source.card.name}' has the layout '{wanted}'." if wanted else ""
    raise CutisError(
        f"{source.weights} looks like {looks}.{asked} Nothing was loaded.",
        allowed="Layouts that can be loaded: " + ", ".join(LAYOUTS) + ".",
        fix="cutis models list shows the cards; give a checkpoint file as CARD@FILE",
    )


def _timm_names(shapes: Shapes) -> bool:
    """Tell whether tensors bear timm's names: torchvision's ResNets share theirs."""
    return not any(key.startswith(("_blocks.", "backbone.", "mask_token")) for key in shapes)


def choose_preprocessing(
    source: Source, towers: Towers, layout: str
) -> tuple[Preprocessing, tuple[str, ...]]:
    """Take the checkpoint's own preprocessing, else its card's, else its layout's, else CLIP's.

    Returns
    -------
    tuple
        The steps, and what to say when a checkpoint and its card disagree.

    Raises
    ------
    CutisError
        If a file beside the weights states what cannot be used.
    """
    size, card = towers.image_size, source.card.preprocessing
    default = towers.preprocessing or Preprocessing()
    stated: Mapping[str, Any] | None = source.config.get("preprocess_cfg")
    processor: Mapping[str, Any] | None = source.config.get("preprocessor")
    if processor and layout.startswith("transformers"):
        found = Preprocessing.from_transformers(processor, size, card or default)
    elif stated:
        found = Preprocessing.from_open_clip(stated, size, _stating_file(source))
    elif card is not None and (layout == source.card.layout or towers.preprocessing is None):
        return card.resized(size), ()
    else:
        return default.resized(size), ()
    if card is None or (found.mean, found.std) == (card.mean, card.std):
        return found, ()
    return found, (
        f"The files beside the weights normalise pixels by mean {_words(found.mean)} and "
        f"deviation {_words(found.std)}, the card by {_words(card.mean)} and {_words(card.std)}; "
        "the files were obeyed (norm=... chooses).",
    )


def _stating_file(source: Source) -> str:
    """Return the file that states an open_clip preprocessing, for messages."""
    names = (OPEN_CLIP_CONFIG, CONFIG)
    found = (folder / name for folder in source.folders for name in names)
    return next((str(path) for path in found if path.is_file()), "preprocess_cfg")


def _words(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in values)
