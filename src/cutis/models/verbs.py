"""``cutis models list``, ``show`` and ``check``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import ClassVar, Literal

from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError
from cutis.models.cards import ModelCard, get_card, list_cards
from cutis.models.check import CheckReport, check_model
from cutis.models.names import parse_name

HERE, ABSENT = "yes", "no"


class ModelsListConfig(VerbConfig):
    """Settings of ``cutis models list``."""

    here: bool = Field(default=False, description="Only models whose weights are on this machine.")


class ModelsShowConfig(VerbConfig):
    """Settings of ``cutis models show``."""

    takes_positional: ClassVar[bool] = True

    name: str = Field(description="Name of a model card, or local-dir:/path.")


class ModelsCheckConfig(VerbConfig):
    """Settings of ``cutis models check``."""

    takes_positional: ClassVar[bool] = True

    name: str = Field(
        default="cutis-tiny", description="Model name, such as a card's or CARD@/path/to/file."
    )
    device: str = Field(default="auto", description="Where to compute: auto, cpu, cuda or mps.")
    precision: Literal["fp32", "bf16"] = Field(
        default="fp32", description="Arithmetic of the towers."
    )


@dataclass(frozen=True)
class ModelTable:
    """The known models, one row each.

    Parameters
    ----------
    rows
        Name, kind, size in millions of parameters, licence, whether the weights are here.
    """

    rows: tuple[tuple[str, str, str, str, str], ...]
    exit_code: int = 0

    def render(self) -> str:
        """Return the table as text."""
        head = ("name", "kind", "size", "licence", "here")
        table = [head, *self.rows]
        widths = [max(len(row[i]) for row in table) for i in range(len(head))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        more = (
            "Also: hf-hub:org/name, local-dir:/path, timm:name, open_clip:arch/pretrained, "
            "CARD@/path/to/file.\nNext: cutis models show NAME"
        )
        return "\n".join([*lines, "", more])


@dataclass(frozen=True)
class ShownCard:
    """One card, with what is known of its files on this machine.

    Parameters
    ----------
    card
        The card.
    folder
        Where its weights are, or None.
    """

    card: ModelCard
    folder: Path | None
    exit_code: int = 0

    def render(self) -> str:
        """Return the card as text."""
        card = self.card
        fields = {
            "Kind": card.family,
            "Images": card.modality,
            "Licence": card.licence,
            "Its terms": card.licence_note,
            "Meant for": card.intended_use,
            "Trained on": card.training_data,
            "Saw in training": ", ".join(card.seen_classes),
            "Beware": " ".join(card.warnings),
            "Size": _size(card) and f"{_size(card)} parameters",
            "Feature length": str(card.dim or ""),
            "Longest text": f"{card.context_length} tokens" if card.context_length else "",
            "Tokenizer": card.tokenizer or "",
            "Layout": card.layout or "",
            "Preprocessing": _preprocessing_words(card),
            "Measured": ", ".join(f"{key} {value:g}" for key, value in card.metrics.items()),
            "Weights": self._where(),
            "Cite": card.citation,
            "See": card.url,
        }
        width = max(map(len, fields)) + 2
        lines = [f"{card.title} ({card.name})", ""]
        for key, value in fields.items():
            if value:
                indent = " " * width
                lines.append(fill(value, 96, initial_indent=key.ljust(width),
                                  subsequent_indent=indent, break_on_hyphens=False))  # fmt: skip
        return "\n".join([*lines, "", f"Next: cutis models check {card.name}"])

    def _where(self) -> str:
        if self.card.bundled:
            return "come with cutis"
        if self.folder is not None:
            return f"on this machine, in {self.folder}"
        source = f"--model hf-hub:{self.card.hub} downloads them, or " if self.card.hub else ""
        return f"not on this machine; {source}--model {self.card.name}@/path/to/file uses a copy"


def models_list(config: ModelsListConfig) -> ModelTable:
    """List the model cards."""
    from cutis.models.sources import card_folder

    rows = []
    for card in list_cards():
        here = card_folder(card) is not None
        if here or not config.here:
            rows.append(
                (card.name, card.family, _size(card), card.licence, HERE if here else ABSENT)
            )
    return ModelTable(tuple(rows))


def models_show(config: ModelsShowConfig) -> ShownCard:
    """Show one model's card.

    Raises
    ------
    CutisError
        If there is no such card.
    """
    from cutis.models.sources import card_folder, from_folder

    name = parse_name(config.name)
    if name.kind == "local-dir":
        folder = Path(name.value).expanduser()
        return ShownCard(from_folder(folder, name.text).card, folder)
    if name.kind == "card":
        card = get_card(name.value)
        return ShownCard(card, card_folder(card))
    raise CutisError(
        f"'{config.name}' has no card here.",
        allowed="Cards: " + ", ".join(card.name for card in list_cards()) + ".",
        fix=f"cutis models check {config.name} loads it and says what it is",
    )


def models_check(config: ModelsCheckConfig) -> CheckReport:
    """Load a model strictly and run its self-test.

    Raises
    ------
    CutisError
        If it cannot be loaded.
    """
    from cutis.models.load import load_model

    return check_model(load_model(config.name, config.device, config.precision))


def _size(card: ModelCard) -> str:
    return f"{card.parameters / 1e6:.1f} M" if card.parameters else ""


def _preprocessing_words(card: ModelCard) -> str:
    spec = card.preprocessing
    if spec is None:
        return ""
    height, width = spec.size
    numbers = " ".join(f"{value:g}" for value in (*spec.mean, *spec.std))
    side = {"shortest": "short side first", "longest": "padded", "squash": "aspect ignored"}
    return (
        f"{width} x {height} pixels, {spec.interpolation}, {side[spec.resize_mode]}, "
        f"mean and deviation {numbers}"
    )
