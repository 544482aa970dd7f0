"""Captions cut into sentences."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.data.convert.sentences import sentences

CASES = {
    "One. Two! Three?": ["One", "Two", "Three"],
    "Plaques, e.g. psoriasis. They itch.": ["Plaques, e.g. psoriasis", "They itch"],
    "Dr. Smith saw S. aureus. It grew.": ["Dr. Smith saw S. aureus", "It grew"],
    "It is 1.5 cm, i.e. small.": ["It is 1.5 cm, i.e. small"],
    "See Fig. 2 for details.": ["See Fig. 2 for details"],
    "He is 45 yrs. Old scars remain.": ["He is 45 yrs. Old scars remain"],
    "Red... and itchy. Done.": ["Red", "and itchy", "Done"],
    "A line\nanother line": ["A line", "another line"],
    'He said "it itches." Then left.': ['He said "it itches', "Then left"],
    "no. 5 is a nevus": ["no. 5 is a nevus"],
    "红斑。丘疹！": ["红斑", "丘疹"],
    "No end": ["No end"],
    "The end etc.": ["The end etc"],
    "Type I. Type II.": ["Type I. Type II"],
    "": [],
    " . ! ? ": [],
}


@pytest.mark.parametrize("text", CASES)
def test_known_sentences(text: str) -> None:
    assert sentences(text) == CASES[text]


def test_no_more_than_asked_for() -> None:
    assert sentences("A one. B two. C three.", most=2) == ["A one", "B two"]
    assert sentences(None) == []


@settings(max_examples=60)
@given(st.text("abcXYZ .!?,e.g.\n1", max_size=60))
def test_no_letter_is_lost_or_added(text: str) -> None:
    def letters(words: str) -> str:
        return re.sub(r"[^a-zA-Z0-9]", "", words)

    found = sentences(text)
    assert letters("".join(found)) == letters(text)
    assert all(piece.strip() == piece and piece for piece in found)


@settings(max_examples=40)
@given(st.lists(st.from_regex(r"[A-Z][a-z]{3,8} [a-z]{4,8}", fullmatch=True), max_size=6))
def test_plain_sentences_come_back(given_sentences: list[str]) -> None:
    assert sentences(" ".join(f"{s}." for s in given_sentences)) == given_sentences


@given(st.text(max_size=80))
def test_any_text_is_cut_the_same_way_twice(text: str) -> None:
    once = sentences(text)
    assert once == sentences(text)
    assert all(any(c.isalnum() for c in piece) for piece in once)
