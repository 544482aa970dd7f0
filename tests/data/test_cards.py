"""Dataset cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.data.cards import CARDS, DatasetCard, bundled_cards, get_card, plain, read_card
from cutis.data.roles import ROLES
from cutis.errors import CutisError

METRICS = {
    "accuracy", "balanced_accuracy", "auroc", "macro_f1", "weighted_f1", "dice", "jaccard",
    "mean_recall",
}  # fmt: skip
MODALITIES = {
    "dermoscopy", "clinical", "dermoscopy and clinical", "total body photography",
    "histopathology", "mixed",
}  # fmt: skip
PATHS = sorted(CARDS.glob("*.yaml"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_bundled_card_is_complete(path: Path) -> None:
    card = read_card(path)
    assert card.name == path.stem
    assert card.title
    assert card.description.endswith(".")
    assert card.citation
    assert card.tasks
    assert card.licence != "not stated"
    assert card.source_url or card.name == "phantom"  # made by cutis itself
    assert card.how_to_obtain
    assert all(step.endswith(".") for step in card.how_to_obtain)
    assert card.modality in MODALITIES
    assert card.headline_metric in METRICS
    assert set(card.columns) <= set(ROLES)
    assert bundled_cards()[card.name] == card


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_a_licence_forbids_is_said_in_plain_words(path: Path) -> None:
    card = read_card(path)
    told = " ".join(card.forbids)
    if "NC" in card.licence or "research" in card.licence:
        assert "commercial use" in told
    if "no redistribution" in card.licence:
        assert "passing images on" in told
    if card.share_images:
        assert "passing images on" not in told


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_published_counts_add_up(path: Path) -> None:
    card = read_card(path)
    parts = [n for name, n in card.expected_n.items() if name != "total"]
    assert all(n > 0 for n in card.expected_n.values())
    assert not parts or sum(parts) == card.total
    assert set(card.expected_n) <= {"train", "val", "test", "total"}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_long_class_lists_are_left_to_the_table(path: Path) -> None:
    card = read_card(path)
    assert len(card.classes) <= 25
    if card.classes:
        lookup = card.lookup()
        for index, entry in enumerate(card.classes):
            assert all(lookup[plain(text)] == index for text in entry.spellings())


def test_every_benchmark_of_the_literature_has_a_card() -> None:
    assert set(bundled_cards()) >= {
        "ham10000", "ham10000-clean", "isic2016", "isic2017", "isic2018", "isic2019", "isic2020",
        "isic2024", "pad-ufes-20", "ph2", "derm7pt", "milk10k", "fitzpatrick17k",
        "fitzpatrick17k-3", "fitzpatrick17k-9", "ddi", "sd-128", "sd-198", "snu-134", "dermnet-23",
        "daffodil-5", "bcn20000", "hiba", "mskcc", "scin", "med-node", "acne04", "skincap",
        "skincon", "derm1m-holdout", "make-training", "dermamnist", "waterloo", "patch16",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "total", "classes"),
    [
        ("ham10000-zero-shot", 1503, 7),
        ("pad-ufes-20-zero-shot", 461, 6),
        ("snu-134-zero-shot", 2101, 134),
        ("sd-128-zero-shot", 1405, 128),
        ("daffodil-5-zero-shot", 1910, 5),
        ("ph2-zero-shot", 200, 2),
        ("isic2020-zero-shot", 4969, 2),
        ("derm1m-holdout", 9806, None),
        ("hiba-panderm", 1635, 2),
        ("mskcc-panderm", 8984, 2),
        ("ddi-panderm", 647, 2),
        ("bcn20000-panderm", 12413, 9),
        ("dermnet-23-panderm", 19559, 23),
        ("patch16", 129364, 16),
    ],
)
def test_published_sizes(name: str, total: int, classes: int | None) -> None:
    card = get_card(name)
    assert (card.total, card.class_count) == (total, classes)


def test_a_variant_takes_over_what_it_does_not_say(tmp_path: Path) -> None:
    binary, base = get_card("ph2-binary"), get_card("ph2")
    assert binary.like == "ph2"
    assert (binary.licence, binary.citation) == (base.licence, base.citation)
    assert binary.signature == ()  # how a table is known is never taken over
    assert get_card("ph2-zero-shot").class_names == binary.class_names  # through two steps
    path = tmp_path / "mine.yaml"
    path.write_text("like: ham10000\nexpected_n: {total: 12}\n")
    assert read_card(path).class_names == get_card("ham10000").class_names
    assert read_card(path).total == 12
    path.write_text("like: ham1000\n")
    with pytest.raises(CutisError, match="no bundled card") as raised:
        read_card(path)
    assert raised.value.nearest[0] == "ham10000"


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
    assert raised.value.nearest[0] == "ham10000"
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
        ("name: x\nexpected_n: {train: 5, test: 6, total: 10}\n", "sum to 11, not 10"),
        ("name: x\nclasses: [a, b]\nn_classes: 3\n", "n_classes is 3, but 2 are listed"),
        ("name: x\ntasks: [guessing]\n", "tasks.0"),
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
