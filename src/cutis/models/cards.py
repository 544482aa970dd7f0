"""Model cards: what a model is, where it comes from, what it may be used for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cutis.errors import CutisError, nearest_names
from cutis.models.preprocessing import Preprocessing

BUNDLED = Path(__file__).with_name("weights")
CARDS = Path(__file__).with_name("cards")


class ModelCard(BaseModel):
    """One model's card, read from YAML."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Name used on the command line.")
    title: str = Field(description="Name used in prose.")
    summary: str = Field(default="", description="What it is, in a few words.")
    family: Literal["vision-language", "vision", "text"] = Field(
        default="vision-language",
        description="Which towers it has: 'vision-language' both, 'vision' or 'text' one.",
    )
    domain: Literal["dermatology", "medicine", "general"] = Field(
        default="general", description="What it was trained for."
    )
    layout: str | None = Field(
        default=None, description="Layout of the state dict, checked against the tensors."
    )
    loadable: bool = Field(default=True, description="Whether cutis can run it.")
    not_loadable_because: str = Field(
        default="", description="Why cutis cannot run it, as a sentence."
    )
    hub: str | None = Field(default=None, description="Repository on the model hub, as org/name.")
    hub_aliases: tuple[str, ...] = Field(
        default=(), description="Other names of the same repository."
    )
    access: Literal["public", "gated", "by hand", "not public"] = Field(
        default="public",
        description="Whether anyone may fetch the weights, only who accepts terms on the hub, "
        "only by hand from a web page, or nobody.",
    )
    obtain: str = Field(
        default="", description="Where the files are when no hub has them, in words."
    )
    files: tuple[str, ...] = Field(
        default=(), description="Weight file names in that repository, preferred first."
    )
    bundled: bool = Field(default=False, description="Whether the weights ship with cutis.")
    sha256: str | None = Field(
        default=None, description="SHA-256 of the weights file, checked when given."
    )
    parameters: int | None = Field(default=None, description="Number of parameters.")
    dim: int | None = Field(default=None, description="Length of a feature vector.")
    architecture: str | None = Field(
        default=None,
        description="Name of the open_clip configuration, or of the timm model with its tag.",
    )
    quick_gelu: bool | None = Field(
        default=None, description="Whether CLIP's sigmoid approximation of GELU is used."
    )
    context_length: int | None = Field(default=None, description="Most tokens of a text.")
    text_pooling: str | None = Field(
        default=None, description="Pooling of a text encoder whose files state none."
    )
    tokenizer: str | None = Field(
        default=None,
        description="'clip-bpe' (built in), or the hub repository of the tokenizer's files.",
    )
    preprocessing: Preprocessing | None = Field(
        default=None, description="Image preprocessing when the checkpoint states none."
    )
    zero_shot_scale: float | None = Field(
        default=None,
        gt=0,
        description="Factor on the cosine in zero-shot diagnosis; 100 when it is not given.",
    )
    licence: str = Field(default="unknown", description="Licence of the weights.")
    licence_note: str = Field(default="", description="What the licence forbids, in plain words.")
    citation: str = Field(default="", description="What to cite.")
    url: str = Field(default="", description="Where the model is described.")
    modality: str = Field(default="", description="Kinds of images it was made for.")
    training_data: str = Field(default="", description="What it was trained on.")
    seen_classes: tuple[str, ...] = Field(
        default=(), description="Classes it saw with labels in training: no zero-shot there."
    )
    intended_use: str = Field(default="", description="What it is meant for.")
    warnings: tuple[str, ...] = Field(default=(), description="What a reader must know.")
    metrics: dict[str, float] = Field(
        default_factory=dict, description="Numbers its makers measured, by name."
    )

    @model_validator(mode="after")
    def _reason_given(self) -> ModelCard:
        if self.loadable == bool(self.not_loadable_because):
            raise ValueError("'not_loadable_because' goes with 'loadable: false', and only with it")
        return self

    @property
    def repositories(self) -> tuple[str, ...]:
        """Every name of the card's hub repository, the current one first."""
        return ((self.hub,) if self.hub else ()) + self.hub_aliases


def require_loadable(card: ModelCard) -> None:
    """Refuse a model that is listed for comparison only.

    Raises
    ------
    CutisError
        If cutis cannot run it; the message says why.
    """
    if not card.loadable:
        raise CutisError(
            f"cutis cannot run {card.name}: {card.not_loadable_because}",
            fix="cutis models list shows the models it can run",
        )


def read_card(path: Path) -> ModelCard:
    """Read a card from a YAML file.

    Raises
    ------
    CutisError
        If the file is not a valid card.
    """
    import yaml

    try:
        return ModelCard(**_mapping(yaml.safe_load(path.read_text(encoding="utf-8"))))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "card"
        raise CutisError(
            f"{path} is not a model card: {where}: {first['msg']}.",
            allowed="Fields: " + ", ".join(ModelCard.model_fields) + ".",
            fix=f"correct that field in {path}",
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise CutisError(
            f"{path} is not a model card: {str(error).splitlines()[0]}.",
            fix=f"write {path} as YAML with at least 'name' and 'title'",
        ) from None


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("it holds no mapping of fields")
    return value


@cache
def _cards() -> dict[str, ModelCard]:
    paths = [*sorted(BUNDLED.glob("*/card.yaml")), *sorted(CARDS.glob("*.yaml"))]
    cards = [read_card(path) for path in paths]
    return {card.name: card for card in cards}


def list_cards() -> list[ModelCard]:
    """Return the cards of all models known by name, bundled ones first."""
    return list(_cards().values())


def get_card(name: str) -> ModelCard:
    """Return the card of a model known by name.

    Raises
    ------
    CutisError
        If there is no such card; the nearest names are given.
    """
    cards = _cards()
    if name in cards:
        return cards[name]
    raise CutisError(
        f"There is no model '{name}'.",
        allowed=f"Allowed are the {len(cards)} names of 'cutis models list', or a source: "
        "hf-hub:org/name, local-dir:/path, timm:name, open_clip:arch/pretrained, "
        "CARD@/path/to/file.",
        nearest=nearest_names(name, cards),
        fix="cutis models list",
    )


def card_of_hub(repository: str) -> ModelCard | None:
    """Return the card whose weights live in a hub repository, or None."""
    return next((card for card in list_cards() if repository in card.repositories), None)
