"""Nearest neighbours, against scikit-learn and a loop over all pairs."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from cutis.tasks.probe.fitted import unit_rows
from cutis.tasks.probe.neighbours import NeighbourProbe, nearest


@pytest.fixture
def clouds():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 300)
    x = rng.normal(size=(300, 12)) + 1.5 * np.eye(4, 12)[labels]
    return x[:220].astype(np.float32), labels[:220], x[220:].astype(np.float32)


@pytest.mark.parametrize("k", [1, 5, 20])
def test_plain_votes_are_scikit_learns(clouds, k):
    x, y, queries = clouds
    probe = NeighbourProbe(unit_rows(x), y, k, "plain", 4)
    oracle = KNeighborsClassifier(k).fit(unit_rows(x), y)
    assert np.allclose(probe.probabilities(queries), oracle.predict_proba(unit_rows(queries)))


def test_weighted_votes_as_a_loop_gives_them(clouds):
    x, y, queries = clouds
    found = NeighbourProbe(unit_rows(x), y, 10, "weighted", 4).probabilities(queries)
    for query, probs in zip(queries[:20], found, strict=False):
        cosines = [
            float(query @ key) / float(np.linalg.norm(query) * np.linalg.norm(key)) for key in x
        ]
        nearest_10 = sorted(range(len(x)), key=lambda i: -cosines[i])[:10]
        votes = np.zeros(4)
        for i in nearest_10:
            votes[y[i]] += np.exp(cosines[i] / 0.07)
        assert probs == pytest.approx(votes / votes.sum(), abs=1e-5)


def test_equal_similarities_go_to_the_earlier_row():
    keys = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]], np.float32)
    found = nearest(np.array([[1.0, 0.0]], np.float32), keys, 2)
    assert found.row_nk.tolist() == [[1, 2]]


def test_fewer_images_than_neighbours():
    probe = NeighbourProbe(np.eye(2, dtype=np.float32), np.array([0, 1]), 15, "plain", 3)
    assert probe.probabilities(np.array([[1.0, 0.2]])).tolist() == [[0.5, 0.5, 0.0]]


def test_blocks_make_no_difference(clouds, monkeypatch):
    x, y, queries = clouds
    probe = NeighbourProbe(unit_rows(x), y, 5, "weighted", 4)
    whole = probe.probabilities(queries)
    monkeypatch.setattr("cutis.tasks.probe.neighbours.BLOCK", 7)
    assert np.allclose(probe.probabilities(queries), whole, atol=1e-5)


def test_the_length_of_features_does_not_matter(clouds):
    x, y, queries = clouds
    one = NeighbourProbe(unit_rows(x), y, 5, "weighted", 4)
    other = NeighbourProbe(unit_rows(50 * x), y, 5, "weighted", 4)
    assert np.allclose(one.probabilities(queries), other.probabilities(9 * queries), atol=1e-5)
