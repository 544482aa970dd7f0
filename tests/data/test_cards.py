"""Dataset cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.data.cards import CARDS, DatasetCard, bundled_cards, get_card, matching_card, read_card
from cutis.data.roles import ROLES
from cutis.errors import CutisError

METRICS = {"accuracy", "balanced_accuracy", "auroc", "macro_f1", "weighted_f1"}


@pytest.mark.parametrize("path", sorted(CARDS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_bundled_card_is_complete(path: Path) -> None:
    card = read_card(path)
    assert card.name == path.stem
    assert card.title
    assert card.description
    assert card.citation
    assert card.licence != "not stated"
    assert card.source_url or card.name == "phantom"  # made by cutis itself
    assert card.modality in {"dermoscopy", "clinical", "synthetic"}
    assert card.headline_metric in METRICS
    assert set(card.columns) <= set(ROLES)
    assert bundled_cards()[card.name] == card


def test_the_class_order_of_published_tables() -> None:
    ham = get_card("ham10000")
    assert [c.code for c in ham.classes] == ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"]
    pad = get_card("pad-ufes-20")
    assert [c.code for c in pad.classes] == ["NEV", "BCC", "ACK", "SEK", "SCC", "MEL"]
    assert get_card("ph2").class_names == ("common nevus", "atypical nevus", "melanoma")
    assert get_card("ph2-binary").class_names == ("benign", "malignant")


def test_ph2_binary_joins_the_nevi() -> None:
    lookup = get_card("ph2-binary").lookup()
    assert [lookup[n] for n in ("common nevus", "atypical nevus", "melanoma")] == [0, 0, 1]


@pytest.mark.parametrize("name", ["HAM10000", "pad_ufes_20", "PAD-UFES-20"])
def test_a_card_is_found_whatever_the_spelling(name: str) -> None:
    assert get_card(name).name in ("ham10000", "pad-ufes-20")


def test_an_unknown_card_is_answered_with_the_nearest() -> None:
    with pytest.raises(CutisError) as raised:
        get_card("ham1000")
    assert raised.value.nearest == ("ham10000",)
    assert raised.value.fix == "cutis data list"


def test_a_card_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "title: Mine\nclasses:\n  - nevus\n  - {name: melanoma, code: MM, synonyms: [mel]}\n"
    )
    card = get_card(path)
    assert (card.name, card.class_names) == ("mine", ("nevus", "melanoma"))
    assert card.lookup() == {"nevus": 0, "melanoma": 1, "mm": 1, "mel": 1}
    assert card.synonyms == {"melanoma": ("mel",)}


def test_classes_may_be_a_mapping_of_codes() -> None:
    card = DatasetCard.model_validate({"name": "c", "classes": {0: "nevus", 1: "melanoma"}})
    assert [entry.code for entry in card.classes] == ["0", "1"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a\n- b\n", "not a YAML mapping"),
        ("name: [unclosed\n", "not valid YAML at line"),
        ("name: x\nlicense: MIT\n", "Did you mean 'licence'"),
        ("name: x\nclasses: [nevus, Nevus]\n", "two classes have the same name"),
        ("name: x\nclasses: [{name: a, code: q}, {name: b, code: Q}]\n", "stands for both"),
        ("name: x\nexpected_n: {total: many}\n", "expected_n.total"),
    ],
)
def test_a_wrong_card_is_explained(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(CutisError) as raised:
        read_card(path)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_card_file(tmp_path: Path) -> None:
    with pytest.raises(CutisError, match="cannot be read"):
        get_card(tmp_path / "none.yaml")


def test_official_columns_identify_a_card_and_foreign_labels_do_not() -> None:
    columns = ["lesion_id", "image_id", "dx", "dx_type", "age"]
    found = matching_card(columns, {"dx": {"mel", "nv"}})
    assert found is not None
    assert found.name == "ham10000"
    assert matching_card(columns, {"dx": {"acne", "eczema", "mel"}}) is None
    assert matching_card(["image", "dx"], {"dx": {"mel", "nv"}}) is None
