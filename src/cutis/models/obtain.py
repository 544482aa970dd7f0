"""Getting the files of a model: where they are, what it takes to have them, in plain words."""

from __future__ import annotations

from pathlib import Path

from cutis.models.cards import BUNDLED, ModelCard
from cutis.models.hub import cached, models_folder
from cutis.models.shards import INDEX

WEIGHT_NAMES = (
    "model.safetensors",
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
    "pytorch_model.bin",
    INDEX,
)
PICKLE = "pytorch_model.bin"
TOKENIZER_NAMES = (
    "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json",
    "spiece.model", "vocab.json", "merges.txt",
)  # fmt: skip
# What may stand beside the weights and decides how they are read.
COMPANIONS = (
    "open_clip_config.json",
    "config.json",
    "text_config.json",
    "preprocessor_config.json",
    "modules.json",
    "sentence_bert_config.json",
    "1_Pooling/config.json",
    *TOKENIZER_NAMES,
)


def card_folder(card: ModelCard) -> Path | None:
    """Return the folder on this machine that holds a card's weights, or None."""
    weights = card_weights(card)
    return weights.parent if weights else None


def card_weights(card: ModelCard) -> Path | None:
    """Return a card's weights file on this machine: bundled, the user's own, cached, or None."""
    names = tuple(dict.fromkeys((*card.files, *WEIGHT_NAMES)))
    own = models_folder()
    places = [BUNDLED / card.name] if card.bundled else []
    places += [own / card.name] if own else []
    for place in places:
        for name in names:
            if (place / name).is_file():
                return place / name
    found = (cached(hub, name) for hub in card.repositories for name in names)
    return next((path for path in found if path is not None), None)


def access_words(card: ModelCard) -> str:
    """Say in a word or two whether the weights can be had.

    Examples
    --------
    >>> access_words(ModelCard(name="a", title="A", access="by hand"))
    'by hand'
    """
    if not card.loadable:
        return "cannot run"
    return "included" if card.bundled else card.access


def _kept_as(card: ModelCard) -> str:
    """Return the file name under which a card's weights are found in the user's own folder."""
    if card.files:
        return card.files[0]
    return f"{PICKLE} ({WEIGHT_NAMES[0]} if it ends in .safetensors)"


def how_to_get(card: ModelCard) -> tuple[str, ...]:
    """Return the steps that bring a model's files to this machine, one sentence or command each.

    Parameters
    ----------
    card
        The model's card.

    Examples
    --------
    >>> for step in how_to_get(ModelCard(name="a", title="A", hub="org/a")):
    ...     print(step)
    cutis models fetch a --yes
    """
    if card.bundled:
        return ("It comes with cutis.",)
    if not card.loadable:
        return (f"cutis cannot run it: {card.not_loadable_because}",)
    fetch = f"cutis models fetch {card.name} --yes"
    file = card.files[0] if card.files else "FILE"
    by_hand = (
        f"With the file at hand: --model {card.name}@/path/to/{file}",
        f"or put it at $CUTIS_MODELS/{card.name}/{_kept_as(card)} and use --model {card.name}",
    )
    if card.access == "gated":
        return (
            f"Accept its terms on the page of {card.hub} on the model hub.",
            "hf auth login",
            fetch,
        )
    if card.access == "by hand":
        return (card.obtain, *by_hand)
    if card.access == "not public":
        return (card.obtain, *by_hand)
    return (fetch,) if card.hub else by_hand
