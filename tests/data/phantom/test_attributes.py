"""The tables of the generative rule, and drawing from them."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.data.cards import get_card
from cutis.data.phantom.attributes import (
    ATTRIBUTES,
    BY_NAME,
    CLASSES,
    CODES,
    PRIORS,
    Attribute,
    draw_attributes,
)


@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=lambda a: a.name)
def test_every_column_is_a_distribution_without_zeros(attribute: Attribute) -> None:
    table = attribute.probabilities()
    assert table.shape == (len(attribute.levels), len(CLASSES))
    np.testing.assert_allclose(table.sum(axis=0), 1.0, atol=1e-12)
    assert table.min() > 0, "a zero would make a posterior of exactly 0 or 1"


def test_classes_are_those_of_ham10000_in_its_order() -> None:
    card = get_card("ham10000")
    assert card.class_names == CLASSES
    assert tuple(entry.code for entry in card.classes) == CODES


def test_priors_sum_to_one() -> None:
    for name, prior in PRIORS.items():
        assert sum(prior) == pytest.approx(1.0, abs=1e-6), name


@pytest.mark.parametrize("diagnosis", [0, 4, 6])
def test_drawn_frequencies_follow_the_table(diagnosis: int) -> None:
    rng = np.random.default_rng(diagnosis)
    n = 4000
    drawn = [draw_attributes(rng, diagnosis) for _ in range(n)]
    for name, attribute in BY_NAME.items():
        counts = np.bincount([d[name] for d in drawn], minlength=len(attribute.levels))
        expected = attribute.probabilities()[:, diagnosis]
        error = np.sqrt(expected * (1 - expected) / n)
        assert np.all(np.abs(counts / n - expected) < 4.5 * error + 1e-9), name


def test_attributes_are_independent_given_the_diagnosis() -> None:
    rng = np.random.default_rng(1)
    drawn = [draw_attributes(rng, 4) for _ in range(6000)]
    veil = np.array([d["blue_white_veil"] for d in drawn])
    streaks = np.array([d["streaks"] > 0 for d in drawn])
    assert abs(np.corrcoef(veil, streaks)[0, 1]) < 4.5 / np.sqrt(6000)
