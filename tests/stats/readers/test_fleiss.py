"""Fleiss' kappa: a worked example, and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from cutis.stats.estimate import Settings
from cutis.stats.readers.fleiss import estimate_fleiss, fleiss_of_counts
from cutis.stats.readers.ratings import make_ratings

# A widely printed worked example: 10 subjects, 14 raters, 5 levels.
WORKED = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def test_the_worked_example():
    assert fleiss_of_counts(np.array(WORKED))[0] == pytest.approx(0.210, abs=5e-4)


def test_equals_statsmodels_with_and_without_weights():
    generator = np.random.default_rng(0)
    answers = generator.integers(0, 3, (40, 5))
    answers[:, 1:] = np.where(generator.random((40, 4)) < 0.5, answers[:, :1], answers[:, 1:])
    ratings = make_ratings(answers)
    found = estimate_fleiss(ratings, Settings(n_bootstrap=200))
    assert found.value == pytest.approx(fleiss_kappa(aggregate_raters(answers)[0]), abs=1e-12)
    assert found.low < found.value < found.high
    drawn = generator.integers(0, 40, 40)
    weights = np.bincount(drawn, minlength=40)[None].astype(float)
    assert fleiss_of_counts(ratings.counts_nc(), weights)[0] == pytest.approx(
        fleiss_kappa(aggregate_raters(answers[drawn], n_cat=None)[0]), abs=1e-12
    )


def test_skipped_cases_are_left_out():
    nan = float("nan")
    full = [[0, 0, 1], [1, 1, 1], [0, 0, 0], [0, 1, 1]]
    found = estimate_fleiss(make_ratings([*full, [0, nan, 1]]), Settings(n_bootstrap=0))
    alone = estimate_fleiss(make_ratings(full), Settings(n_bootstrap=0))
    assert (found.value, found.n) == (alone.value, 4)


def test_what_is_undefined_is_said():
    nan = float("nan")
    same = estimate_fleiss(make_ratings([[1, 1]] * 4), Settings(n_bootstrap=100))
    assert np.isnan(same.value)
    assert "every rating is the same" in same.note
    none = estimate_fleiss(make_ratings([[1, nan], [nan, 1]]), Settings())
    assert none.n == 0
    assert "Krippendorff" in none.note


def test_unequal_numbers_of_raters_are_refused():
    with pytest.raises(ValueError, match="one and the same number"):
        fleiss_of_counts(np.array([[2, 0], [1, 2]]))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_equals_statsmodels_on_any_table_and_forgets_names(seed, raters):
    generator = np.random.default_rng(seed)
    answers = generator.integers(0, 3, (8, raters))
    counts, _ = aggregate_raters(answers, n_cat=3)
    found = fleiss_of_counts(np.stack(counts))[0]
    assert found == pytest.approx(fleiss_kappa(counts), abs=1e-12)
    assert fleiss_of_counts(counts[:, ::-1])[0] == pytest.approx(found, abs=1e-12)
    assert fleiss_of_counts(counts[generator.permutation(8)])[0] == pytest.approx(found, abs=1e-12)


def test_full_agreement_is_one_and_two_raters_are_scotts_pi():
    assert fleiss_of_counts(np.array([[3, 0], [0, 3], [0, 3]]))[0] == pytest.approx(1.0)
    pairs = np.array([[0, 0], [0, 1], [1, 1], [1, 1], [1, 0], [0, 0]])
    share = np.bincount(pairs.ravel()) / pairs.size
    agreed = (pairs[:, 0] == pairs[:, 1]).mean()
    expected = (agreed - (share**2).sum()) / (1 - (share**2).sum())
    found = estimate_fleiss(make_ratings(pairs), Settings(n_bootstrap=0))
    assert found.value == pytest.approx(expected)


def test_a_single_rater_is_refused():
    with pytest.raises(ValueError, match=">= 2"):
        fleiss_of_counts(np.array([[1, 0], [0, 1]]))
    with pytest.raises(ValueError, match="one and the same number"):
        fleiss_of_counts(np.zeros((0, 2)))
