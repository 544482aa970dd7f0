"""Validation scores of a pair, against scikit-learn and by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, log_loss

from cutis.models.pairing.projections import Projections
from cutis.tasks.pair_scores import (
    SCALES,
    Validation,
    balanced_accuracy,
    cosines,
    fit_scale,
    mean_recall,
    measure,
    probabilities,
    score,
)

IDENTITY = Projections(np.eye(4, dtype=np.float32), np.zeros(4, np.float32),
                       np.eye(4, dtype=np.float32), np.zeros(4, np.float32), 10.0)  # fmt: skip


@pytest.fixture
def validation() -> Validation:
    rng = np.random.default_rng(0)
    labels = np.array([0] * 30 + [1] * 12 + [2] * 6 + [-1] * 2)
    class_of_text = np.array([0, 0, 1, 1, 2])
    texts = np.eye(4)[class_of_text] + 0.2 * rng.normal(size=(5, 4))
    images = np.eye(4)[labels] + 0.7 * rng.normal(size=(50, 4))
    return Validation(
        images_nd=images.astype(np.float32),
        labels_n=labels,
        groups_n=np.array([f"L{i // 2}" for i in range(50)], object),
        class_texts_md=texts.astype(np.float32),
        class_of_text_m=class_of_text,
        classes=("a", "b", "c"),
        captions_md=np.zeros((0, 4), np.float32),
        captions_of_n=[()] * 50,
    )


def with_captions(validation: Validation, captions: np.ndarray, of_image: list) -> Validation:
    return replace(validation, captions_md=captions.astype(np.float32), captions_of_n=of_image)


def test_balanced_accuracy_is_scikit_learns(validation: Validation):
    rows = validation.labelled()
    assert rows.tolist() == list(range(48))
    unit = validation.images_nd[rows] / np.linalg.norm(validation.images_nd[rows], axis=1)[:, None]
    texts = validation.class_texts_md / np.linalg.norm(validation.class_texts_md, axis=1)[:, None]
    means = np.stack([texts[validation.class_of_text_m == k].mean(0) for k in range(3)])
    means /= np.linalg.norm(means, axis=1)[:, None]
    np.testing.assert_allclose(cosines(IDENTITY, validation), unit @ means.T, atol=1e-6)
    expected = balanced_accuracy_score(validation.labels_n[rows], (unit @ means.T).argmax(1))
    assert 0.5 < expected < 1
    assert balanced_accuracy(IDENTITY, validation) == pytest.approx(expected)
    assert score(IDENTITY, validation) == pytest.approx(expected)


def test_mean_recall_by_hand(validation: Validation):
    """Twelve images on a circle; each caption lies on its image, two share one caption."""
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    images = np.stack([np.cos(turn), np.sin(turn), 0 * turn, 0 * turn], axis=1).astype(np.float32)
    own = [(i,) for i in range(12)]
    exact = with_captions(replace(validation, images_nd=images, classes=()), images, own)
    assert mean_recall(IDENTITY, exact) == pytest.approx(1.0)
    opposite = with_captions(exact, -images, own)  # the own caption is the last of twelve
    assert mean_recall(IDENTITY, opposite) == pytest.approx(0.0, abs=1e-9)
    shared = with_captions(exact, images, [(1,), (1,), *own[2:]])
    # image 0 finds its caption second or third (the neighbours on both sides are level, one of
    # them is right); every other image, and every caption, finds its own at once
    to_text = np.mean([11.5 / 12, 1.0, 1.0])
    assert mean_recall(IDENTITY, shared) == pytest.approx((to_text + 1) / 2, abs=0.01)


def test_with_labels_and_captions_the_score_is_the_mean(validation: Validation):
    of_image = [(int(max(label, 0)),) for label in validation.labels_n]
    both = with_captions(validation, np.eye(4)[:3], of_image)
    expected = (balanced_accuracy(IDENTITY, both) + mean_recall(IDENTITY, both)) / 2
    assert score(IDENTITY, both) == pytest.approx(expected)
    assert score(IDENTITY, replace(both, classes=())) == pytest.approx(mean_recall(IDENTITY, both))


def test_nothing_to_score_is_no_number(validation: Validation):
    assert np.isnan(score(IDENTITY, replace(validation, classes=())))
    one = replace(validation, labels_n=np.where(validation.labels_n > 0, -1, validation.labels_n))
    assert np.isnan(score(IDENTITY, one))


def test_the_scale_is_where_the_balanced_log_loss_is_least(validation: Validation):
    found, labels = cosines(IDENTITY, validation), validation.labels_n[:48]
    weights = 1 / np.bincount(labels)[labels]
    losses = [log_loss(labels, probabilities(found, s), sample_weight=weights) for s in SCALES]
    assert fit_scale(found, labels) == SCALES[int(np.argmin(losses))]
    assert 1 < fit_scale(found, labels) < 200


def test_metrics_carry_intervals_over_groups(validation: Validation):
    of_image = [(int(max(label, 0)),) for label in validation.labels_n]
    both = with_captions(validation, np.eye(4)[:3], of_image)
    found = measure(IDENTITY, both, 10.0, 100, 0.9, 0, "lesion_id")
    record = found["zero_shot"]["metrics"]["balanced_accuracy"]
    assert record["value"] == pytest.approx(balanced_accuracy(IDENTITY, both))
    assert record["low"] < record["value"] < record["high"]
    assert (found["zero_shot"]["n"], found["zero_shot"]["n_groups"]) == (48, 24)
    assert found["zero_shot"]["grouping"] == "lesion_id"
    assert found["image_to_text"]["n"] == 50
    assert found["image_to_text"]["n_groups"] == 25
    assert found["text_to_image"]["n"] == 3
    alone = measure(IDENTITY, replace(both, classes=(), groups_n=None), 10.0, 100, 0.9, 0, None)
    assert set(alone) == {"image_to_text", "text_to_image"}
    assert alone["image_to_text"]["n_groups"] == 50
