"""The classes a zero-shot model chooses between: names, synonyms, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cutis.errors import CutisError


@dataclass(frozen=True)
class ClassList:
    """Ordered class names with the other names a prompt may use for them."""

    names: tuple[str, ...]
    synonyms: Mapping[str, tuple[str, ...]]
    source: str


def parse_classes(text: str) -> ClassList:
    """Read ``a,b,c`` or the name of a dataset card.

    Raises
    ------
    CutisError
        If there are fewer than two names, or one comes twice.

    Examples
    --------
    >>> parse_classes("melanoma, nevus").names
    ('melanoma', 'nevus')
    """
    from cutis.data import get_card

    if "," not in text:
        card = get_card(text)
        synonyms = {c.name: tuple(c.synonyms) for c in card.classes}
        return check(tuple(c.name for c in card.classes), synonyms, f"card {card.name}")
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    return check(names, {}, "given by name")


def check(names: Sequence[str], synonyms: Mapping[str, tuple[str, ...]], source: str) -> ClassList:
    """Return the class list, or refuse one that leaves nothing to choose between.

    Raises
    ------
    CutisError
        If there are fewer than two names, or one comes twice.
    """
    twice = sorted({name for name in names if list(names).count(name) > 1})
    if twice:
        raise CutisError(
            f"The class '{twice[0]}' is named twice.", fix="give every class once, in label order"
        )
    if len(names) < 2:
        given = f"only '{names[0]}' is" if names else "none are"
        raise CutisError(
            f"Zero-shot diagnosis chooses between classes, and {given} named.",
            allowed="Two or more classes are needed.",
            fix="--classes melanoma,nevus (in label order), or --classes ham10000",
        )
    return ClassList(tuple(names), dict(synonyms), source)


def unfamiliar_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return a remark for every class name that looks like a misspelling of a known diagnosis.

    A name far from all known ones may be a new diagnosis and is not remarked upon.

    Examples
    --------
    >>> unfamiliar_names(["nevus", "melanomma"])[0][:48]
    "'melanomma' is not a diagnosis known here; did y"
    """
    from cutis.data.cards import bundled_cards
    from cutis.errors import nearest_names
    from cutis.prompts import bundled_vocabulary

    vocabulary = bundled_vocabulary()
    known = {c.name for card in bundled_cards().values() for c in card.classes}
    known |= {s for card in bundled_cards().values() for c in card.classes for s in c.spellings()}
    known |= {*vocabulary.synonyms, *vocabulary.abbreviations.values()}
    folded = {name.casefold() for name in known}
    remarks = []
    for name in names:
        near = () if name.casefold() in folded else nearest_names(name, known, 1)
        if near and abs(len(near[0]) - len(name)) <= 2 and len(name) > 4:
            remarks.append(
                f"'{name}' is not a diagnosis known here; did you mean '{near[0]}'? "
                "It was used as written."
            )
    return tuple(remarks)
