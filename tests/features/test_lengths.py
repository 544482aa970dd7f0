"""Tokens of whole texts, beyond the context, with a tokenizer that cuts."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.features.lengths import token_lengths
from cutis.models import load_model

CONTEXT = 8


class Words:
    """A model that reads one token per word, or per letter of a word without blanks."""

    context_length: int | None = CONTEXT
    towers = SimpleNamespace(pad_id=0)

    def tokenize(self, texts) -> np.ndarray:
        ids_nt = np.zeros((len(texts), CONTEXT), np.int64)
        for row, text in zip(ids_nt, texts, strict=True):
            ids = [*[1, *(3 for _ in text.split())][: CONTEXT - 1], 2]
            row[: len(ids)] = ids
        return ids_nt


class EndMarks(Words):
    """A model that fills rows with its end mark and has no start mark, as SigLIP."""

    def tokenize(self, texts) -> np.ndarray:
        ids_nt = np.full((len(texts), CONTEXT), 1, np.int64)
        for row, text in zip(ids_nt, texts, strict=True):
            ids = [*[3 for _ in text.split()][: CONTEXT - 1], 1]
            row[: len(ids)] = ids
        return ids_nt


class NoMarks(Words):
    """A model that adds nothing to a text."""

    def tokenize(self, texts) -> np.ndarray:
        ids_nt = np.zeros((len(texts), CONTEXT), np.int64)
        for row, text in zip(ids_nt, texts, strict=True):
            ids = [3 for _ in text.split()][:CONTEXT]
            row[: len(ids)] = ids
        return ids_nt


@pytest.mark.parametrize(
    ("model", "pad_id", "marks"),
    [(Words(), 0, 2), (EndMarks(), 1, 1), (EndMarks(), 0, 1), (NoMarks(), 0, 0)],
)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=5))
def test_whole_texts_are_counted(model, pad_id, marks, words):
    # Towers of SigLIP in open_clip's layout name no padding of their own, so theirs is 0.
    model.towers = SimpleNamespace(pad_id=pad_id)
    lengths = token_lengths(model, ["word " * n for n in words])
    assert lengths is not None
    assert lengths.tokens_n.tolist() == [n + marks for n in words]
    assert lengths.lost_n.tolist() == [max(n + marks - CONTEXT, 0) for n in words]


def test_a_text_that_just_fits_loses_nothing():
    lengths = token_lengths(Words(), ["a b c d e f", "a b c d e f g"])
    assert lengths is not None
    assert lengths.lost_n.tolist() == [0, 1]


def test_models_without_a_context_are_not_counted():
    model = Words()
    model.context_length = None
    assert token_lengths(model, ["a"]) is None
    assert token_lengths(Words(), []) is None


def test_a_real_tokenizer_agrees_with_itself_uncut():
    model = load_model("cutis-tiny")
    sentence = (
        "an asymmetrical dermoscopic lesion with an atypical pigment network, blue-whitish veil"
    )
    short = token_lengths(model, [sentence])
    assert short is not None
    one = int(short.tokens_n[0])
    assert one < short.context
    many = token_lengths(model, [" ".join([sentence] * 12)])
    assert many is not None
    assert int(many.tokens_n[0]) == 12 * (one - 2) + 2
    assert int(many.lost_n[0]) == 12 * (one - 2) + 2 - model.context_length


class Letters(Words):
    """A model that reads one token per letter, as for scripts without blanks."""

    def tokenize(self, texts) -> np.ndarray:
        return super().tokenize([" ".join(text.replace(" ", "")) for text in texts])


def test_a_word_longer_than_the_context_is_halved():
    found = token_lengths(Letters(), ["痣" * 50, "痣" * 3, "黑 " * 20])
    assert found is not None
    assert found.tokens_n.tolist() == [52, 5, 22]
