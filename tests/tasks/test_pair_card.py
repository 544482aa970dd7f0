"""A pair's card says what both halves and the training data allow, and what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from cutis.data import Dataset, load_dataset
from cutis.models import ModelCard
from cutis.models.halves import NO_CARD
from cutis.tasks.pair_card import licences, pair_card, terms, training_words

FACTS = {
    "dataset": "clinic", "table_sha256": "ab" * 32, "split": "train", "n_train_used": 70,
    "validation": "the split 'val' (9 rows)", "grouping": "lesion_id",
    "classes": ["melanoma", "nevus"], "n_captions": 4,
}  # fmt: skip


@dataclass
class Half:
    card: ModelCard
    context_length: int | None = 77


EYES = Half(ModelCard(name="eyes", title="Eyes", family="vision", licence="MIT", citation="A.",
                      warnings=("No words (cutis models pair).", "Blinks."),
                      modality="dermoscopy"))  # fmt: skip
READER = Half(ModelCard(name="reader", title="Reader", family="text", licence="CC BY-NC 4.0",
                        licence_note="No commercial use.", citation="B.", warnings=(NO_CARD,),
                        seen_classes=("psoriasis", "nevus"), training_data="Books."))  # fmt: skip


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    pd.DataFrame({"image": ["a.png"], "label": ["nevus"]}).to_csv(tmp_path / "t.csv", index=False)
    card = "name: clinic\nlicence: CC BY 4.0\ncitation: C.\n"
    (tmp_path / "dataset.yaml").write_text(card)
    return load_dataset(tmp_path / "t.csv")


@pytest.fixture
def card(dataset: Dataset) -> ModelCard:
    return pair_card("both", EYES, READER, dataset, FACTS, {"validation_n": 9.0}, 64, 7.5)


def test_all_licences_are_stated(card: ModelCard, dataset: Dataset):
    assert card.licence == "MIT and CC BY-NC 4.0 and CC BY 4.0"
    assert "the strictest decides" in card.licence_note
    for said in ("Eyes: MIT", "Reader: CC BY-NC 4.0. No commercial use.", "clinic: CC BY 4.0"):
        assert said in card.licence_note
    assert licences(EYES, EYES, dataset) == ("MIT", "CC BY 4.0")


def test_a_dataset_without_terms_adds_no_licence(tmp_path: Path):
    pd.DataFrame({"image": ["a.png"], "label": ["nevus"]}).to_csv(tmp_path / "u.csv", index=False)
    data = load_dataset(tmp_path / "u.csv")
    assert licences(EYES, READER, data) == ("MIT", "CC BY-NC 4.0")
    assert "not stated" in terms(EYES, READER, data)


def test_everything_else_of_the_halves_is_kept(card: ModelCard):
    assert card.citation == "A. B. C."
    assert card.seen_classes == ("melanoma", "nevus", "psoriasis")
    assert card.warnings[0] == "Eyes: Blinks."
    assert card.warnings[1].startswith("Reader came without a card")
    assert (card.family, card.layout, card.dim) == ("vision-language", "pair", 64)
    assert (card.context_length, card.zero_shot_scale) == (77, 7.5)
    assert card.modality == "dermoscopy"
    assert card.title == "Eyes and Reader, paired"


def test_the_training_is_told_in_a_sentence():
    said = training_words(FACTS, EYES, READER)
    assert "70 images of clinic (table SHA-256 abababababab, rows of 'train')" in said
    assert "labels of 2 classes and 4 captions" in said
    assert "chosen on the split 'val' (9 rows)" in said
    assert said.endswith("Reader: Books.")
    assert "labels" not in training_words(FACTS | {"classes": []}, EYES, READER)


def test_the_summary_is_no_sentence_for_a_list_adds_its_stop(card: ModelCard):
    assert card.summary.endswith("joined by two linear projections")
