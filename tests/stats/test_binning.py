"""Bins against quantiles and against counting."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.stats.binning import bin_edges, bin_of


@pytest.mark.parametrize(("n", "n_bins"), [(100, 10), (103, 10), (20, 7)])
def test_equal_mass_bins_differ_by_at_most_one_image(n, n_bins):
    scores = np.random.default_rng(0).random(n)
    sizes = np.bincount(bin_of(scores, bin_edges(scores, n_bins, "mass")), minlength=n_bins)
    assert sizes.sum() == n
    assert sizes.size == n_bins
    assert sizes.max() - sizes.min() <= 1


def test_equal_mass_bins_are_those_of_an_even_cut():
    scores = np.random.default_rng(1).random(60)
    parts = np.array_split(np.sort(scores), 6)
    edges = bin_edges(scores, 6, "mass")
    middles = [(a[-1] + b[0]) / 2 for a, b in pairwise(parts)]
    assert edges[1:-1] == pytest.approx(middles)


def test_neighbouring_floats_are_parted():
    scores = np.array([0.3, np.nextafter(0.3, 1)])
    assert bin_of(scores, bin_edges(scores, 2, "mass")).tolist() == [0, 1]


@given(st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.5 + 2**-53, 1.0]), min_size=1, max_size=40),
       st.integers(1, 12))  # fmt: skip
def test_equal_scores_share_a_bin_and_order_is_kept(values, n_bins):
    scores = np.array(values)
    edges = bin_edges(scores, n_bins, "mass")
    found = bin_of(scores, edges)
    assert (edges[0], edges[-1]) == (0.0, 1.0)
    assert (np.diff(edges) > 0).all()
    assert edges.size - 1 <= n_bins
    for a in range(scores.size):
        for b in range(scores.size):
            if scores[a] == scores[b]:
                assert found[a] == found[b]
            elif scores[a] < scores[b]:
                assert found[a] <= found[b]


def test_constant_scores_make_one_bin():
    assert bin_edges(np.full(9, 0.4), 5, "mass").tolist() == [0.0, 1.0]


def test_scores_a_hair_above_one_stay_in_the_last_bin():
    assert bin_of(np.array([1.0000005]), bin_edges(np.array([1.0]), 4)).tolist() == [3]


def test_refusals():
    with pytest.raises(ValueError, match="0 bins were asked for; at least 1"):
        bin_edges(np.array([0.5]), 0)
    with pytest.raises(ValueError, match="'area' are unknown; use 'width' or 'mass'"):
        bin_edges(np.array([0.5]), 3, "area")
