"""Plain-text columns."""

from __future__ import annotations

from cutis.data.text import columns, shortened


def test_columns_line_up() -> None:
    lines = columns([["a", 1, "x"], ["long", 100, ""]], indent=0)
    assert lines == ["a       1  x", "long  100"]
    assert columns([]) == []


def test_long_texts_are_cut_and_flattened() -> None:
    assert shortened("a\nb   c", 10) == "a b c"
    assert shortened("abcdefghij", 8) == "abcde..."
