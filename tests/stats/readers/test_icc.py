"""Intraclass correlations: the table of Shrout and Fleiss (1979), and a mixed model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.stats.readers.icc import (
    ICC_KINDS,
    icc_interval,
    icc_of,
    icc_statistic,
    mean_squares,
)

# Shrout and Fleiss (1979), table 2: four judges rate six targets.
TABLE = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
PUBLISHED = {"1": 0.17, "2": 0.29, "3": 0.71, "1k": 0.44, "2k": 0.62, "3k": 0.91}
# The same table in the usual packages.
INTERVALS = {
    "1": (-0.133, 0.723),
    "2": (0.019, 0.761),
    "3": (0.342, 0.946),
    "1k": (-0.884, 0.912),
    "2k": (0.071, 0.927),
    "3k": (0.676, 0.986),
}


@pytest.mark.parametrize("kind", ICC_KINDS)
def test_shrout_and_fleiss(kind):
    assert icc_of(mean_squares(TABLE), kind)[0] == pytest.approx(PUBLISHED[kind], abs=0.005)
    assert icc_interval(TABLE, kind) == pytest.approx(INTERVALS[kind], abs=0.002)


def test_mean_squares_of_the_published_table():
    squares = mean_squares(TABLE)
    assert squares.cases[0] == pytest.approx(11.24, abs=0.005)
    assert squares.raters[0] == pytest.approx(32.49, abs=0.005)
    assert squares.error[0] == pytest.approx(1.02, abs=0.005)
    assert squares.within[0] == pytest.approx(6.26, abs=0.005)


@pytest.mark.parametrize("kind", ICC_KINDS)
def test_weights_are_repeated_rows(kind):
    drawn = np.array([0, 0, 3, 4, 5, 2])
    weights = np.bincount(drawn, minlength=6)[None].astype(float)
    expected = icc_of(mean_squares(TABLE[drawn]), kind)
    np.testing.assert_allclose(icc_statistic(TABLE, kind)(weights), expected, atol=1e-12)


def test_the_interval_covers_as_often_as_it_says():
    generator, covered = np.random.default_rng(0), 0
    for _ in range(300):
        cases, raters = generator.normal(size=(20, 1)), generator.normal(0, 0.5, (1, 4))
        low, high = icc_interval(cases + raters + generator.normal(0, 0.8, (20, 4)), "2")
        covered += low < 1 / (1 + 0.25 + 0.64) < high
    assert 0.91 < covered / 300 < 0.99


def test_raters_who_agree_wholly_have_no_analytic_interval():
    same = np.repeat(np.arange(5.0)[:, None], 3, axis=1)
    assert icc_of(mean_squares(same), "2")[0] == pytest.approx(1.0)
    assert np.isnan(icc_interval(same, "2")).all()


def test_constant_ratings_are_undefined():
    assert np.isnan(icc_of(mean_squares(np.ones((4, 3))), "3")[0])


@pytest.mark.parametrize("table", [np.ones((1, 3)), np.ones((3, 1)), np.full((3, 3), np.nan)])
def test_too_little_is_refused(table):
    with pytest.raises(ValueError, match="two cases and two raters"):
        mean_squares(table)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(3, 8))
def test_mean_squares_equal_the_textbook_sums(seed, k, n):
    values = np.random.default_rng(seed).normal(size=(n, k))
    found = mean_squares(values)
    grand, rows, columns = values.mean(), values.mean(axis=1), values.mean(axis=0)
    rest = values - rows[:, None] - columns + grand
    expected = (
        k * ((rows - grand) ** 2).sum() / (n - 1),
        n * ((columns - grand) ** 2).sum() / (k - 1),
        (rest**2).sum() / ((n - 1) * (k - 1)),
        ((values - rows[:, None]) ** 2).sum() / (n * (k - 1)),
    )
    assert [float(x[0]) for x in found[:4]] == pytest.approx(expected)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(ICC_KINDS))
def test_correlations_forget_units_and_the_order_of_cases_and_raters(seed, kind):
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(6, 3))
    moved = (7 * values - 3)[generator.permutation(6)][:, generator.permutation(3)]
    one, other = (icc_of(mean_squares(v), kind)[0] for v in (values, moved))
    assert one == pytest.approx(other)
    assert icc_interval(values, kind) == pytest.approx(icc_interval(moved, kind))


def test_a_strict_rater_lowers_agreement_and_leaves_consistency():
    strict = TABLE + np.array([0, 0, 0, 10.0])
    for kind, same in (("3", True), ("3k", True), ("2", False), ("1", False)):
        one, other = (icc_of(mean_squares(t), kind)[0] for t in (TABLE, strict))
        assert (one == pytest.approx(other)) == same
        assert other <= one + 1e-12
