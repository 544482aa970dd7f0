"""``cutis models list``: the catalogue of models known by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, ClassVar, Literal

from cyclopts import Parameter
from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError, nearest_names
from cutis.models.cards import ModelCard, list_cards
from cutis.models.obtain import access_words, card_weights

HEAD = ("name", "what it is", "params", "dim", "licence", "weights", "here")
RIGHT = (2, 3)
DOMAINS = ("dermatology", "medicine", "general")
FOOTER = (
    "weights: included = come with cutis; public = 'cutis models fetch NAME --yes' gets them;",
    "  gated = the same, after accepting terms on the hub; by hand = from a web page;",
    "  not public = only its authors have them; cannot run = listed for comparison.",
    "Besides these names, --model takes hf-hub:org/name (any CLIP or timm repository),",
    "  timm:name, open_clip:arch/pretrained, local-dir:/folder, and CARD@/path/to/file.",
    "Next: cutis models show NAME",
)


class ModelsListConfig(VerbConfig):
    """Settings of ``cutis models list``."""

    takes_positional: ClassVar[bool] = True

    search: Annotated[str | None, Parameter(alias="-s")] = Field(
        default=None,
        description="Only models whose name or description contains this, or whose name matches "
        "it as a wildcard, such as 'dino*'.",
    )
    family: Literal["vision-language", "vision", "text"] | None = Field(
        default=None, description="Only models with these towers."
    )
    domain: Literal["dermatology", "medicine", "general"] | None = Field(
        default=None, description="Only models made for this."
    )
    here: bool = Field(default=False, description="Only models whose weights are on this machine.")


@dataclass(frozen=True)
class ListedModel:
    """One model of the catalogue.

    Parameters
    ----------
    card
        Its card.
    here
        Whether its weights are on this machine.
    """

    card: ModelCard
    here: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the row of the table."""
        card = self.card
        return (
            card.name,
            card.summary or card.title,
            short_count(card.parameters),
            str(card.dim or ""),
            card.licence,
            access_words(card),
            "yes" if self.here else "",
        )


@dataclass(frozen=True)
class ModelTable:
    """The known models, grouped.

    Parameters
    ----------
    models
        The models that were asked for, in the order they are shown.
    total
        How many models there are in all.
    """

    models: tuple[ListedModel, ...]
    total: int
    exit_code: int = 0

    def render(self) -> str:
        """Return the catalogue as text."""
        rows = [HEAD, *(model.cells for model in self.models)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
        lines = [_row(HEAD, widths)]
        for heading, group in grouped(self.models):
            lines += ["", heading, *(_row(model.cells, widths) for model in group)]
        shown = len(self.models)
        count = f"{shown} of {self.total} models" if shown < self.total else f"{shown} models"
        here = sum(model.here for model in self.models)
        return "\n".join([*lines, "", f"{count}, {here} on this machine.", "", *FOOTER])


def _row(cells: Iterable[str], widths: list[int]) -> str:
    padded = [
        cell.rjust(width) if i in RIGHT else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def grouped(models: Iterable[ListedModel]) -> Iterator[tuple[str, list[ListedModel]]]:
    """Yield the headings of the catalogue with their models; empty groups are left out."""
    models = list(models)
    groups = {
        "Images and words, made for dermatology": ("vision-language", ("dermatology",)),
        "Images and words, medical or general": ("vision-language", ("medicine", "general")),
        "Images only (for words: cutis models pair)": ("vision", DOMAINS),
        "Words only (for images: cutis models pair)": ("text", DOMAINS),
    }
    for heading, (family, domains) in groups.items():
        group = [m for m in models if m.card.family == family and m.card.domain in domains]
        if group:
            yield heading, group


def models_list(config: ModelsListConfig) -> ModelTable:
    """List the models known by name, grouped by what they read.

    Raises
    ------
    CutisError
        If the search finds nothing.
    """
    cards = sorted(list_cards(), key=catalogue_order)
    found = [card for card in cards if _wanted(card, config)]
    if config.search and not found:
        raise CutisError(
            f"No model matches '{config.search}'"
            + (" with these filters." if config.family or config.domain else "."),
            nearest=nearest_names(config.search.strip("*"), [card.name for card in cards]),
            fix="cutis models list",
        )
    models = [ListedModel(card, card_weights(card) is not None) for card in found]
    return ModelTable(tuple(model for model in models if model.here or not config.here), len(cards))


def _wanted(card: ModelCard, config: ModelsListConfig) -> bool:
    if config.family not in (None, card.family) or config.domain not in (None, card.domain):
        return False
    if config.search is None:
        return True
    sought = config.search.casefold()
    words = " ".join((card.name, card.title, card.summary)).casefold()
    return fnmatchcase(card.name.casefold(), sought) or sought in words


def catalogue_order(card: ModelCard) -> tuple[bool, int, list[tuple[int, int, str]]]:
    """Return a sort key: what comes with cutis, then by domain, then by name.

    Numbers in names are compared as numbers: ``b-8`` comes before ``b-16``.
    """
    parts = re.findall(r"\d+|\D+", card.name)
    natural = [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts]
    return not card.bundled, DOMAINS.index(card.domain), natural


def short_count(count: int | None) -> str:
    """Return a number of parameters in a few characters.

    Examples
    --------
    >>> short_count(149620737), short_count(6716030976), short_count(None)
    ('149.6 M', '6.7 B', '')
    """
    if count is None:
        return ""
    return f"{count / 1e9:.1f} B" if count >= 1e9 else f"{count / 1e6:.1f} M"
