"""Each remark once, under one letter."""

from __future__ import annotations

from cutis.report.footnotes import Footnotes


def test_letters_go_on_after_z():
    notes = Footnotes()
    letters = [notes.mark(f"remark {i}") for i in range(55)]
    assert letters[:2] == ["a", "b"]
    assert letters[25:28] == ["z", "aa", "ab"]
    assert letters[52] == "ba"
    assert len(set(letters)) == 55


def test_remarks_become_sentences():
    notes = Footnotes()
    notes.mark("rough interval.")
    notes.mark("rough interval")
    notes.mark(None)
    assert notes.items() == [("a", "Rough interval.")]
