"""Distances between subgroups: sizes count, order and names do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test

from cutis.stats.clusters import make_clusters
from cutis.stats.fairness.distance import plain_distance, scaled_distance
from cutis.stats.fairness.permutation import permutation_p, permuted_codes


def test_two_equal_subgroups_differ_by_a_constant_factor_only():
    values = np.random.default_rng(0).random((20, 2))
    scaled = scaled_distance(values, np.array([50, 50]))
    assert scaled == pytest.approx(plain_distance(values) * 5)


def test_a_tiny_subgroup_counts_little():
    rows = np.array([[0.6, 0.6, 0.2], [0.4, 0.6, 0.5]])
    assert np.argmax(plain_distance(rows)) == 0
    assert np.argmax(scaled_distance(rows, np.array([200, 200, 4]))) == 1


def test_one_subgroup_has_no_distance():
    for found in (plain_distance(np.ones((3, 1))), scaled_distance(np.ones((3, 1)), np.ones(1))):
        assert np.isnan(found).all()


def test_an_undefined_value_makes_the_distance_undefined():
    row = np.array([[0.5, np.nan, 0.7]])
    assert np.isnan(scaled_distance(row, np.array([5, 5, 5])))


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(4)), st.floats(-1, 1))
def test_order_and_shift_change_nothing(order, shift):
    rng = np.random.default_rng(1)
    values, sizes = rng.random((5, 4)), rng.integers(5, 90, 4)
    turned = scaled_distance(values[:, order] + shift, sizes[order])
    assert turned == pytest.approx(scaled_distance(values, sizes))


def test_the_test_of_two_subgroups_equals_scipys():
    rng = np.random.default_rng(2)
    right, codes = rng.integers(0, 2, 40).astype(float), np.repeat([0, 1], [25, 15])

    def away(a, b, axis=-1):
        return np.abs(a.mean(axis=axis) - b.mean(axis=axis))

    expected = permutation_test(
        (right[codes == 0], right[codes == 1]), away, vectorized=True, n_resamples=4999,
        alternative="greater", rng=np.random.default_rng(0),
    )  # fmt: skip
    dealt = np.concatenate(list(permuted_codes(codes, make_clusters(None, 40), None, 4999, seed=0)))
    rates = np.stack(
        [(right * (dealt == g)).sum(axis=1) / (dealt == g).sum(axis=1) for g in (0, 1)], axis=1
    )
    seen = scaled_distance(rates, np.array([25, 15]))
    observed = np.array([[right[codes == 0].mean(), right[codes == 1].mean()]])
    p = permutation_p(float(scaled_distance(observed, np.array([25, 15]))[0]), seen)
    assert p == pytest.approx(expected.pvalue, abs=0.03)
