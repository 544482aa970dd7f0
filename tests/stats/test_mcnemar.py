"""McNemar's test against statsmodels and the definition of mid-p."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar as reference

from cutis.stats.mcnemar import mcnemar


def answers(both: int, only_first: int, only_second: int, neither: int):
    sizes = (both, only_first, only_second, neither)
    return np.repeat([1, 1, 0, 0], sizes) == 1, np.repeat([1, 0, 1, 0], sizes) == 1


TABLES = [(40, 12, 5, 8), (0, 3, 3, 0), (5, 0, 9, 1), (100, 61, 40, 20), (1, 1, 0, 1)]


@pytest.mark.parametrize("table", TABLES)
def test_the_exact_p_equals_statsmodels(table):
    both, only_first, only_second, neither = table
    found = mcnemar(*answers(*table))
    expected = reference([[both, only_first], [only_second, neither]], exact=True).pvalue
    assert found.p_exact == pytest.approx(expected, rel=1e-10)
    assert (found.only_first, found.only_second) == (only_first, only_second)


@pytest.mark.parametrize("table", TABLES)
def test_mid_p_counts_half_of_what_was_seen(table):
    _, b, c, _ = table
    n, fewer = b + c, min(b, c)
    probability = [comb(n, k) / 2**n for k in range(n + 1)]
    expected = 2 * (sum(probability[:fewer]) + probability[fewer] / 2)
    assert mcnemar(*answers(*table)).p_mid == pytest.approx(expected, rel=1e-10)


def test_a_balanced_table_has_p_one_and_order_does_not_matter():
    first, second = answers(10, 7, 7, 3)
    assert mcnemar(first, second).p_mid == pytest.approx(1.0)
    first, second = answers(10, 9, 2, 3)
    assert mcnemar(first, second).p_mid == mcnemar(second, first).p_mid


def test_models_that_never_differ():
    right = np.array([True, False, True])
    assert mcnemar(right, right) == (0, 0, 1.0, 1.0)


def test_answers_about_different_images_are_refused():
    with pytest.raises(ValueError, match=r"shapes \(3,\) and \(2,\)"):
        mcnemar(np.ones(3), np.ones(2))
