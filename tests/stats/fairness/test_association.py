"""Association with the classes: against scipy, and with patients kept whole."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from scipy.stats.contingency import association as scipy_association

from cutis.stats.clusters import make_clusters
from cutis.stats.fairness.association import associate, chi_squared


def table_of(a, b):
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    return table


def test_statistic_and_strength_equal_scipy():
    rng = np.random.default_rng(0)
    for _ in range(5):
        a, b = rng.integers(0, 3, 200), rng.integers(0, 4, 200)
        b = np.where(rng.random(200) < 0.3, a, b)
        table = table_of(a, b)
        expected = chi2_contingency(table, correction=False)
        assert chi_squared(table[None])[0] == pytest.approx(expected[0])
        found = associate(a, b, make_clusters(None, 200), 499)
        strength = scipy_association(table.astype(int), method="cramer")
        assert found.cramers_v == pytest.approx(strength)
        assert found.p == pytest.approx(expected[1], abs=0.06)


def test_copies_of_a_patient_are_no_evidence():
    rng = np.random.default_rng(1)
    a, b = np.repeat(rng.integers(0, 2, 12), 20), np.repeat(rng.integers(0, 2, 12), 20)
    a[:20], b[:20] = 1, 1
    patients = np.repeat(np.arange(12), 20)
    alone = associate(a, b, make_clusters(None, 240), 499)
    whole = associate(a, b, make_clusters(patients, 240), 499)
    assert alone.cramers_v == whole.cramers_v
    assert alone.p < 0.05 < whole.p


def test_false_alarms_are_as_rare_as_promised():
    rng = np.random.default_rng(2)
    p = [
        associate(rng.integers(0, 2, 40), rng.integers(0, 3, 40), make_clusters(None, 40), 199).p
        for _ in range(150)
    ]
    assert np.mean(np.array(p) <= 0.1) < 0.18


def test_one_class_or_one_part_cannot_be_associated():
    zeros, ones = np.zeros(20, dtype=int), np.array([0, 1] * 10)
    for a, b in ((zeros, ones), (ones, zeros)):
        record = associate(a, b, make_clusters(None, 20), 99).to_json()
        assert record == {"cramers_v": None, "p": None}
