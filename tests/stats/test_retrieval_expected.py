"""Expected values against every order of the level items, written out."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.stats.retrieval_expected import expected_hit, expected_rank, expected_reciprocal


def every_rank(better: int, wrong: int, right: int) -> list[int]:
    """The rank of the first right item in each order of the level ones."""
    orders = permutations([False] * wrong + [True] * right)
    return [better + 1 + order.index(True) for order in orders]


def arrays(*counts: int) -> tuple[np.ndarray, ...]:
    return tuple(np.array([count]) for count in counts)


@given(st.integers(0, 6), st.integers(0, 3), st.integers(1, 3), st.integers(1, 12))
@settings(max_examples=80, deadline=None)
def test_equal_to_the_mean_over_all_orders(better, wrong, right, k):
    ranks = every_rank(better, wrong, right)
    counts = arrays(better, wrong, right)
    assert expected_rank(*counts)[0] == pytest.approx(np.mean(ranks))
    assert expected_hit(*counts, k)[0] == pytest.approx(np.mean([rank <= k for rank in ranks]))
    reciprocal = sum((Fraction(1, rank) for rank in ranks), Fraction(0)) / len(ranks)
    assert expected_reciprocal(*counts)[0] == pytest.approx(float(reciprocal))


def test_a_large_block_of_level_items_is_chance():
    n = 100_000
    counts = arrays(0, n - 1, 1)
    assert expected_rank(*counts)[0] == (n + 1) / 2
    assert expected_hit(*counts, 50)[0] == pytest.approx(50 / n)
    harmonic = np.log(n) + np.euler_gamma + 1 / (2 * n)
    assert expected_reciprocal(*counts)[0] == pytest.approx(harmonic / n, rel=1e-9)


def test_several_queries_do_not_mix():
    rng = np.random.default_rng(0)
    better, wrong = rng.integers(0, 9, 200), rng.integers(0, 9, 200)
    right = rng.integers(1, 4, 200)
    for k in (1, 5, 10):
        together = expected_hit(better, wrong, right, k)
        alone = [
            expected_hit(*arrays(b, w, r), k)[0]
            for b, w, r in zip(better, wrong, right, strict=True)
        ]
        assert together.tolist() == pytest.approx(alone)
    together = expected_reciprocal(better, wrong, right)
    alone = [
        expected_reciprocal(*arrays(b, w, r))[0]
        for b, w, r in zip(better, wrong, right, strict=True)
    ]
    assert together.tolist() == pytest.approx(alone)
