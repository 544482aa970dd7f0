"""Ranks, averages and differences against brute force and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cutis.stats.standing import (
    bootstrap_p_value,
    competition_ranks,
    mean_over_sets,
    standings,
)


@pytest.fixture
def replicates_mr() -> np.ndarray:
    """Five models in 400 replicates, rounded so that some are equal."""
    rng = np.random.default_rng(3)
    means = np.array([0.6, 0.62, 0.5, 0.62, 0.8])[:, None]
    return np.round(means + 0.05 * rng.standard_normal((5, 400)), 2)


def test_ranks_agree_with_scipy(replicates_mr):
    expected = stats.rankdata(-replicates_mr, method="min", axis=0)
    np.testing.assert_array_equal(competition_ranks(replicates_mr), expected)


def test_a_model_without_a_value_has_no_rank_and_moves_no_other():
    ranks = competition_ranks(np.array([[0.5], [np.nan], [0.7]]))[:, 0]
    assert ranks[0] == 2
    assert np.isnan(ranks[1])
    assert ranks[2] == 1


def test_intervals_of_ranks_agree_with_counting(replicates_mr):
    values = replicates_mr.mean(axis=1)
    for level in (0.5, 0.9, 0.95):
        for model, place in enumerate(standings(values, replicates_mr, level)):
            drawn = sorted(
                1 + sum(other > own for other in column)
                for column in replicates_mr.T.tolist()
                for own in [column[model]]
            )
            tail = (1 - level) / 2 * (len(drawn) - 1)
            assert place.low == drawn[int(np.floor(tail))]
            assert place.high == drawn[int(np.ceil(len(drawn) - 1 - tail))]
            assert place.first == drawn.count(1) / len(drawn)
            assert place.rank == 1 + sum(other > values[model] for other in values)


def test_without_replicates_there_is_a_rank_and_no_interval():
    best, worst = standings(np.array([0.9, 0.1]), None)
    assert (best.rank, worst.rank) == (1, 2)
    assert (best.low, best.high) == (0, 0)
    assert np.isnan(best.first)


def test_equal_models_share_the_better_rank():
    places = standings(np.array([0.7, 0.7, 0.2]), np.array([[0.7] * 9, [0.7] * 9, [0.2] * 9]))
    assert [p.rank for p in places] == [1, 1, 3]
    assert [p.first for p in places] == [1.0, 1.0, 0.0]


def test_the_deviation_of_an_average_is_that_of_independent_sets():
    rng = np.random.default_rng(0)
    deviations = np.array([0.02, 0.05, 0.03])
    drawn = 0.6 + deviations[:, None] * rng.standard_normal((3, 20_000))
    value, interval = mean_over_sets(np.full(3, 0.6), drawn)
    error = np.sqrt((deviations**2).sum()) / 3
    assert value == pytest.approx(0.6)
    assert interval.low == pytest.approx(0.6 - 1.96 * error, abs=0.001)
    assert interval.high == pytest.approx(0.6 + 1.96 * error, abs=0.001)


def test_the_p_value_is_the_normal_one():
    rng = np.random.default_rng(1)
    drawn = 0.04 + 0.02 * rng.standard_normal(5000)
    expected = 2 * stats.norm.sf(0.04 / drawn.std(ddof=1))
    assert bootstrap_p_value(0.04, drawn) == pytest.approx(expected, rel=1e-9)
    assert bootstrap_p_value(-0.04, -drawn) == pytest.approx(expected, rel=1e-9)


def test_p_values_of_equal_models_are_uniform():
    """Two models of equal accuracy: the test calls 5 % of pairs different, no more."""
    rng = np.random.default_rng(2)
    alarms = 0
    for _ in range(400):
        difference_n = rng.choice([-1, 0, 1], p=[0.15, 0.7, 0.15], size=150)
        weights = rng.multinomial(150, np.full(150, 1 / 150), size=200)
        drawn = weights @ difference_n / 150
        alarms += bootstrap_p_value(difference_n.mean(), drawn) < 0.05
    assert 5 <= alarms <= 38


@pytest.mark.parametrize(
    ("difference", "drawn", "expected"),
    [(0.0, np.zeros(9), 1.0), (0.2, np.full(9, 0.2), np.nan), (np.nan, np.ones(9), np.nan),
     (0.1, np.array([np.nan, 0.1]), np.nan)],
)  # fmt: skip
def test_what_does_not_vary_is_not_tested(difference, drawn, expected):
    np.testing.assert_equal(bootstrap_p_value(difference, drawn), expected)


def test_a_level_outside_its_bounds_is_refused():
    with pytest.raises(ValueError, match="confidence"):
        standings(np.array([0.5]), None, 1.5)
