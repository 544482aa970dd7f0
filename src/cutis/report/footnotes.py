"""Remarks under a table: each text once, with the letter its cells refer to."""

from __future__ import annotations

from string import ascii_lowercase


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
