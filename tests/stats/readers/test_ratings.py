"""Ratings are checked; the case bootstrap is the plain one."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.readers.ratings import estimate_over_cases, make_ratings, replicate
from cutis.stats.resampling import bootstrap_weights

NAN = float("nan")


def test_levels_are_those_that_occur_unless_given():
    assert make_ratings([[3, 1], [NAN, 1]]).levels_c.tolist() == [1, 3]
    assert make_ratings([[3, 1]], levels=[1, 2, 3]).levels_c.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("values", "levels", "said"),
    [
        ([[1], [2]], None, "two raters"),
        (np.zeros((0, 3)), None, "at least one case"),
        ([[1, 5]], [1, 2], "rating 5 is none of the 2 levels"),
    ],
)
def test_what_is_no_table_of_ratings_is_refused(values, levels, said):
    with pytest.raises(ValueError, match=said):
        make_ratings(values, levels)


def test_the_interval_is_the_percentiles_of_drawing_groups_again():
    generator = np.random.default_rng(0)
    x, groups = generator.normal(size=30), np.repeat(np.arange(10), 3)
    settings = Settings(n_bootstrap=500, seed=4)
    estimate = estimate_over_cases(lambda w: w @ x / w.sum(axis=1), 30, settings, groups_n=groups)
    weights = np.concatenate(list(bootstrap_weights(make_clusters(groups, 30), 500, 4)))
    slow = [np.repeat(x, row.astype(int)).mean() for row in weights]
    assert estimate.low == pytest.approx(np.quantile(slow, 0.025), abs=1e-12)
    assert estimate.high == pytest.approx(np.quantile(slow, 0.975), abs=1e-12)
    assert replicate(lambda w: w.sum(axis=1), make_clusters(None, 5), settings).tolist() == (
        [5.0] * 500
    )


def test_without_a_bootstrap_there_is_a_value_and_no_interval():
    estimate = estimate_over_cases(lambda w: w @ np.arange(3) / 3, 3, Settings(n_bootstrap=0))
    assert estimate.value == 1.0
    assert np.isnan(estimate.low)
    assert estimate.note == "no interval was asked for"
