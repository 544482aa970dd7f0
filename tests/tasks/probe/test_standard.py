"""Logistic regression on standardised features, against scikit-learn in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cutis.tasks.probe.standard import scaling, standard_path

STRENGTHS = (0.001, 0.01, 0.1, 1.0)


def blobs(c: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.choice(c, 300, p=np.arange(c, 0, -1) / np.arange(c, 0, -1).sum())
    x = rng.normal(size=(300, 20)) * rng.uniform(0.1, 30, 20) + rng.normal(size=20) * 100
    x[:, :c] += 20 * np.eye(c)[labels]
    return x.astype(np.float32), labels


@pytest.mark.parametrize("c", [2, 5])
@pytest.mark.parametrize("class_weight", ["none", "balanced"])
def test_every_strength_is_scikit_learns_optimum(c, class_weight):
    x, y = blobs(c)
    path = standard_path(x, y, c, STRENGTHS, class_weight)
    for strength, probe in zip(STRENGTHS, path, strict=True):
        given = None if class_weight == "none" else class_weight
        oracle = make_pipeline(
            StandardScaler(),
            LogisticRegression(C=strength, tol=1e-8, max_iter=10_000, class_weight=given),
        ).fit(x.astype(np.float64), y)
        assert np.abs(probe.probabilities(x) - oracle.predict_proba(x)).max() < 5e-3


def test_the_start_of_the_path_does_not_move_its_end():
    x, y = blobs(4, seed=1)
    *_, warm = standard_path(x, y, 4, STRENGTHS)
    cold = next(standard_path(x, y, 4, STRENGTHS[-1:]))
    assert np.abs(warm.probabilities(x) - cold.probabilities(x)).max() < 5e-3


def test_the_scale_of_features_does_not_matter():
    x, y = blobs(3, seed=2)
    one = next(standard_path(x, y, 3, [0.1]))
    factor, offset = np.float32(1000), np.float32(3)
    other = next(standard_path(x * factor + offset, y, 3, [0.1]))
    ours, theirs = one.probabilities(x), other.probabilities(x * factor + offset)
    assert np.abs(ours - theirs).max() < 1e-3


def test_a_constant_feature_does_no_harm():
    x, y = blobs(3, seed=3)
    x[:, 7] = np.float32(0.1)
    assert scaling(x).deviation_d[7] == 1
    probe = next(standard_path(x, y, 3, [1.0]))
    assert np.isfinite(probe.probabilities(x)).all()
    assert (probe.probabilities(x).argmax(axis=1) == y).mean() > 0.8


def test_a_class_without_images_is_never_answered():
    x, y = blobs(3, seed=4)
    probe = next(standard_path(x, 2 * y, 6, [0.1]))
    probs = probe.probabilities(x)
    assert (probs[:, 1::2] == 0).all()
    assert np.allclose(probs.sum(axis=1), 1)


def test_separable_rows_and_no_penalty_worth_the_name_are_no_warning(recwarn):
    x = np.array([[-1.0], [-2.0], [1.0], [2.0]], np.float32)
    probe = next(standard_path(x, np.array([0, 0, 1, 1]), 2, [1e8]))
    assert np.isfinite(probe.probabilities(x)).all()
    assert [w for w in recwarn if "onverge" in str(w.message)] == []
