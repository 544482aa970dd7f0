"""One dataset's card as a page of text: what it is, what it forbids, how to obtain it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from cutis.data.cards import DatasetCard
from cutis.data.machine import OnDisk
from cutis.data.text import columns

WIDTH = 88
_FREE = ("CC0", "CC BY 4.0", "CC-BY-4.0")


def detail(card: DatasetCard, here: Sequence[OnDisk], searched: Sequence[str]) -> str:
    """Return the page of one dataset.

    Parameters
    ----------
    card
        The card.
    here
        Its tables on this machine.
    searched
        Folders that were searched for it.
    """
    facts = [
        ("images", card.modality or "not stated"),
        ("used for", ", ".join(card.tasks)),
        ("number", numbers(card)),
        ("headline metric", metric(card)),
        ("rows share a", card.grouped_by or ""),
        ("size on disk", card.size),
        ("like", f"{card.like} (cutis data list {card.like})" if card.like else ""),
        ("published at", card.source_url),
    ]
    blocks = [
        [f"{card.name}: {card.title}", *wrapped(card.description)],
        columns([fact for fact in facts if fact[1]], right_from=9),
        _classes(card),
        titled("Licence", [card.licence, forbidden(card)]),
        titled("Overlap with pretraining", [card.leakage]),
        titled("To know", [card.notes]),
        titled("Cite", [card.citation]),
        ["How to obtain it", *_steps(card)],
        ["On this machine", *_here(card, here, searched)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def numbers(card: DatasetCard) -> str:
    """Return the published number of rows, and that per split.

    Examples
    --------
    >>> numbers(DatasetCard(name="x", expected_n={"train": 900, "test": 379, "total": 1279}))
    '1,279 rows (train 900, test 379)'
    """
    if card.total is None:
        return "not stated"
    parts = [f"{name} {n:,}" for name, n in card.expected_n.items() if name != "total"]
    return f"{card.total:,} rows" + (f" ({', '.join(parts)})" if parts else "")


def metric(card: DatasetCard) -> str:
    """Return the headline metric in words.

    Examples
    --------
    >>> metric(DatasetCard(name="x", headline_metric="macro_f1"))
    'macro F1'
    """
    words = card.headline_metric.replace("_", " ")
    return words.replace("auroc", "AUROC").replace("f1", "F1")


def forbidden(card: DatasetCard) -> str:
    """Return what the licence does not allow, as a sentence.

    Examples
    --------
    >>> forbidden(DatasetCard(name="x", forbids=("commercial use", "passing images on")))
    'Not allowed: commercial use; passing images on.'
    >>> forbidden(DatasetCard(name="x", licence="CC BY 4.0"))
    'It allows every use; credit must be given.'
    """
    if card.forbids:
        return f"Not allowed: {'; '.join(card.forbids)}."
    free = card.licence.startswith(_FREE)
    if free and card.licence.startswith(("CC BY", "CC-BY")):
        return "It allows every use; credit must be given."
    return "It forbids nothing." if free else "Read it before use."


def wrapped(text: str, indent: str = "  ") -> list[str]:
    """Return a text in lines of at most 88 characters."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def titled(title: str, paragraphs: Sequence[str]) -> list[str]:
    """Return a heading with its paragraphs, or nothing if all are empty."""
    lines = [line for text in paragraphs if text for line in wrapped(text)]
    return [title, *lines] if lines else []


def _classes(card: DatasetCard) -> list[str]:
    if not card.classes:
        if card.class_count is None:
            return []
        return ["Classes", f"  {card.class_count}, named by the table or its folders"]
    rows = [["", "code", "also called"]]
    rows += [[c.name, c.code or "", ", ".join(c.synonyms)] for c in card.classes]
    return [f"Classes ({len(card.classes)}, in label order)", *columns(rows, right_from=9)]


def _steps(card: DatasetCard) -> list[str]:
    lines: list[str] = []
    steps = [*card.how_to_obtain]
    if card.name != "phantom":
        steps.append(
            f"Put it into a folder {card.name} below $CUTIS_DATA; then --data {card.name} finds it."
        )
    for number, step in enumerate(steps, 1):
        first, *rest = wrapped(step, "     ")
        lines += [f"  {number}. {first.strip()}", *rest]
    return lines


def _here(card: DatasetCard, here: Sequence[OnDisk], searched: Sequence[str]) -> list[str]:
    if here:
        lines = [f"  {one.table}: {one.state()}" for one in here]
        first = min(here, key=lambda one: (one.is_folder, bool(one.problem)))
        return [*lines, f"  Next: {first.next_command}"]
    if not searched:
        return ["  not searched: set CUTIS_DATA to the folder of your datasets, or give --where"]
    return [f"  no table of it below {', '.join(searched)}"]
