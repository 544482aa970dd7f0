"""The published check of the data audit: plant a concept, flip some labels, look at its rank."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.prompts import concept_directions, concept_scores
from cutis.stats.estimate import Settings
from cutis.stats.two_groups import compare_groups

K, D = 12, 32
NAMES = [f"concept {i}" for i in range(K)]


@pytest.fixture(scope="module")
def world():
    """Images made of concepts, and texts that point at them; (images, present, texts)."""
    rng = np.random.default_rng(3)
    axes = np.linalg.qr(rng.normal(size=(D, D)))[0][: K + 1]
    present = rng.random((600, K)) < 0.3
    images = axes[K] * 3 + present @ axes[:K] + rng.normal(0, 0.25, (600, D))
    texts = axes[K] * 3 + axes[:K]
    return images, present, texts, axes[K] * 3


def groups_of(present, concept, noise, rng):
    """Draw 100 images with and 100 without, as published, and swap a share between groups."""
    inside = rng.choice(np.flatnonzero(present[:, concept]), 100)
    outside = rng.choice(np.flatnonzero(~present[:, concept]), 100)
    rows, in_a = np.concatenate([inside, outside]), np.arange(200) < 100
    swap = rng.random(200) < noise
    return rows, in_a ^ swap


@pytest.mark.parametrize("concept", [0, 5, 11])
@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_the_planted_concept_is_first_by_both_measures(world, concept, noise):
    images, present, texts, neutral = world
    rng = np.random.default_rng(concept)
    rows, in_a = groups_of(present, concept, noise, rng)
    directions = concept_directions([text[None, None] for text in texts], [neutral[None]])
    scores = concept_scores(images[rows], directions, 0.05)
    found = compare_groups(scores, in_a, NAMES, settings=Settings(n_bootstrap=100))
    sizes = [d.standardised.value for d in found.differences]
    assert int(np.argmax(sizes)) == concept
    assert found.differences[concept].p_holm < 0.001
    unit = images[rows] / np.linalg.norm(images[rows], axis=1, keepdims=True)
    unit_texts = texts / np.linalg.norm(texts, axis=1, keepdims=True)
    delta = unit_texts @ (unit[in_a].mean(axis=0) - unit[~in_a].mean(axis=0))
    assert int(np.argmax(delta)) == concept


def test_with_half_of_the_labels_swapped_nothing_is_found(world):
    images, present, texts, neutral = world
    directions = concept_directions([text[None, None] for text in texts], [neutral[None]])
    alarms = 0
    for seed in range(20):
        rows, in_a = groups_of(present, 4, 0.5, np.random.default_rng(seed))
        scores = concept_scores(images[rows], directions, 0.05)
        found = compare_groups(scores, in_a, NAMES, settings=Settings(n_bootstrap=0))
        alarms += any(d.p_holm < 0.05 for d in found.differences)
    assert alarms <= 4


def test_the_direction_of_the_difference_follows_the_groups(world):
    images, present, texts, neutral = world
    rows, in_a = groups_of(present, 2, 0.0, np.random.default_rng(0))
    directions = concept_directions([text[None, None] for text in texts], [neutral[None]])
    scores = concept_scores(images[rows], directions, 0.05)
    quick = Settings(n_bootstrap=50)
    one = compare_groups(scores, in_a, NAMES, settings=quick).differences[2]
    other = compare_groups(scores, ~in_a, NAMES, settings=quick).differences[2]
    assert one.standardised.value == pytest.approx(-other.standardised.value)
    assert one.superiority == pytest.approx(1 - other.superiority)
    assert one.p == pytest.approx(other.p)
