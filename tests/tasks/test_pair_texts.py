"""What a table offers to learn from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.data import Dataset, load_dataset
from cutis.errors import CutisError
from cutis.tasks.pair_rows import Parts
from cutis.tasks.pair_texts import gather_texts, number_captions, used_targets

PARTS = Parts(np.arange(4), np.arange(4, 6), "train", "two rows")


@pytest.fixture
def table(tmp_path: Path):
    def make(**columns) -> Dataset:
        frame = pd.DataFrame({"image": [f"{i}.png" for i in range(6)], **columns})
        frame.to_csv(tmp_path / "t.csv", index=False)
        return load_dataset(tmp_path / "t.csv")

    return make


LABELS = {"label": ["nevus", "melanoma"] * 3}
CAPTIONS = {"caption": ["one", "two", "two", None, "one", "three"]}


@pytest.mark.parametrize(
    ("columns", "asked", "expected"),
    [
        (LABELS, "auto", (True, False)),
        (CAPTIONS, "auto", (False, True)),
        (LABELS | CAPTIONS, "auto", (True, True)),
        (LABELS | CAPTIONS, "labels", (True, False)),
        (LABELS | CAPTIONS, "captions", (False, True)),
        (LABELS | CAPTIONS, "both", (True, True)),
    ],
)
def test_what_is_there_is_used_as_asked(table, columns, asked, expected):
    assert used_targets(table(**columns), PARTS, asked) == expected


@pytest.mark.parametrize(
    ("columns", "asked", "said"),
    [
        (LABELS, "captions", "no captions to learn from"),
        (CAPTIONS, "both", "no labels to learn from"),
        ({"label": ["nevus"] * 5 + ["melanoma"]}, "labels", "no labels to learn from"),
        ({"caption": ["one"] * 5 + ["two"]}, "auto", "labels of two classes and no captions"),
        ({}, "auto", "--label-column or --caption-column"),
    ],
)
def test_what_is_not_there_is_refused(table, columns, asked, said):
    with pytest.raises(CutisError, match=said):
        used_targets(table(**columns), PARTS, asked)


def test_captions_of_unread_rows_stay_unread():
    found = number_captions([(" a ", "a", "b"), ("c",), ("b",)], np.array([0, 2]))
    assert found == (("a", "b"), ((0, 1), (), (1,)))


class Reader:
    """Counts letters; remembers what it was given."""

    name, dim, precision, has_text = "reader", 2, "fp32", True

    def __init__(self) -> None:
        self.seen: list[str] = []

    def identity(self) -> dict:
        return {"name": "reader"}

    def tokenize(self, texts) -> np.ndarray:
        return np.array([[len(text)] for text in texts])

    def embed_texts(self, texts) -> np.ndarray:
        self.seen += list(texts)
        return np.array([[len(text), text.count("e")] for text in texts], np.float32)


def test_prompts_are_templates_times_names_and_kept(table, tmp_path: Path):
    (tmp_path / "templates.yaml").write_text("- photo of {}\n- '{} skin'\n")
    data, reader = table(**LABELS, **CAPTIONS), Reader()
    found = gather_texts(
        data, PARTS, (True, True), str(tmp_path / "templates.yaml"), reader, tmp_path
    )
    assert found.classes == data.classes
    assert len(found.class_texts_md) == len(found.class_of_text_m) == len(found.prompts.texts)
    assert {"photo of nevus", "melanoma skin", "one", "three"} <= set(reader.seen)
    assert found.captions == ("one", "two", "three")
    np.testing.assert_array_equal(found.captions_md[:, 0], [3, 3, 5])
    again = Reader()
    gather_texts(data, PARTS, (True, True), str(tmp_path / "templates.yaml"), again, tmp_path)
    assert again.seen == []


def test_nothing_is_embedded_that_is_not_used(table, tmp_path: Path):
    reader = Reader()
    found = gather_texts(table(**LABELS, **CAPTIONS), PARTS, (False, True), None, reader, tmp_path)
    assert reader.seen == ["one", "two", "three"]
    assert found.classes == ()
    assert found.class_texts_md.shape == (0, 2)
    assert len(found.class_of_text_m) == 0


def test_numbered_classes_have_no_names(table, tmp_path: Path):
    data = table(label=["0", "1"] * 3)
    with pytest.raises(CutisError, match="only numbered"):
        gather_texts(data, PARTS, (True, False), None, Reader(), tmp_path)
