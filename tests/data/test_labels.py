"""Labels to class numbers."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.data.cards import DatasetCard, get_card
from cutis.data.labels import read_labels


def names(values: list[str | None], **kwargs: object) -> list[str | None]:
    read = read_labels(values, **kwargs)  # type: ignore[arg-type]
    assert read.values_n.dtype == np.int64
    return [None if v < 0 else read.classes[v].name for v in read.values_n]


def test_codes_take_the_names_of_the_other_column_in_code_order() -> None:
    read = read_labels(["2", "0", "1", None], ["BCC", "MEL", "NEV", None])
    assert [entry.name for entry in read.classes] == ["MEL", "NEV", "BCC"]
    assert read.values_n.tolist() == [2, 0, 1, -1]


def test_a_missing_name_does_not_hide_the_others() -> None:
    read = read_labels(["1", "0", "1", "-1"], [None, "nevus", "melanoma", "whatever"])
    assert [entry.name for entry in read.classes] == ["nevus", "melanoma"]
    assert read.values_n.tolist() == [1, 0, 1, -1]
    nameless = read_labels(["1", "0"], [None, "nevus"])
    assert [entry.name for entry in nameless.classes] == ["0", "1"]


def test_names_need_no_other_names() -> None:
    assert names(["nv", "mel"], names=["a", "b"]) == ["nv", "mel"]


def test_codes_without_names_say_so() -> None:
    read = read_labels(["0", "1.0", "1"])
    assert [entry.name for entry in read.classes] == ["0", "1"]
    assert read.values_n.tolist() == [0, 1, 1]
    assert any("no names" in note for note in read.notes)


def test_codes_with_holes_are_counted_anew_and_noted() -> None:
    read = read_labels(["10", "3", "-1"], ["a", "b", "c"])
    assert read.values_n.tolist() == [1, 0, -1]
    assert [entry.name for entry in read.classes] == ["b", "a"]
    assert any("counted anew" in note for note in read.notes)


def test_names_are_sorted_and_spellings_joined() -> None:
    read = read_labels(["Melanoma", "melanoma", "basal_cell carcinoma", "melanoma", None])
    assert [entry.name for entry in read.classes] == ["basal_cell carcinoma", "melanoma"]
    assert read.values_n.tolist() == [1, 1, 0, 1, -1]
    assert any("Melanoma" in note for note in read.notes)


@pytest.mark.parametrize("value", ["mel", "MEL", "Melanoma", "malignant_melanoma", "4"])
def test_a_card_knows_codes_names_synonyms_and_numbers(value: str) -> None:
    assert names([value], card=get_card("ham10000")) == ["melanoma"]


def test_a_label_outside_the_card_is_kept_with_its_rows() -> None:
    read = read_labels(["mel", "melanom", "nv", "melanom", "7"], card=get_card("ham10000"))
    assert read.unknown == {"7": (4,), "melanom": (1, 3)}
    assert read.values_n.tolist() == [4, -1, 5, -1, -1]


def test_names_beat_numbers_that_count_another_way() -> None:
    card = DatasetCard.model_validate({"name": "c", "classes": ["nevus", "melanoma"]})
    read = read_labels(["0", "1"], ["melanoma", "nevus"], card)
    assert read.values_n.tolist() == [1, 0]
    assert len(read.notes) == 2


def test_a_card_without_classes_lets_the_table_speak() -> None:
    assert names(["acne", "eczema"], card=get_card("fitzpatrick17k")) == ["acne", "eczema"]


@pytest.mark.parametrize("count", [1, 2, 114])
def test_any_number_of_classes(count: int) -> None:
    read = read_labels([str(i) for i in range(count)])
    assert read.values_n.tolist() == list(range(count))
