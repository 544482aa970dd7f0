"""``cutis models show``: everything a model's card says, and where its files are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from textwrap import fill
from typing import ClassVar

from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError
from cutis.models.cards import ModelCard, get_card
from cutis.models.checkpoint import CARD
from cutis.models.names import expanded, parse_name
from cutis.models.obtain import card_weights, how_to_get
from cutis.models.shards import is_index, shard_paths

WIDTH = 96
UNKNOWN = "no card says; loading tells (cutis models check)"


class ModelsShowConfig(VerbConfig):
    """Settings of ``cutis models show``."""

    takes_positional: ClassVar[bool] = True

    name: str = Field(description="Name of a model card, or local-dir:/path.")


@dataclass(frozen=True)
class ShownCard:
    """One card, with what is known of its files on this machine.

    Parameters
    ----------
    card
        The card.
    weights
        Its weights file on this machine, or None.
    name
        The name to load it by; the card's own where it is empty.
    has_card
        Whether the card was written by someone, not made up for a bare folder.
    """

    card: ModelCard
    weights: Path | None
    name: str = ""
    has_card: bool = True
    exit_code: int = 0

    def render(self) -> str:
        """Return the card as text."""
        card = self.card
        fields = facts(card) if self.has_card else {**facts(card), "Reads": UNKNOWN}
        width = max(map(len, (*fields, "On this machine"))) + 2
        lines = [f"{card.title} ({card.name})"]
        lines += [card.summary[:1].upper() + card.summary[1:] + ".", ""] if card.summary else [""]
        for key, value in fields.items():
            parts = card.warnings if key == "Beware" else (value,)
            lines += [_line("" if i else key, v, width) for i, v in enumerate(parts) if v]
        lines += [_line("On this machine", self._here(), width), "", *self._obtain()]
        return "\n".join([*lines, *self._next()])

    def _here(self) -> str:
        if self.weights is None:
            return "no"
        files = shard_paths(self.weights) if is_index(self.weights) else [self.weights]
        size = sum(path.stat().st_size for path in files) / 1e6
        return f"{self.weights} ({size:,.1f} MB)"

    def _obtain(self) -> list[str]:
        if self.weights is not None:
            return []
        steps = how_to_get(self.card)
        wrapped = [_filled(step, "  ", "  ") for step in steps]
        return ["How to get it:", *wrapped, ""]

    def _next(self) -> list[str]:
        if not self.card.loadable:
            return ["Next: cutis models list"]
        if self.weights is None:
            return [f"Next: the steps above, then cutis models check {self.card.name}"]
        return [f"Next: cutis models check {quote(self.name or self.card.name)}"]


def facts(card: ModelCard) -> dict[str, str]:
    """Return what a card says, heading to words; a heading without words is empty."""
    towers = {
        "vision-language": "images and words",
        "vision": "images only: no prompts without a text tower",
        "text": "words only: no images",
    }
    return {
        "Reads": towers[card.family],
        "Images": card.modality,
        "Licence": card.licence,
        "Its terms": card.licence_note,
        "Meant for": card.intended_use,
        "Trained on": card.training_data,
        "Saw with labels": ", ".join(card.seen_classes),
        "Beware": " ".join(card.warnings),
        "Size": f"{card.parameters:,} parameters" if card.parameters else "",
        "Feature length": str(card.dim or ""),
        "Longest text": f"{card.context_length} tokens" if card.context_length else "",
        "Tokenizer": _tokenizer(card),
        "Preprocessing": preprocessing_words(card),
        "Layout": card.layout or "",
        "Hub": card.hub or "",
        "Files": ", ".join(card.files),
        "SHA-256": card.sha256 or "",
        "Numbers": ", ".join(f"{key} {value:g}" for key, value in card.metrics.items()),
        "Cite": card.citation,
        "See": card.url,
    }


def _line(key: str, value: str, width: int) -> str:
    return _filled(value, key.ljust(width), " " * width)


def _filled(text: str, first: str, others: str) -> str:
    """Return text in lines of at most WIDTH characters, without breaking names and paths."""
    return fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _tokenizer(card: ModelCard) -> str:
    if card.tokenizer == "clip-bpe":
        return "CLIP's own, built in"
    return f"of {card.tokenizer}" if card.tokenizer else ""


def preprocessing_words(card: ModelCard) -> str:
    """Say how a card prepares images."""
    spec = card.preprocessing
    if spec is None:
        return ""
    height, width = spec.size
    mean, std = (" ".join(f"{value:.4g}" for value in three) for three in (spec.mean, spec.std))
    side = {"shortest": "short side", "longest": "long side, padded", "squash": "both sides"}
    to = f" to {spec.resize_to}, centre crop" if spec.resize_to else ""
    return (
        f"{width} x {height} pixels ({side[spec.resize_mode]}{to}), {spec.interpolation}, "
        f"mean {mean}, deviation {std}"
    )


def models_show(config: ModelsShowConfig) -> ShownCard:
    """Show one model's card.

    Raises
    ------
    CutisError
        If there is no such card.
    """
    from cutis.models.sources import from_folder

    name = parse_name(config.name)
    if name.kind == "local-dir":
        source = from_folder(expanded(name.value), name.text)
        has_card = (expanded(name.value) / CARD).is_file()
        return ShownCard(source.card, source.weights, name.text, has_card)
    if name.kind == "card":
        card = get_card(name.value)
        return ShownCard(card, name.file or card_weights(card), name.text)
    raise CutisError(
        f"'{config.name}' has no card here.",
        allowed="Cards have the names of 'cutis models list', and local-dir: folders may have one.",
        fix=f"cutis models check {config.name} loads it and says what it is",
    )
