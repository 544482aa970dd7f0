"""Captions cut into sentences without tripping over abbreviations, numbers and initials."""

from __future__ import annotations

import re

# Words that a full stop may follow inside a sentence.
_ABBREVIATIONS = frozenset(
    {
        "e.g", "i.e", "eg", "ie", "etc", "vs", "cf", "ca", "approx", "al", "fig", "figs", "no",
        "nos", "dr", "mr", "mrs", "ms", "prof", "st", "resp", "incl", "max", "min", "avg", "dept",
        "spp", "sp", "var", "subsp", "yr", "yrs", "yo", "y.o", "mo", "wk", "wks", "pt", "pts", "hx",
        "dx", "tx", "rx", "bx", "a.m", "p.m", "b.i.d", "t.i.d", "q.d", "i.v", "i.m", "p.o", "s.c",
        "u.s", "u.k", "ph.d", "m.d", "inc", "ltd", "vol", "ed", "eds", "pp", "h.e", "h&e",
    }
)  # fmt: skip
_END = re.compile(r"[.!?。！？]+[\"'”’)\]]*(?=\s|$)|[。！？]+|\n+")
_LAST_WORD = re.compile(r"([^\s(\[\"']+)$")


def sentences(text: str | None, most: int | None = None) -> list[str]:
    """Return the sentences of a text, without their final punctuation.

    A full stop ends a sentence if blanks follow, the word before is neither a known abbreviation
    nor a single letter, and the next word does not begin in lower case. Nothing is lost but
    blanks and final punctuation; what is left over beyond ``most`` sentences is dropped.

    Parameters
    ----------
    text
        The caption.
    most
        Largest number of sentences.

    Examples
    --------
    >>> sentences("A plaque, e.g. of psoriasis. It measures 1.5 cm vs. 2 cm! Fig. 2 shows it.")
    ['A plaque, e.g. of psoriasis', 'It measures 1.5 cm vs. 2 cm', 'Fig. 2 shows it']
    """
    if not text:
        return []
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if not _is_end(text, end):
            continue
        _add(found, text[start : end.start()])
        start = end.end()
    _add(found, text[start:])
    return found if most is None else found[:most]


def _is_end(text: str, end: re.Match[str]) -> bool:
    mark = end[0]
    if not mark.startswith(".") or mark.startswith(".."):
        return True
    before = _LAST_WORD.search(text[: end.start()])
    word = before[1].casefold().strip(".") if before else ""
    if word in _ABBREVIATIONS and text[end.end() :].strip():
        return False
    if len(word) == 1 and word.isalpha() and text[end.end() :].strip():
        return False  # an initial, as in S. aureus
    following = text[end.end() :].lstrip()
    return not following[:1].islower()


def _add(found: list[str], piece: str) -> None:
    cleaned = " ".join(piece.split()).strip(" .!?。！？")
    if any(character.isalnum() for character in cleaned):
        found.append(cleaned)
