"""The zero-shot classifier against torch and against recorded outputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cutis.prompts.classifier import text_classifier, zero_shot_probabilities


def features(rows: int, d: int = 16, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, d)).astype(np.float32)


def test_directions_equal_torch_with_unequal_numbers_of_texts():
    texts, classes = features(10), np.array([0, 2, 1, 1, 0, 2, 2, 2, 1, 0])
    unit = F.normalize(torch.tensor(texts, dtype=torch.float64), dim=1)
    means = torch.stack([unit[torch.tensor(classes == k)].mean(0) for k in range(3)])
    expected = F.normalize(means, dim=1)
    ours = text_classifier(texts, classes, 3)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, expected, atol=1e-7)


def test_the_length_of_a_text_feature_does_not_matter():
    texts, classes = features(6), np.repeat([0, 1], 3)
    longer = texts * np.array([[1], [10], [0.1], [3], [7], [1e4]], np.float32)
    np.testing.assert_allclose(
        text_classifier(longer, classes, 2), text_classifier(texts, classes, 2), atol=1e-6
    )


@pytest.mark.parametrize("scale", [1.0, 14.3, 100.0])
def test_probabilities_equal_torch(scale):
    images, weights = features(20), text_classifier(features(5, seed=1), np.arange(5), 5)
    unit = F.normalize(torch.tensor(images, dtype=torch.float64), dim=1)
    expected = (scale * unit @ torch.tensor(weights, dtype=torch.float64).T).softmax(dim=1)
    ours = zero_shot_probabilities(images, weights, scale)
    np.testing.assert_allclose(ours, expected, atol=1e-12)
    np.testing.assert_allclose(ours.sum(axis=1), 1.0, atol=1e-12)


def test_the_length_of_an_image_feature_does_not_matter():
    weights = text_classifier(features(5, seed=1), np.arange(5), 5)
    np.testing.assert_allclose(
        zero_shot_probabilities(features(7) * 50, weights),
        zero_shot_probabilities(features(7), weights),
        atol=1e-6,
    )


def test_an_image_does_not_depend_on_its_batch():
    images, weights = features(33), text_classifier(features(5, seed=1), np.arange(5), 5)
    alone = np.concatenate([zero_shot_probabilities(row[None], weights) for row in images])
    np.testing.assert_allclose(zero_shot_probabilities(images, weights), alone, atol=1e-13)


def test_no_scale_overflows():
    probs = zero_shot_probabilities(np.eye(2), np.eye(2), scale=1e6)
    np.testing.assert_array_equal(probs, np.eye(2))


def test_the_scale_does_not_change_the_ranking():
    images, weights = features(20), text_classifier(features(5, seed=1), np.arange(5), 5)
    order = [zero_shot_probabilities(images, weights, s).argsort(axis=1) for s in (3.0, 30.0)]
    np.testing.assert_array_equal(*order)


@pytest.mark.parametrize(
    ("texts", "classes", "n", "said"),
    [
        (np.ones((2, 3)), [0], 2, "2 text features but 1 classes"),
        (np.ones((2, 3)), [0, 0], 2, "every class from 0 to 1"),
        (np.ones((2, 3)), [0, 2], 2, "every class from 0 to 1"),
        (np.zeros((1, 3)), [0], 1, "row 0 is zero or not finite"),
        (np.full((1, 3), np.nan), [0], 1, "row 0 is zero or not finite"),
        (np.ones(3), [0], 1, r"must be \(rows, d\)"),
        (np.array([[1.0, 0], [-1, 0]]), [0, 0], 1, "mean text"),
    ],
)
def test_texts_that_give_no_direction_are_refused(texts, classes, n, said):
    with pytest.raises(ValueError, match=said):
        text_classifier(texts, np.array(classes), n)


@pytest.mark.parametrize(
    ("images", "weights", "scale", "said"),
    [
        (np.ones((2, 4)), np.eye(3), 100, "both must come from one model"),
        (np.array([[1.0, 0], [0, 0]]), np.eye(2), 100, "row 1 is zero or not finite"),
        (np.ones((1, 2)), np.eye(2), 0, "scale is 0"),
        (np.ones((1, 2)), np.eye(2), float("nan"), "positive number"),
    ],
)
def test_images_that_cannot_be_compared_are_refused(images, weights, scale, said):
    with pytest.raises(ValueError, match=said):
        zero_shot_probabilities(images, weights, scale)


@pytest.fixture
def recorded(shared: Path) -> dict[str, np.ndarray]:
    folder = shared / "parity" / "zero_shot"
    return {**np.load(folder / "inputs.npz"), **np.load(folder / "outputs.npz")}


@pytest.mark.shared
def test_recorded_classifier(recorded):
    ours = text_classifier(recorded["tmpl_text_embeddings"], np.repeat(np.arange(7), 8), 7)
    np.testing.assert_allclose(ours.T, recorded["tmpl_classifier"], rtol=0, atol=1e-6)


@pytest.mark.shared
@pytest.mark.parametrize("task", ["ham", "bin"])
def test_recorded_probabilities(recorded, task):
    ours = zero_shot_probabilities(
        recorded[f"{task}_image_features"], recorded[f"{task}_classifier"].T
    )
    # The recording rounds logits near 70 to single precision, in steps of 7.6e-6, which moves a
    # probability p by up to p(1-p) times a few such half steps; ours are exact.
    np.testing.assert_allclose(ours, recorded[f"{task}_probs"], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(ours.argmax(axis=1), recorded[f"{task}_pred"])
