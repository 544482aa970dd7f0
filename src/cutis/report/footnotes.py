"""Remarks under a table: each text once, with the letter its cells refer to."""

from __future__ import annotations

from string import ascii_lowercase


def plain_note(note: str, units: str) -> str:
    """Return a remark of the statistics in words for the page; the full one stays in the metrics.

    Parameters
    ----------
    note
        Remarks joined by semicolons, as in ``metrics.json``.
    units
        What was resampled: lesions, patients, images.

    Examples
    --------
    >>> plain_note("undefined in 2 of 1000 replicates, left out; rough interval: only 6 groups",
    ...            "lesions")
    'rough interval: fewer than 10 lesions'
    >>> plain_note("the interval is rough, for classes with few groups: nevus (3)", "lesions")
    'rough interval: few lesions of some diagnoses'
    """
    kept: dict[str, None] = {}
    for part in (note or "").split("; "):
        if part.startswith("the interval is rough"):
            kept[f"rough interval: few {units} of some diagnoses"] = None
        elif part.startswith("rough interval: only"):
            kept[f"rough interval: fewer than 10 {units}"] = None
        elif not ("replicates lack such a class" in part or part.startswith("undefined in ")):
            kept[part] = None
    return "; ".join(kept)


class Footnotes:
    """Letters for the remarks of one table, in order of first use.

    Examples
    --------
    >>> notes = Footnotes()
    >>> notes.mark("rough interval"), notes.mark("no images"), notes.mark("rough interval")
    ('a', 'b', 'a')
    >>> notes.mark("")
    ''
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def mark(self, text: str | None) -> str:
        """Return the letter of a remark, a new one if it is new; nothing for no remark."""
        text = (text or "").strip().rstrip(".")
        if not text:
            return ""
        if text not in self.texts:
            i = len(self.texts)
            head = ascii_lowercase[i // 26 - 1] if i >= 26 else ""
            self.texts[text] = head + ascii_lowercase[i % 26]
        return self.texts[text]

    def items(self) -> list[tuple[str, str]]:
        """Return letter and remark, in order."""
        return [(letter, text[:1].upper() + text[1:] + ".") for text, letter in self.texts.items()]
