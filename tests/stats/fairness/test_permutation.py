"""Subgroups dealt anew: patients stay whole, strata stay balanced, p-values are fair."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters
from cutis.stats.fairness.permutation import permutation_p, permuted_codes
from tests.stats.fairness.people import people


def deal(codes, clusters, strata=None, n=50, seed=0):
    return np.concatenate(list(permuted_codes(codes, clusters, strata, n, seed)))


def test_patients_stay_whole():
    made = people(200)
    codes = (made.sex == "male").astype(int)
    dealt = deal(codes, make_clusters(made.patients, 200))
    assert dealt.shape == (50, 200)
    for patient in set(made.patients):
        inside = dealt[:, made.patients == patient]
        assert (inside == inside[:, :1]).all()
    # as many patients of each sex as before
    assert (dealt.sum(axis=1) == codes.sum()).all()


def test_strata_keep_their_number_in_every_subgroup():
    made = people(200, per_patient=1)
    codes = np.unique(made.tone, return_inverse=True)[1]
    dealt = deal(codes, make_clusters(None, 200), made.labels)
    for label in range(4):
        for code in range(3):
            expected = ((codes == code) & (made.labels == label)).sum()
            assert (((dealt == code) & (made.labels == label)).sum(axis=1) == expected).all()
    assert len(np.unique(dealt, axis=0)) == 50


def test_images_of_one_patient_in_two_subgroups_are_dealt_apart():
    codes = np.array([0, 0, 1, 1])
    dealt = deal(codes, make_clusters(["P", "P", "P", "Q"], 4), n=200)
    assert (dealt[:, 0] == dealt[:, 1]).all()
    assert (dealt[:, 0] != dealt[:, 2]).any()


def test_the_seed_decides_and_the_number_does_not():
    made = people(60)
    codes = (made.sex == "male").astype(int)
    clusters = make_clusters(made.patients, 60)
    assert np.array_equal(deal(codes, clusters, seed=1), deal(codes, clusters, seed=1))
    assert not np.array_equal(deal(codes, clusters, seed=1), deal(codes, clusters, seed=2))


def test_p_counts_the_observed_one():
    assert permutation_p(5.0, np.zeros(99)) == pytest.approx(0.01)
    assert permutation_p(0.0, np.zeros(99)) == 1.0
    assert np.isnan(permutation_p(float("nan"), np.zeros(9)))
    assert np.isnan(permutation_p(0.5, np.full(9, np.nan)))
    assert permutation_p(0.5, np.array([np.nan, 0.1, 0.9])) == pytest.approx(2 / 3)
