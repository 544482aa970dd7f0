"""Krippendorff's alpha: his canonical example, and a slow version over pairs."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def slow_ordinal_alpha(values: np.ndarray) -> float:
    units = [row[~np.isnan(row)] for row in values]
    units = [u for u in units if u.size >= 2]
    everything = np.concatenate(units)
    counts = {v: int((everything == v).sum()) for v in np.unique(everything)}

    def distance(a: float, b: float) -> float:
        between = sum(n for v, n in counts.items() if min(a, b) <= v <= max(a, b))
        return (between - (counts[a] + counts[b]) / 2) ** 2 if a != b else 0.0

    n = len(everything)
    observed = sum(sum(distance(a, b) for a, b in permutations(u, 2)) / (u.size - 1) for u in units)
    expected = sum(distance(a, b) for a, b in permutations(everything, 2)) / (n - 1)
    return 1 - observed / expected


rating_tables = st.lists(
    st.lists(st.sampled_from([1.0, 2.0, 4.0, np.nan]), min_size=3, max_size=3),
    min_size=4, max_size=9,
)  # fmt: skip


def alpha_of(values: np.ndarray, scale: str) -> float:
    return estimate_alpha(make_ratings(values), Settings(n_bootstrap=0), scale).value


@settings(max_examples=40, deadline=None)
@given(rating_tables)
def test_ordinal_and_interval_equal_the_definitions_over_pairs(rows):
    values = np.array(rows)
    pairable = values[(~np.isnan(values)).sum(axis=1) >= 2]
    if np.unique(pairable[~np.isnan(pairable)]).size >= 2:
        assert alpha_of(values, "ordinal") == pytest.approx(slow_ordinal_alpha(values), abs=1e-9)
        assert alpha_of(values, "interval") == pytest.approx(slow_interval_alpha(values), abs=1e-9)
    else:
        assert np.isnan(alpha_of(values, "ordinal"))


@settings(max_examples=25, deadline=None)
@given(rating_tables, st.permutations(range(3)))
def test_raters_and_cases_may_change_places_in_the_table(rows, order):
    values = np.array(rows)
    for scale in ("nominal", "ordinal", "interval"):
        one, other = alpha_of(values, scale), alpha_of(values[::-1][:, order], scale)
        np.testing.assert_allclose(one, other, atol=1e-12)
        assert np.isnan(one) or one <= 1 + 1e-12


def test_only_the_order_counts_for_ordinal_and_only_the_steps_for_interval(canonical):
    bent = canonical**3
    assert alpha_of(bent, "ordinal") == pytest.approx(alpha_of(canonical, "ordinal"))
    assert alpha_of(bent, "interval") != pytest.approx(alpha_of(canonical, "interval"))
    moved = 5 * canonical - 2
    assert alpha_of(moved, "interval") == pytest.approx(alpha_of(canonical, "interval"))


def test_two_levels_have_one_alpha_whatever_the_scale(canonical):
    two = np.where(np.isnan(canonical), np.nan, (canonical > 2).astype(float))
    values = [alpha_of(two, scale) for scale in ("nominal", "ordinal", "interval")]
    assert values == pytest.approx([values[0]] * 3)
