"""The card of a converted table: from the bundled one where there is one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cutis.data.cards import ClassCard, DatasetCard, bundled_cards, plain
from cutis.data.convert.columns import ORDER
from cutis.data.convert.format import Converted
from cutis.data.roles import ROLES

if TYPE_CHECKING:
    import pandas as pd

_ROLE_OF = {"patient_id": "patient", "lesion_id": "lesion"}
_CAPTIONS = ("truncated_caption", "caption", "caption_en", "caption_zh_polish_en")


def bundled(names: Sequence[str]) -> DatasetCard | None:
    """Return the first of the cards that comes with cutis.

    Examples
    --------
    >>> bundled(["no such card", "HAM10000"]).name
    'ham10000'
    """
    known = {plain(name): card for name, card in bundled_cards().items()}
    return next((known[plain(name)] for name in names if plain(name) in known), None)


def named(
    labels: Sequence[str | None], card: DatasetCard | None, order: Sequence[str]
) -> tuple[list[str | None], tuple[ClassCard, ...], tuple[str, ...]]:
    """Return the labels as class names, the classes in order, and what had to be decided.

    Parameters
    ----------
    labels
        As the source writes them.
    card
        The bundled card; its classes come first and keep their numbers.
    order
        Class names in the layout's order, for a dataset without a card.

    Examples
    --------
    >>> named(["mel", None, "UNK"], bundled(["ham10000"]), [])[0]
    ['melanoma', None, 'UNK']
    """
    counts = Counter(label for label in labels if label is not None)
    if card is None or not card.classes:
        if not order:
            return list(labels), (), ()
        distinct: dict[str, str] = {}  # two spellings of one name are one class, as when loading
        for name in (*order, *sorted(counts)):
            distinct.setdefault(plain(name), name)
        return list(labels), tuple(ClassCard(name=name) for name in distinct.values()), ()
    lookup = card.lookup()
    names: dict[str, str] = {}
    strangers: dict[str, list[str]] = {}
    for label in sorted(counts):
        place = lookup.get(plain(label))
        if place is None and label.isdecimal() and int(label) < len(card.classes):
            place = int(label)  # a number counts along the card, as when loading
        if place is None:
            strangers.setdefault(plain(label) or label, []).append(label)
        else:
            names[label] = card.classes[place].name
    classes = card.classes + tuple(ClassCard(name=spelled[0]) for spelled in strangers.values())
    notes: tuple[str, ...] = ()
    if strangers:
        few = ", ".join(f"{spelled[0]} ({sum(counts[s] for s in spelled)})"
                        for spelled in list(strangers.values())[:8])  # fmt: skip
        notes = (
            f"{len(strangers)} labels are no class of the card '{card.name}' and were added behind "
            f"its classes: {few}{', ...' if len(strangers) > 8 else ''}.",
        )
    for spelled in strangers.values():
        names |= dict.fromkeys(spelled, spelled[0])
    return [None if label is None else names[label] for label in labels], classes, notes


def derived(
    card: DatasetCard | None,
    name: str,
    converted: Converted,
    classes: tuple[ClassCard, ...],
    frame: pd.DataFrame,
    images: str,
) -> DatasetCard:
    """Return the card to write beside the table.

    Parameters
    ----------
    card
        The bundled card it is derived from.
    name
        Name of the table.
    converted
        What is known without a bundled card, and which columns are concepts.
    classes
        In label order; empty when the table names them.
    frame
        The table as written.
    images
        The image folder as it is recorded, or empty.
    """
    about = converted.about
    base = card or DatasetCard(
        name=name,
        title=about.title or name,
        modality=about.modality,
        licence=about.licence,
        notes=about.notes,
    )
    shown = [c for c in (*base.concepts, *converted.concepts) if c in frame.columns]
    return base.model_copy(
        update={
            "classes": classes,
            "n_classes": None if classes else base.n_classes,
            "columns": _columns(frame),
            "concepts": tuple(dict.fromkeys(shown)),
            "expected_n": {} if converted.unit else base.expected_n,  # rows are counted, not units
            "images": images,
            # whatever told the official table from others does not hold for this one
            "like": None,
            "signature": (),
            "other_signatures": (),
            "files": (),
            "where": {},
        }
    )


def _columns(frame: pd.DataFrame) -> dict[str, str]:
    """Return role to column for what was written, so that nothing has to be guessed."""
    have = [c for c in ORDER if c in frame.columns]
    columns = {_ROLE_OF.get(c, c): c for c in have if _ROLE_OF.get(c, c) in ROLES}
    for caption in reversed([c for c in _CAPTIONS if c in have]):
        columns["caption"] = caption
    if "group" not in columns:
        for role in ("lesion", "patient"):
            if role in columns:
                columns["group"] = columns[role]
    return columns


def yaml_of(card: DatasetCard) -> str:
    """Return a card as YAML, without what is left at its default."""
    import yaml

    content = card.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def recorded_root(root: Path, output: Path) -> str:
    """Return the image folder as the card records it: relative if it lies beside the output.

    Examples
    --------
    >>> recorded_root(Path("/d/ham"), Path("/d/table")), recorded_root(Path("/x/ham"), Path("/d/t"))
    ('../ham', '/x/ham')
    """
    root = Path(os.path.normpath(root.absolute()))
    output = Path(os.path.normpath(output.absolute()))
    if output.parent == Path(output.anchor) or not root.is_relative_to(output.parent):
        return str(root)
    return os.path.relpath(root, output).replace(os.sep, "/")
