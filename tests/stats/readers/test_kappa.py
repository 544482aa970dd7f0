"""Kappa against scikit-learn and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from cutis.stats.estimate import Settings
from cutis.stats.readers.kappa import (
    estimate_kappa,
    kappa_interval,
    kappa_of_table,
    kappa_weights,
    pair_table,
)
from cutis.stats.readers.ratings import make_ratings

NAN = float("nan")


@pytest.fixture(scope="module")
def pair() -> np.ndarray:
    generator = np.random.default_rng(1)
    first = generator.integers(0, 4, 80)
    second = np.where(generator.random(80) < 0.6, first, generator.integers(0, 4, 80))
    return np.column_stack([first, second]).astype(float)


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_equals_scikit_learn(pair, weights):
    ratings = make_ratings(pair)
    found = estimate_kappa(ratings, 0, 1, Settings(n_bootstrap=200), weights)
    expected = cohen_kappa_score(*pair.T, weights=None if weights == "none" else weights)
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert found.low < expected < found.high
    assert (found.n, found.method) == (80, "bootstrap-percentile")


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_the_large_sample_interval_equals_statsmodels(pair, weights):
    table = pair_table(make_ratings(pair), 0, 1).sum(axis=0)
    if weights == "none":
        oracle = cohens_kappa(table)
    else:
        oracle = cohens_kappa(table, wt="linear" if weights == "linear" else "quadratic")
    low, high = kappa_interval(table, weights)
    assert low == pytest.approx(oracle.kappa_low, abs=1e-6)
    assert high == pytest.approx(oracle.kappa_upp, abs=1e-6)


def test_replicates_equal_scikit_learn_on_resampled_rows(pair):
    cells = pair_table(make_ratings(pair), 0, 1).reshape(80, -1)
    drawn = np.random.default_rng(2).integers(0, 80, 80)
    weights = np.bincount(drawn, minlength=80)[None].astype(float)
    found = kappa_of_table((weights @ cells).reshape(1, 4, 4), "quadratic")
    assert found[0] == pytest.approx(
        cohen_kappa_score(*pair[drawn].T, weights="quadratic"), abs=1e-12
    )


def test_cases_only_one_rated_do_not_count(pair):
    more = np.vstack([pair, [[2, NAN], [NAN, 1]]])
    one = estimate_kappa(make_ratings(pair), 0, 1, Settings(n_bootstrap=0))
    other = estimate_kappa(make_ratings(more), 0, 1, Settings(n_bootstrap=0))
    assert (one.value, one.n) == (other.value, other.n)


def test_levels_nobody_used_count_as_steps_of_weighted_kappa():
    ratings = [[1, 1], [2, 4], [4, 4], [2, 2], [1, 2], [2, 1]]
    narrow = estimate_kappa(make_ratings(ratings), 0, 1, Settings(n_bootstrap=0), "linear")
    wide = estimate_kappa(
        make_ratings(ratings, [1, 2, 3, 4]), 0, 1, Settings(n_bootstrap=0), "linear"
    )
    expected = cohen_kappa_score(*np.transpose(ratings), weights="linear", labels=[1, 2, 3, 4])
    assert wide.value == pytest.approx(expected)
    assert wide.value != pytest.approx(narrow.value)


def test_one_answer_throughout_is_undefined_and_says_why():
    found = estimate_kappa(make_ratings([[1, 1]] * 5), 0, 1, Settings(n_bootstrap=100))
    assert np.isnan(found.value)
    assert "same answer throughout" in found.note
    assert np.isnan(kappa_interval(np.array([[5.0, 0], [0, 0]]))).all()


def test_no_common_case_is_said():
    found = estimate_kappa(make_ratings([[1, NAN], [NAN, 2]]), 0, 1, Settings())
    assert (found.n, found.note) == (0, "no case was rated by both")


tables = st.lists(st.integers(0, 20), min_size=9, max_size=9).filter(lambda x: sum(x) > 0)


@settings(max_examples=40, deadline=None)
@given(tables, st.permutations(range(3)))
def test_kappa_knows_neither_who_is_first_nor_how_classes_are_numbered(cells, order):
    table = np.array(cells, float).reshape(3, 3)
    mixed = table[np.ix_(order, order)]
    found = kappa_of_table(np.stack([table, table.T, mixed, 3 * table]))
    np.testing.assert_allclose(found, found[:1].repeat(4), atol=1e-12)
    assert np.isnan(found[0]) or -1 <= found[0] <= 1


@settings(max_examples=30, deadline=None)
@given(tables)
def test_weighted_kappa_may_be_read_from_either_end(cells):
    table = np.array(cells, float).reshape(1, 3, 3)
    for weights in ("linear", "quadratic"):
        turned = kappa_of_table(table[:, ::-1, ::-1], weights)
        np.testing.assert_allclose(kappa_of_table(table, weights), turned, atol=1e-12)


@pytest.mark.parametrize("n_levels", [1, 2, 5])
def test_weights_are_zero_on_the_diagonal_and_one_in_the_corners(n_levels):
    for weights in ("none", "linear", "quadratic"):
        cost = kappa_weights(n_levels, weights)
        assert np.diag(cost).tolist() == [0.0] * n_levels
        assert cost.max() == (1.0 if n_levels > 1 else 0.0)
        np.testing.assert_array_equal(cost, cost.T)


def test_a_wider_level_widens_the_large_sample_interval_around_one_value():
    table = np.array([[20, 5], [10, 15]])
    narrow, wide = (kappa_interval(table, confidence=c) for c in (0.8, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high
    assert narrow.low + narrow.high == pytest.approx(wide.low + wide.high)


def test_patients_are_drawn_whole(pair):
    again, patients = np.repeat(pair[:30], 4, axis=0), np.repeat(np.arange(30), 4)
    plain, grouped = (
        estimate_kappa(make_ratings(again), 0, 1, Settings(n_bootstrap=300), "none", groups)
        for groups in (None, patients)
    )
    assert (plain.value, plain.n) == (grouped.value, grouped.n)
    assert grouped.high - grouped.low > 1.5 * (plain.high - plain.low)
