"""Whose operating points a run reports, and that they reach metrics.json's block."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.data.cards import DatasetCard, get_card
from cutis.errors import CutisError
from cutis.predictions import make_predictions
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.operating_block import operating_block
from cutis.tasks.operating import operating, positive_classes

CLASSES = ("nevus", "melanoma", "benign keratosis")


def test_the_second_of_two_classes_unless_one_is_given():
    assert positive_classes(("benign", "malignant"), None) == [1]
    assert positive_classes(("benign", "malignant"), None, ["Benign"]) == [0]


def test_of_several_classes_those_the_card_calls_malignant():
    card = DatasetCard(name="x", malignant=("Melanoma", "scc"))
    assert positive_classes(CLASSES, card) == [1]
    assert positive_classes(CLASSES, None) == []
    assert positive_classes(CLASSES, card, ["benign_keratosis", "nevus"]) == [2, 0]


def test_an_unknown_class_is_refused_with_the_nearest():
    with pytest.raises(CutisError, match="no class 'melanom'") as raised:
        positive_classes(CLASSES, None, ["melanom"])
    assert "melanoma" in str(raised.value)


@pytest.mark.parametrize(
    "name", ["ham10000", "pad-ufes-20", "isic2019", "derm7pt", "ham10000-clean"]
)
def test_bundled_cards_flag_classes_they_have(name):
    card = get_card(name)
    names = [entry.name for entry in card.classes]
    assert "melanoma" in card.malignant
    if name != "ham10000-clean":
        assert set(card.malignant) <= set(names)
    assert positive_classes(names, card)


def test_the_block_is_that_of_the_labelled_rows_and_their_groups():
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.ones(3), 30)
    labels = np.arange(30) % 3
    labels[::7] = -1
    groups = np.array([f"L{i // 2}" for i in range(30)], dtype=object)
    names = [f"i{k}" for k in range(30)]
    predictions = make_predictions(
        ids=names, images=names, probs_nc=probs, classes=CLASSES, labels_n=labels, groups_n=groups
    )
    found = operating(predictions, [1], 40, 0.95, 3, "lesion")["operating_points"]
    known = labels >= 0
    expected = operating_block(
        labels[known], probs[known], CLASSES, make_clusters(groups[known], int(known.sum())),
        Settings(40, 0.95, 3, "percentile", "lesion"), [1],
    )  # fmt: skip
    assert found == expected
    assert operating(predictions, [], 40, 0.95, 3, "lesion") == {}
