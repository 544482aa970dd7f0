"""Krippendorff's alpha: his canonical example, and a slow version over pairs."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from cutis.stats.estimate import Settings
from cutis.stats.readers.krippendorff import alpha_of_coincidences, coincidences, estimate_alpha
from cutis.stats.readers.ratings import make_ratings

# Krippendorff, "Computing Krippendorff's alpha-reliability": 4 observers, 12 units.
CANONICAL = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]


@pytest.fixture(scope="module")
def canonical() -> np.ndarray:
    rows = [[float(c) if c != "." else np.nan for c in row] for row in CANONICAL]
    return np.array(rows).T


@pytest.mark.parametrize(
    ("scale", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_the_canonical_example(canonical, scale, expected):
    found = estimate_alpha(make_ratings(canonical), Settings(n_bootstrap=200), scale)
    assert found.value == pytest.approx(expected, abs=5e-4)
    assert found.n == 11
    assert found.low < expected < found.high


def slow_interval_alpha(values: np.ndarray) -> float:
    units = [row[~np.isnan(row)] for row in values]
    units = [u for u in units if u.size >= 2]
    everything = np.concatenate(units)
    observed = sum(
        sum((a - b) ** 2 for a, b in permutations(u, 2)) / (u.size - 1) for u in units
    ) / len(everything)
    n = len(everything)
    expected = sum((a - b) ** 2 for a, b in permutations(everything, 2)) / (n * (n - 1))
    return 1 - observed / expected


def test_equals_the_definition_over_pairs_also_on_resampled_cases(canonical):
    levels = make_ratings(canonical).levels_c
    shares = coincidences(make_ratings(canonical).counts_nc())
    drawn = np.random.default_rng(3).integers(0, 12, 12)
    table = shares[drawn].sum(axis=0)[None]
    assert alpha_of_coincidences(table, levels, "interval")[0] == pytest.approx(
        slow_interval_alpha(canonical[drawn]), abs=1e-12
    )


def test_two_raters_without_gaps_and_many_cases_come_near_kappa():
    generator = np.random.default_rng(0)
    first = generator.integers(0, 3, 5000)
    second = np.where(generator.random(5000) < 0.7, first, generator.integers(0, 3, 5000))
    found = estimate_alpha(make_ratings(np.column_stack([first, second])), Settings(n_bootstrap=0))
    assert found.value == pytest.approx(0.7, abs=0.02)


def test_what_is_undefined_is_said():
    nan = float("nan")
    alone = estimate_alpha(make_ratings([[1, nan], [nan, 2]]), Settings())
    assert (alone.n, alone.note) == (0, "no case has two ratings")
    same = estimate_alpha(make_ratings([[1, 1], [1, 1]]), Settings(n_bootstrap=100))
    assert np.isnan(same.value)
    assert "all ratings are the same" in same.note
