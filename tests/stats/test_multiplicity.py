"""Holm and Benjamini-Hochberg against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from cutis.stats.multiplicity import benjamini_hochberg, holm

METHODS = [(holm, "holm"), (benjamini_hochberg, "fdr_bh")]


@pytest.mark.parametrize(("ours", "theirs"), METHODS)
@pytest.mark.parametrize("m", [1, 2, 7, 40])
def test_equals_statsmodels(ours, theirs, m):
    p = np.random.default_rng(m).random(m) ** 3
    np.testing.assert_allclose(ours(p), multipletests(p, method=theirs)[1], rtol=1e-12)


@pytest.mark.parametrize(("ours", "theirs"), METHODS)
def test_ties_and_ends_equal_statsmodels(ours, theirs):
    p = np.array([0.0, 1.0, 0.02, 0.02, 0.5, 0.0])
    np.testing.assert_allclose(ours(p), multipletests(p, method=theirs)[1])


@pytest.mark.parametrize("ours", [holm, benjamini_hochberg])
def test_a_test_that_was_not_possible_counts_as_none(ours):
    with_hole = ours(np.array([0.01, np.nan, 0.04]))
    np.testing.assert_allclose(with_hole[[0, 2]], ours(np.array([0.01, 0.04])))
    assert np.isnan(with_hole[1])
    assert np.isnan(ours(np.array([np.nan]))).all()
    assert ours(np.array([])).size == 0


@pytest.mark.parametrize("ours", [holm, benjamini_hochberg])
@pytest.mark.parametrize("wrong", [-0.1, 1.2])
def test_what_is_no_p_value_is_refused(ours, wrong):
    with pytest.raises(ValueError, match="no p-value"):
        ours(np.array([0.5, wrong]))


def test_p_values_picked_out_of_more_count_the_rest_as_larger():
    picked = np.array([0.004, 0.001, np.nan, 0.02])
    everything = np.concatenate([[0.004, 0.001, 0.02], np.full(7, 0.9)])
    np.testing.assert_allclose(holm(picked, 10)[[0, 1, 3]], holm(everything)[:3])
    np.testing.assert_allclose(
        benjamini_hochberg(picked, 10)[[0, 1, 3]], benjamini_hochberg(everything)[:3]
    )
    assert np.isnan(holm(picked, 10)[2])
    np.testing.assert_array_equal(holm(picked, 1), holm(picked))
