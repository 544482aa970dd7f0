"""The nearest class mean, against scikit-learn's nearest centroid."""

from __future__ import annotations

import numpy as np
from scipy.special import softmax
from sklearn.neighbors import NearestCentroid

from cutis.tasks.probe.class_means import fit_means
from cutis.tasks.probe.fitted import unit_rows


def test_the_nearest_centroid_answers():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 5, 200)
    x = (rng.normal(size=(200, 9)) + 2 * np.eye(5, 9)[y]).astype(np.float32)
    probe = fit_means(x, y, 5)
    oracle = NearestCentroid().fit(unit_rows(x), y)
    assert (probe.probabilities(x).argmax(axis=1) == oracle.predict(unit_rows(x))).all()
    units = unit_rows(x).astype(np.float64)
    squared = ((units[:, None] - oracle.centroids_) ** 2).sum(axis=2)
    spread = squared[np.arange(200), y].mean()
    assert np.allclose(probe.probabilities(x), softmax(-squared / (2 * spread), axis=1), atol=1e-5)


def test_one_image_per_class_still_ranks():
    probe = fit_means(np.eye(3, dtype=np.float32), np.array([0, 1, 3]), 4)
    probs = probe.probabilities(np.array([[5.0, 1.0, 0.0]]))
    assert probs[0].argsort()[::-1][:2].tolist() == [0, 1]
    assert probs[0, 2] == 0
    assert probs[0, 0] < 0.99


def test_equal_images_of_two_classes_are_a_tie():
    probe = fit_means(np.ones((2, 3), np.float32), np.array([0, 1]), 2)
    assert np.allclose(probe.probabilities(np.array([[1.0, 2.0, 3.0]])), 0.5)
