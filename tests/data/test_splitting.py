"""Whole groups, even class shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.data.splitting import assign, group_counts


@settings(max_examples=60, deadline=None)
@given(
    groups=st.lists(st.integers(0, 30), min_size=5, max_size=120),
    seed=st.integers(0, 10**6),
    folds=st.integers(2, 5),
    data=st.data(),
)
def test_no_group_is_torn_and_every_row_has_a_part(
    groups: list[int], seed: int, folds: int, data: st.DataObject
) -> None:
    labels = data.draw(st.lists(st.integers(-1, 3), min_size=len(groups), max_size=len(groups)))
    parts = assign(np.array(labels), np.array(groups), [1 / folds] * folds, seed)
    assert parts.shape == (len(groups),)
    assert set(parts.tolist()) <= set(range(folds))
    for group in set(groups):
        assert len({p for p, g in zip(parts.tolist(), groups, strict=True) if g == group}) == 1


@pytest.mark.parametrize("seed", range(5))
def test_class_shares_are_close(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.choice(5, 2000, p=[0.5, 0.3, 0.15, 0.04, 0.01])
    groups = np.arange(2000)
    shares = np.array([0.7, 0.1, 0.2])
    parts = assign(labels, groups, shares, seed)
    for label in range(5):
        found = np.bincount(parts[labels == label], minlength=3)
        assert np.abs(found - shares * (labels == label).sum()).max() <= 2
    assert np.abs(np.bincount(parts) - shares * 2000).max() <= 4


@pytest.mark.parametrize("seed", range(5))
def test_class_shares_are_close_with_uneven_groups(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.geometric(0.3, 700)
    groups = np.repeat(np.arange(700), sizes)
    usual = rng.choice(4, 700, p=[0.6, 0.25, 0.1, 0.05])
    labels = np.where(rng.random(len(groups)) < 0.8, usual[groups], rng.choice(4, len(groups)))
    parts = assign(labels, groups, [0.2] * 5, seed)
    for label in range(4):
        share = np.bincount(parts[labels == label], minlength=5) / (labels == label).sum()
        assert np.abs(share - 0.2).max() < 0.02


def test_the_seed_decides_and_changes_the_outcome() -> None:
    labels, groups = np.tile([0, 1, 2], 100), np.arange(300)
    once, again, other = (assign(labels, groups, [0.5, 0.5], s) for s in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_every_row_may_land_in_every_part() -> None:
    labels, groups = np.tile([0, 1], 10), np.arange(20)
    tests = np.array([assign(labels, groups, [0.5, 0.5], seed) for seed in range(200)])
    share = tests.mean(axis=0)
    assert (share > 0.3).all()
    assert (share < 0.7).all()


def test_groups_may_be_text_or_numbers() -> None:
    labels = np.array([0, 1, 0, 1])
    counts, place = group_counts(labels, np.array(["b", "a", "b", "a"], dtype=object))
    assert counts.tolist() == [[0, 2, 2], [2, 0, 2]]
    assert place.tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize("shares", [[0.5, 0.4], [1.2, -0.2], [1.0, 0.0]])
def test_shares_must_sum_to_one(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        assign(np.array([0, 1]), np.array([0, 1]), shares)
