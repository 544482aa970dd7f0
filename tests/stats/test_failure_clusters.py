"""Clusters of images and the contrasts between bad and good ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import fisher_exact
from sklearn.metrics import adjusted_rand_score

from cutis.stats.failure_clusters import (
    Contrast,
    cluster_features,
    find_contrasts,
    fisher_exact_p,
)


def planted(sizes=(40, 30, 20), seed=0):
    rng = np.random.default_rng(seed)
    kind = np.repeat(np.arange(len(sizes)), sizes)
    features = np.eye(8)[kind] * 5 + rng.normal(0, 0.3, (kind.size, 8))
    return features, kind


def test_planted_clusters_are_found_the_largest_first():
    features, kind = planted()
    found = cluster_features(features, n_clusters=3)
    assert adjusted_rand_score(kind, found.cluster_n) == 1.0
    assert np.bincount(found.cluster_n).tolist() == [40, 30, 20]
    assert found.n_components == 8


def test_the_same_seed_gives_the_same_clusters_and_lengths_do_not_matter():
    features, _ = planted()
    lengths = np.random.default_rng(1).uniform(0.5, 20, (len(features), 1))
    one = cluster_features(features)
    other = cluster_features(features * lengths)
    np.testing.assert_array_equal(one.cluster_n, other.cluster_n)
    np.testing.assert_allclose(one.distance_n, other.distance_n, atol=1e-9)


def test_few_images_make_few_clusters():
    features, _ = planted()
    assert len(cluster_features(features).centres_cd) == 4
    assert len(cluster_features(features, min_cluster=2).centres_cd) == 22
    assert cluster_features(features, n_components=3).n_components == 3
    with pytest.raises(ValueError, match="9 images are too few"):
        cluster_features(features[:9])
    with pytest.raises(ValueError, match="zero or not finite"):
        cluster_features(np.zeros((50, 3)))


def test_distances_are_those_from_the_own_centre():
    features, _ = planted()
    found = cluster_features(features, n_clusters=3)
    for cluster in range(3):
        spread = found.distance_n[found.cluster_n == cluster]
        assert 0 < spread.min() < spread.max() < 1


CENTRES = np.array([[0.0], [10.0], [4.0], [11.0]])


def test_the_worst_comes_first_and_is_compared_with_the_nearest_good_one():
    cluster = np.repeat([0, 1, 2, 3], 10)
    right = np.zeros(40, bool)
    right[0:9] = right[10:12] = right[20:24] = right[30:40] = True
    found = find_contrasts(cluster, CENTRES, right, min_cluster=5)
    assert found == (Contrast(1, 3), Contrast(2, 0))


def test_small_clusters_are_neither_bad_nor_good():
    cluster = np.array([0] * 10 + [1] * 3 + [2] * 10)
    right = np.array([1] * 9 + [0] + [0] * 3 + [1] * 4 + [0] * 6, bool)
    assert find_contrasts(cluster, CENTRES[:3], right, 5) == (Contrast(2, 0),)


def test_a_model_that_is_always_right_has_no_contrast():
    cluster = np.repeat([0, 1], 10)
    assert find_contrasts(cluster, CENTRES[:2], np.ones(20, bool), 5) == ()
    assert find_contrasts(cluster, CENTRES[:2], np.zeros(20, bool), 5) == ()


def test_fisher():
    assert fisher_exact_p(3, 20, 15, 30) == fisher_exact([[3, 17], [15, 15]]).pvalue
