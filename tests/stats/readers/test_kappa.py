"""Kappa against scikit-learn and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from cutis.stats.estimate import Settings
from cutis.stats.readers.kappa import estimate_kappa, kappa_interval, kappa_of_table, pair_table
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
