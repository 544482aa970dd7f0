"""The card beside a converted table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from cutis.data.cards import DatasetCard, get_card
from cutis.data.convert.carding import bundled, derived, named, recorded_root, yaml_of
from cutis.data.convert.format import About, Converted


def test_the_first_card_that_comes_with_cutis() -> None:
    found = bundled(["", "nothing", "PAD_UFES_20", "ham10000"])
    assert found is not None
    assert found.name == "pad-ufes-20"
    assert bundled([]) is None


def test_labels_by_the_card_and_strangers_behind_it() -> None:
    card = get_card("ham10000")
    labels, classes, notes = named(["NV", "mel", "lentigo", None, "Lentigo"], card, ())
    assert labels == ["nevus", "melanoma", "Lentigo", None, "Lentigo"]
    assert [c.name for c in classes] == [*card.class_names, "Lentigo"]
    assert "1 labels are no class of the card 'ham10000'" in notes[0]
    assert "Lentigo (2)" in notes[0]


def test_labels_without_a_card() -> None:
    labels, classes, notes = named(["b", "a", "z"], None, ("b", "a"))
    assert [c.name for c in classes] == ["b", "a", "z"]
    assert (labels, notes) == (["b", "a", "z"], ())
    assert named(["b"], None, ()) == (["b"], (), ())


def test_two_spellings_of_one_class_and_numbers() -> None:
    labels, classes, _ = named(["a-b", "a_b", "c"], None, ("a b", "c"))
    assert [c.name for c in classes] == ["a b", "c"]
    assert labels == ["a-b", "a_b", "c"]
    assert named(["1", "0"], get_card("isic2020"), ())[0] == ["malignant", "benign"]


def test_a_derived_card_keeps_the_terms_and_drops_what_tells_the_official_table() -> None:
    base = get_card("derm7pt")
    columns = ["image", "clinical", "label", "id", "lesion_id", "streaks", "x"]
    frame = pd.DataFrame(columns=columns)
    converted = Converted(frame, concepts=("x", "absent"))
    card = derived(base, "table", converted, base.classes, frame, "../here")
    assert (card.name, card.licence, card.expected_n) == (base.name, base.licence, base.expected_n)
    assert card.columns == {"image": "image", "clinical": "clinical", "label": "label", "id": "id",
                            "lesion": "lesion_id", "group": "lesion_id"}  # fmt: skip
    assert card.concepts == ("streaks", "x")
    assert (card.signature, card.other_signatures, card.images) == ((), (), "../here")
    again = DatasetCard.model_validate(yaml.safe_load(yaml_of(card)))
    assert again == card


def test_a_new_card_says_what_is_known() -> None:
    frame = pd.DataFrame(columns=["image", "truncated_caption", "caption", "patient_id"])
    about = About("My set", "clinical", "CC0", "A note.")
    card = derived(None, "mine", Converted(frame, about=about), (), frame, "")
    assert (card.name, card.title, card.modality, card.licence) == (
        "mine", "My set", "clinical", "CC0",
    )  # fmt: skip
    assert card.columns["caption"] == "truncated_caption"
    assert card.columns["group"] == "patient_id"
    assert "images" not in yaml_of(card)


@pytest.mark.parametrize(
    ("root", "output", "recorded"),
    [
        ("/d/ham", "/d/out", "../ham"),
        ("/d/x/ham", "/d/out", "../x/ham"),
        ("/d/ham", "/d/deep/out", "/d/ham"),
        ("/ham", "/out", "/ham"),
        ("/d/./a/../ham", "/d/out", "../ham"),
    ],
)
def test_how_the_image_folder_is_recorded(root: str, output: str, recorded: str) -> None:
    assert recorded_root(Path(root), Path(output)) == recorded
