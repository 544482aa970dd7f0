"""Tests of a rate between independent subgroups equal scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, fisher_exact

from cutis.stats.fairness.rate_tests import rate_test


def test_two_subgroups_are_tested_exactly():
    found = rate_test(np.array([3, 9]), np.array([20, 18]))
    assert found.p == pytest.approx(fisher_exact([[3, 17], [9, 9]])[1])
    assert found.to_json() == {"p": found.p, "method": "fisher-exact"}


def test_three_subgroups_by_chi_squared():
    found = rate_test(np.array([30, 40, 60]), np.array([90, 80, 100]))
    expected = chi2_contingency([[30, 60], [40, 40], [60, 40]], correction=False)
    assert found.p == pytest.approx(expected[1])
    assert (found.method, found.note) == ("chi-squared", "")


def test_few_images_are_said_to_be_rough():
    assert "rough" in rate_test(np.array([1, 2, 3]), np.array([4, 5, 6])).note


def test_what_cannot_be_tested():
    assert rate_test(np.array([3, 0]), np.array([5, 0])).to_json() == {
        "p": None, "method": "none", "note": "fewer than two subgroups have such images",
    }  # fmt: skip
    same = rate_test(np.array([5, 6, 7]), np.array([5, 6, 7]))
    assert (same.method, "in every subgroup" in same.note) == ("none", True)
