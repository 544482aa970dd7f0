"""Concept scores: the golden vectors, the published fixture, softmax and sigmoid alike."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import softmax

from cutis.prompts.concept_scores import (
    PUBLISHED_TEMPERATURE,
    concept_directions,
    concept_scores,
)

IMAGES = np.array([[3.0, 4.0, 0.0], [0.0, 1.0, 1.0]])
TARGETS = [np.array([[[1, 0, 0], [1, 1, 0]], [[0, 1, 0], [0, 1, 1]]], dtype=float)]
REFERENCES = [np.array([[0.0, 0, 1]]), np.array([[1.0, 0, 1]])]
GOLDEN = [
    ("per-template", 1.0, [0.6265927, 0.4875757]),
    ("per-template", 0.02, [0.9999988, 0.5]),
    ("per-template", PUBLISHED_TEMPERATURE, [1.0, 0.5]),
    ("flattened", 1.0, [0.6287310, 0.4870587]),
    ("flattened", 0.02, [1.0, 0.0698605]),
    ("flattened", PUBLISHED_TEMPERATURE, [1.0, 0.0059275]),
]


@pytest.mark.parametrize(("variant", "temperature", "expected"), GOLDEN)
def test_golden_vectors(variant, temperature, expected):
    directions = concept_directions(TARGETS, REFERENCES)
    scores = concept_scores(IMAGES, directions, temperature, variant)
    np.testing.assert_allclose(scores[:, 0], expected, atol=5e-7)


def test_the_published_temperature():
    assert pytest.approx(0.0101083, abs=5e-8) == PUBLISHED_TEMPERATURE


def test_the_published_annotation_is_reproduced(shared):
    from sklearn.metrics import roc_auc_score

    folder = shared / "parity" / "concept_annotation"
    given, wanted = np.load(folder / "inputs.npz"), np.load(folder / "outputs.npz")
    metrics = json.loads((folder / "metrics.json").read_text())
    names = list(metrics["per_concept"])
    directions = concept_directions(
        [given[f"target_embeddings_raw_{name}"] for name in names],
        list(given["ref_embeddings_raw"]),
    )
    scores = concept_scores(given["image_features_raw"], directions, metrics["temp"])
    for i, name in enumerate(names):
        # the reference computes in single precision, whose error the temperature enlarges 99-fold
        np.testing.assert_allclose(scores[:, i], wanted[f"score_{name}"], atol=2e-5)
        auroc = roc_auc_score(given["labels"][:, i], scores[:, i])
        assert auroc == pytest.approx(metrics["per_concept"][name], abs=1e-6)


def brute_force(images, targets_ktd, references, temperature):
    """The published formula, softmax and loops and all, for one concept."""

    def unit(v):
        return v / np.linalg.norm(v)

    out = []
    for image in images:
        shares = []
        for targets, refs in zip(targets_ktd, references, strict=True):
            a = np.mean([unit(image) @ unit(t) for t in targets])
            r = np.mean([unit(image) @ unit(t) for t in refs])
            shares.append(softmax(np.array([a, r]) / temperature)[0])
        out.append(np.mean(shares))
    return np.array(out)


def test_several_concepts_with_different_numbers_of_terms_and_references():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(7, 5))
    targets = [rng.normal(size=(3, t, 5)) for t in (1, 4, 2)]
    references = [rng.normal(size=(r, 5)) for r in (1, 2, 3)]
    scores = concept_scores(images, concept_directions(targets, references), 0.05)
    for i, target in enumerate(targets):
        np.testing.assert_allclose(
            scores[:, i], brute_force(images, target, references, 0.05), atol=1e-12
        )


def test_flattened_weighs_every_reference_text_alike():
    rng = np.random.default_rng(1)
    images, targets = rng.normal(size=(4, 5)), rng.normal(size=(2, 3, 5))
    references = [rng.normal(size=(1, 5)), rng.normal(size=(3, 5))]
    scores = concept_scores(images, concept_directions([targets], references), 0.1, "flattened")
    flat = brute_force(images, targets.reshape(1, 6, 5), [np.concatenate(references)], 0.1)
    np.testing.assert_allclose(scores[:, 0], flat, atol=1e-12)


def test_lengths_do_not_matter_and_nothing_overflows():
    directions = concept_directions(TARGETS, REFERENCES)
    np.testing.assert_allclose(
        concept_scores(IMAGES, directions, 0.5), concept_scores(1e6 * IMAGES, directions, 0.5)
    )
    with np.errstate(all="raise", under="ignore"):
        extreme = concept_scores(IMAGES, directions, 1e-6)
    assert np.isfinite(extreme).all()


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_temperatures_are_refused(temperature):
    with pytest.raises(ValueError, match="must be a positive number"):
        concept_scores(IMAGES, concept_directions(TARGETS, REFERENCES), temperature)


def test_features_of_another_model_are_refused():
    directions = concept_directions(TARGETS, REFERENCES)
    with pytest.raises(ValueError, match="4 dimensions, the texts 3"):
        concept_scores(np.ones((2, 4)), directions, 1.0)
    with pytest.raises(ValueError, match="image feature is zero"):
        concept_scores(np.zeros((1, 3)), directions, 1.0)
    with pytest.raises(ValueError, match="reference feature is zero"):
        concept_directions(TARGETS, [np.zeros((1, 3)), np.ones((1, 3))])
    with pytest.raises(ValueError, match="the 1 templates"):
        concept_directions(TARGETS, REFERENCES[:1])
