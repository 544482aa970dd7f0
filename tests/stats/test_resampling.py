"""Bootstrap and jackknife weights against loops, and the coverage they give."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters, stratify
from cutis.stats.intervals import percentile_interval
from cutis.stats.measures import make_sample, measure_all
from cutis.stats.resampling import (
    bootstrap_weights,
    jackknife_weights,
    multiplicities,
    spread,
)
from tests.stats.samples import make


def stacked(blocks) -> np.ndarray:
    return np.concatenate(list(blocks))


def test_the_rows_of_a_group_come_together():
    made = make(n=400)
    clusters = make_clusters(made.groups, 400)
    weights = stacked(bootstrap_weights(clusters, 50, seed=0))
    assert weights.shape == (50, 400)
    for group in set(made.groups.tolist()):
        inside = weights[:, made.groups == group]
        assert (inside == inside[:, :1]).all()


def test_every_replicate_draws_as_many_groups_as_there_are():
    clusters = make_clusters(make(n=400).groups, 400)
    weights = stacked(bootstrap_weights(clusters, 50, seed=0))
    _, first = np.unique(clusters.index_n, return_index=True)
    np.testing.assert_array_equal(weights[:, first].sum(axis=1), np.full(50, clusters.n_groups))


def test_without_groups_a_replicate_has_as_many_images_as_the_sample():
    weights = stacked(bootstrap_weights(make_clusters(None, 30), 40, seed=0))
    np.testing.assert_array_equal(weights.sum(axis=1), np.full(40, 30))


def test_multiplicities_equal_counting_the_draws():
    drawn = np.random.default_rng(0).integers(0, 9, (20, 9))
    expected = [[row.tolist().count(g) for g in range(9)] for row in drawn]
    np.testing.assert_array_equal(multiplicities(drawn, 9), expected)


def test_rows_get_the_multiplicity_of_their_group():
    made = make(n=60)
    clusters = make_clusters(made.groups, 60)
    counts = np.random.default_rng(0).poisson(1, (3, clusters.n_groups)).astype(float)
    expected = [[row[g] for g in clusters.index_n] for row in counts]
    np.testing.assert_array_equal(spread(counts, clusters), expected)


def test_the_same_seed_draws_the_same_and_another_does_not():
    clusters = make_clusters(None, 50)
    first, again, other = (stacked(bootstrap_weights(clusters, 20, s)) for s in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("n", [50, 700])
def test_a_replicate_does_not_depend_on_how_many_follow(n):
    clusters = make_clusters(None, n)
    few, many = (stacked(bootstrap_weights(clusters, r, 0)) for r in (7, 600))
    np.testing.assert_array_equal(few, many[:7])


def test_a_replicate_does_not_depend_on_the_block_it_is_in(monkeypatch):
    clusters = make_clusters(None, 333)
    whole = stacked(bootstrap_weights(clusters, 100, 0))
    monkeypatch.setattr("cutis.stats.resampling._BLOCK_NUMBERS", 9 * 333)
    np.testing.assert_array_equal(stacked(bootstrap_weights(clusters, 100, 0)), whole)


def test_the_draws_are_uniform():
    weights = stacked(bootstrap_weights(make_clusters(None, 10), 4000, seed=0))
    np.testing.assert_allclose(weights.mean(axis=0), 1.0, atol=0.07)
    np.testing.assert_allclose(weights.var(axis=0), 0.9, atol=0.08)


def test_no_replicates_no_blocks():
    assert list(bootstrap_weights(make_clusters(None, 3), 0, 0)) == []


def test_the_jackknife_leaves_each_group_out_once():
    made = make(n=90)
    clusters = make_clusters(made.groups, 90)
    weights = stacked(jackknife_weights(clusters))
    expected = [(clusters.index_n != g).astype(float) for g in range(clusters.n_groups)]
    np.testing.assert_array_equal(weights, expected)


def test_many_groups_are_left_out_in_parcels():
    clusters = make_clusters(None, 100)
    weights = stacked(jackknife_weights(clusters, max_folds=20))
    assert weights.shape == (20, 100)
    np.testing.assert_array_equal((1 - weights).sum(axis=0), np.ones(100))
    np.testing.assert_array_equal((1 - weights).sum(axis=1), np.full(20, 5))


def test_groups_give_the_coverage_that_images_only_pretend():
    """Forty lesions photographed five times each, right or wrong together: truth 0.7."""
    rng = np.random.default_rng(101)
    lesions = np.repeat(np.arange(40), 5)
    covered = {"lesions": 0, "images": 0}
    for seed in range(150):
        right = rng.random(40)[lesions] < 0.7
        labels = rng.integers(0, 2, 200)
        predicted = np.where(right, labels, 1 - labels)
        sample = make_sample(labels, np.eye(2)[predicted] * 0.8 + 0.1)
        for unit, groups in (("lesions", lesions), ("images", None)):
            clusters = make_clusters(groups, 200)
            found = measure_all(sample, bootstrap_weights(clusters, 200, seed))
            low, high = percentile_interval(found.metrics["accuracy"])
            covered[unit] += low <= 0.7 <= high
    assert 0.9 <= covered["lesions"] / 150 < 0.99
    assert covered["images"] / 150 < 0.75


def test_stratified_replicates_keep_the_groups_of_every_class():
    made = make(n=300, c=3, shares=(0.8, 0.17, 0.03))
    clusters = stratify(make_clusters(made.groups, 300), made.labels)
    weights = stacked(bootstrap_weights(clusters, 60, seed=0))
    _, first = np.unique(clusters.index_n, return_index=True)
    for stratum in range(3):
        of = first[clusters.strata_g == stratum]
        np.testing.assert_array_equal(weights[:, of].sum(axis=1), np.full(60, of.size))
    for group in range(clusters.n_groups):
        inside = weights[:, clusters.index_n == group]
        assert (inside == inside[:, :1]).all()


def test_stratified_draws_are_uniform_and_do_not_depend_on_how_many_follow():
    clusters = stratify(make_clusters(None, 12), np.repeat([0, 1], [4, 8]))
    weights = stacked(bootstrap_weights(clusters, 4000, seed=0))
    np.testing.assert_allclose(weights.mean(axis=0), 1.0, atol=0.07)
    np.testing.assert_array_equal(stacked(bootstrap_weights(clusters, 7, seed=0)), weights[:7])
