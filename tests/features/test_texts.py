"""Text features are computed once per model and list of texts."""

from __future__ import annotations

import numpy as np

from cutis.features.texts import embed_texts, text_key
from tests.features.fakes import TinyModel


class Reader(TinyModel):
    seen: int = 0
    shift: int = 0

    def tokenize(self, texts):
        return np.array([[len(text), ord(text[0]) + self.shift] for text in texts])

    def embed_texts(self, texts):
        self.seen += len(texts)
        return np.array([[len(text), ord(text[0])] for text in texts], np.float64)


def test_order_and_type(tmp_path):
    features = embed_texts(Reader(), ["b", "aa", "c"], tmp_path, batch=2)
    assert features.dtype == np.float32
    assert features.tolist() == [[1, 98], [2, 97], [1, 99]]


def test_once(tmp_path):
    model = Reader()
    first = embed_texts(model, ["a", "b"], tmp_path)
    assert np.array_equal(first, embed_texts(model, ["a", "b"], tmp_path))
    assert model.seen == 2
    embed_texts(model, ["b", "a"], tmp_path)
    assert model.seen == 4
    embed_texts(Reader(precision="bf16"), ["a", "b"], tmp_path)
    assert len(list((tmp_path / "texts").iterdir())) == 3


def test_another_tokenizer_is_not_served_the_old_features(tmp_path):
    model = Reader()
    before = text_key(model, ["a", "b"])
    embed_texts(model, ["a", "b"], tmp_path)
    model.shift = 1
    assert text_key(model, ["a", "b"]) != before
    embed_texts(model, ["a", "b"], tmp_path)
    assert model.seen == 4, "the same weights and texts, but other token ids"
