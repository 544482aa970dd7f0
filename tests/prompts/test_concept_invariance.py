"""What must not change a concept score, and what must."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.prompts.concept_scores import concept_directions, concept_scores

VARIANTS = ("per-template", "flattened")


def sample(seed, d=6, n=9):
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(n, d))
    targets = [rng.normal(size=(3, t, d)) for t in (1, 2, 4)]
    references = [rng.normal(size=(r, d)) for r in (2, 2, 2)]
    return images, targets, references


def scored(images, targets, references, temperature=0.1, variant="per-template"):
    return concept_scores(images, concept_directions(targets, references), temperature, variant)


@pytest.mark.parametrize("variant", VARIANTS)
@given(seed=st.integers(0, 10_000), temperature=st.floats(1e-3, 10))
@settings(max_examples=30, deadline=None)
def test_scores_are_between_zero_and_one(variant, seed, temperature):
    scores = scored(*sample(seed), temperature, variant)
    assert scores.shape == (9, 3)
    assert ((scores >= 0) & (scores <= 1)).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_turning_the_whole_space_changes_nothing(variant):
    images, targets, references = sample(1)
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(6, 6)))[0]
    one = scored(images, targets, references, variant=variant)
    turned = [part @ turn for part in targets], [part @ turn for part in references]
    np.testing.assert_allclose(scored(images @ turn, *turned, variant=variant), one, atol=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_order_of_templates_and_terms_changes_nothing(variant):
    images, targets, references = sample(3)
    one = scored(images, targets, references, variant=variant)
    turned = [part[::-1, ::-1] for part in targets], references[::-1]
    np.testing.assert_allclose(scored(images, *turned, variant=variant), one, atol=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
def test_concepts_do_not_touch_each_other(variant):
    images, targets, references = sample(4)
    together = scored(images, targets, references, variant=variant)
    for i, target in enumerate(targets):
        alone = scored(images, [target], references, variant=variant)
        np.testing.assert_allclose(alone[:, 0], together[:, i], atol=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
def test_exchanging_concept_and_reference_mirrors_the_score(variant):
    images, targets, references = sample(5)
    forth = scored(images, [targets[1]], list(references), variant=variant)
    back = scored(images, [np.stack(references)], list(targets[1]), variant=variant)
    np.testing.assert_allclose(forth, 1 - back, atol=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_text_equal_to_its_reference_scores_one_half(variant):
    images, _, references = sample(6)
    same = np.stack(references)
    scores = scored(images, [same], references, 0.01, variant)
    np.testing.assert_allclose(scores, 0.5, atol=1e-12)


def test_a_high_temperature_draws_scores_to_the_middle():
    images, targets, references = sample(7)
    cold = scored(images, targets, references, 0.05)
    warm = scored(images, targets, references, 5.0)
    assert np.abs(warm - 0.5).max() < 0.15 < np.abs(cold - 0.5).max()


def test_one_template_makes_both_variants_equal():
    images, targets, references = sample(8)
    one = [part[:1] for part in targets], references[:1]
    np.testing.assert_allclose(
        scored(images, *one, variant="flattened"), scored(images, *one), atol=1e-12
    )


def test_a_term_given_twice_counts_twice():
    images, targets, references = sample(9)
    doubled = np.concatenate([targets[1], targets[1][:, :1]], axis=1)
    plain = scored(images, [targets[1]], references)
    assert not np.allclose(scored(images, [doubled], references), plain)
