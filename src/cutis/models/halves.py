"""Models that lack an image or a text tower, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.models.cards import ModelCard
    from cutis.models.towers import Towers

BOTH, VISION, TEXT = "vision-language", "vision", "text"
SHOWN = 8
NO_CARD = "This model came without a card."


class HasHalves(Protocol):
    """A model that knows which towers it has."""

    @property
    def name(self) -> str:
        """The name it was loaded by."""

    @property
    def has_vision(self) -> bool:
        """Whether it embeds images."""

    @property
    def has_text(self) -> bool:
        """Whether it embeds texts."""


def family(has_vision: bool, has_text: bool) -> str:
    """Return the family of a model with these towers.

    Examples
    --------
    >>> family(True, True), family(True, False), family(False, True)
    ('vision-language', 'vision', 'text')
    """
    return BOTH if has_vision and has_text else VISION if has_vision else TEXT


def of_its_family(card: ModelCard, towers: Towers) -> ModelCard:
    """Return a card made for a bare checkpoint with the family of its towers; others as they are.

    Parameters
    ----------
    card
        The card of the checkpoint.
    towers
        What was built from it.
    """
    found = family(towers.image is not None, towers.text is not None)
    if NO_CARD not in card.warnings or card.family == found:
        return card
    return card.model_copy(update={"family": found})


def require_vision(model: HasHalves) -> None:
    """Refuse a model without an image tower, naming models that have one.

    Raises
    ------
    CutisError
        If the model cannot embed images.
    """
    if not model.has_vision:
        raise CutisError(
            f"The model '{model.name}' has no image tower: it reads texts and sees no images.",
            allowed=able_sentence(),
            fix=f"--model cutis-tiny; or give it an image tower: {pairing(VISION, model.name)}",
        )


def require_text(model: HasHalves) -> None:
    """Refuse a model without a text tower, naming models that have one.

    Raises
    ------
    CutisError
        If the model cannot embed texts.
    """
    if not model.has_text:
        raise CutisError(
            f"The model '{model.name}' has no text tower, so it cannot be asked in words.",
            allowed=able_sentence(),
            fix=f"--model cutis-tiny; or give it a text tower: {pairing(TEXT, model.name)}",
        )


def require_both(model: HasHalves) -> None:
    """Refuse a model that does not embed both images and texts.

    Raises
    ------
    CutisError
        If one of the towers is not there.
    """
    require_vision(model)
    require_text(model)


def require_pair(vision: HasHalves, text: HasHalves) -> None:
    """Refuse two models of which the first does not see or the second does not read.

    Parameters
    ----------
    vision, text
        The models in the order in which they were named.

    Raises
    ------
    CutisError
        If a tower is not there; when only their order is wrong, the message says so.
    """
    if vision.has_vision and text.has_text:
        return
    swapped = vision.has_text and text.has_vision
    wrong = [f"the first, '{vision.name}', has no image tower"] if not vision.has_vision else []
    wrong += [f"the second, '{text.name}', has no text tower"] if not text.has_text else []
    sees = text.name if swapped else vision.name if vision.has_vision else "IMAGE_MODEL"
    reads = vision.name if swapped else text.name if text.has_text else "TEXT_MODEL"
    command = f"cutis models pair {sees} {reads} --data TABLE -o PAIR"
    raise CutisError(
        f"These two models cannot be paired: {', and '.join(wrong)}.",
        allowed="The first name is the model that sees, the second the model that reads; "
        "'cutis models list' tells which do.",
        fix=f"swap them: {command}" if swapped else command,
    )


def pairing(lacking: str, name: str) -> str:
    """Return the command that joins a model with the half it lacks.

    Parameters
    ----------
    lacking
        ``"vision"`` or ``"text"``.
    name
        Name of the model that lacks it.

    Examples
    --------
    >>> pairing("text", "timm:resnet18")[:44]
    'cutis models pair timm:resnet18 cutis-tiny -'
    """
    halves = f"cutis-tiny {name}" if lacking == VISION else f"{name} cutis-tiny"
    return f"cutis models pair {halves} --data TABLE -o PAIR, then --model local-dir:PAIR"


def able_sentence() -> str:
    """Name the models known by a card that have both towers, those on this machine first."""
    here, elsewhere = _able()
    others = elsewhere[: max(SHOWN - len(here), 0)]
    parts = [f"on this machine {', '.join(here)}"] if here else []
    parts += [f"{'also known ' if here else ''}{', '.join(others)}"] if others else []
    more = len(elsewhere) - len(others)
    rest = f", and {more} more ('cutis models list')" if more else ""
    return f"Models for both images and texts: {'; '.join(parts)}{rest}."


def _able() -> tuple[list[str], list[str]]:
    from cutis.models.cards import list_cards
    from cutis.models.listing import catalogue_order
    from cutis.models.obtain import card_folder

    cards = sorted(list_cards(), key=catalogue_order)
    usable = [card for card in cards if card.loadable and card.access != "not public"]
    able = [card for card in usable if card.family == BOTH]
    here = [card.name for card in able if card_folder(card) is not None]
    return here, [card.name for card in able if card.name not in here]
