"""Near pairs by blocks against all pairs at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.stats.matches import ArrayRows, Blocks, TooManyPairs, exact_cosines, find_matches, unit

BLOCKS = st.builds(Blocks, *(st.integers(1, 9) for _ in range(3)))


def brute(a: np.ndarray, b: np.ndarray, within: bool = False) -> np.ndarray:
    """All cosines in float64, to six decimals; rows of zeros and a row with itself are no pair."""
    a, b = (np.asarray(x, np.float32).astype(np.float64) for x in (a, b))
    norms = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)[None]
    cosine = np.where(norms > 0, a @ b.T / np.where(norms > 0, norms, 1), -np.inf)
    if within:
        np.fill_diagonal(cosine, -np.inf)
    return np.round(cosine, 6)


def directions(seed: int, n: int, d: int = 5) -> np.ndarray:
    """Rows of which many are equal, opposite or zero."""
    rng = np.random.default_rng(seed)
    return rng.integers(-1, 2, (n, d)).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 20), st.integers(1, 20), BLOCKS)
def test_blocks_do_not_matter(seed, n, m, blocks):
    a, b = directions(seed, n), directions(seed + 1, m)
    cosine = brute(a, b)
    found = find_matches(ArrayRows(a), ArrayRows(b), 0.7, blocks=blocks)
    wanted = np.argwhere(cosine >= 0.7)
    assert {*zip(found.query_p.tolist(), found.item_p.tolist(), strict=True)} == {
        (int(i), int(j)) for i, j in wanted
    }
    np.testing.assert_allclose(
        found.cosine_p, cosine[found.query_p, found.item_p], atol=2e-6, rtol=0
    )
    there = np.isfinite(cosine).any(axis=1)
    assert found.best_n[there].tolist() == cosine[there].argmax(axis=1).tolist()
    assert (found.best_n[~there] == -1).all()
    assert np.isnan(found.best_cosine_n[~there]).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25), BLOCKS)
def test_within_one_set_every_pair_comes_once(seed, n, blocks):
    a = directions(seed, n)
    found = find_matches(ArrayRows(a), None, 0.7, blocks=blocks)
    wanted = {(int(i), int(j)) for i, j in np.argwhere(brute(a, a, True) >= 0.7) if i < j}
    pairs = list(zip(found.query_p.tolist(), found.item_p.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == wanted


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 15), st.integers(1, 15), BLOCKS)
def test_it_is_symmetric(seed, n, m, blocks):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, 4)), rng.normal(size=(m, 4))
    there = find_matches(ArrayRows(a), ArrayRows(b), 0.5, blocks=blocks)
    back = find_matches(ArrayRows(b), ArrayRows(a), 0.5)
    forward = dict(zip(zip(there.query_p, there.item_p, strict=True), there.cosine_p, strict=True))
    reverse = dict(zip(zip(back.item_p, back.query_p, strict=True), back.cosine_p, strict=True))
    assert forward == reverse


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), BLOCKS)
def test_equals_stand_in_the_order_of_their_ranks(seed, blocks):
    rng = np.random.default_rng(seed)
    item = np.array([[1.0, 2.0, 3.0]])
    gallery = np.repeat(item, 8, axis=0) * rng.integers(1, 4, (8, 1))
    ranks = rng.permutation(8)
    found = find_matches(ArrayRows(item), ArrayRows(gallery), 0.99, ranks_m=ranks, blocks=blocks)
    assert ranks[found.item_p].tolist() == list(range(8))
    assert ranks[found.best_n[0]] == 0


def test_half_precision_and_files_are_read_as_they_are(tmp_path):
    rng = np.random.default_rng(1)
    values = rng.normal(size=(40, 16)).astype(np.float16)
    np.save(tmp_path / "bank.npy", values)
    mapped = np.load(tmp_path / "bank.npy", mmap_mode="r")
    found = find_matches(ArrayRows(values[:5]), ArrayRows(mapped), 0.999)
    assert found.item_p.tolist() == [0, 1, 2, 3, 4]
    for rows in (mapped, mapped[3:], mapped[::2], mapped.T):
        assert np.array_equal(ArrayRows(rows).block(4, 9), np.asarray(rows)[4:9])


def test_the_threshold_itself_is_a_pair():
    found = find_matches(ArrayRows([[1.0, 0.0]]), ArrayRows([[0.75, np.sqrt(1 - 0.75**2)]]), 0.75)
    assert found.cosine_p.tolist() == [0.75]


def test_rows_of_zeros_are_like_nothing_and_are_named():
    found = find_matches(ArrayRows([[0.0, 0.0], [1.0, 1.0]]), ArrayRows([[1.0, 1.0], [0, 0]]), 0.1)
    assert (found.query_p.tolist(), found.item_p.tolist()) == ([1], [0])
    assert (found.zeros_n.tolist(), found.zeros_m.tolist()) == ([0], [1])


def test_without_the_best_only_pairs_are_looked_for():
    found = find_matches(ArrayRows(np.eye(3)), ArrayRows(np.eye(3)), 0.5, best=False)
    assert found.query_p.tolist() == [0, 1, 2]
    assert (found.best_n == -1).all()


def test_an_empty_side_has_no_pairs():
    none = ArrayRows(np.zeros((0, 3)))
    for a, b in ((none, ArrayRows(np.eye(3))), (ArrayRows(np.eye(3)), none), (none, None)):
        assert len(find_matches(a, b, 0.5).query_p) == 0


def test_progress_counts_every_comparison():
    done: list[int] = []
    find_matches(
        ArrayRows(np.eye(7)), ArrayRows(np.ones((5, 7))), 0.9,
        blocks=Blocks(3, 2, 1), progress=done.append,
    )  # fmt: skip
    assert sum(done) == 35


@pytest.mark.parametrize(
    ("queries", "gallery", "threshold", "message"),
    [
        ([[1.0, 0.0]], [[1.0, 0.0, 0.0]], 0.5, "length 2 and 3"),
        ([[1.0, np.nan]], [[1.0, 0.0]], 0.5, "Row 0 holds values that are not finite"),
        ([[1.0, 0.0]], [[1.0, 0.0], [1.0, np.inf]], 0.5, "Row 1 holds"),
        ([[1.0, 0.0]], [[1.0, 0.0]], 0.0, "must be above 0"),
        ([[1.0, 0.0]], [[1.0, 0.0]], 1.1, "at most 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(queries, gallery, threshold, message):
    with pytest.raises(ValueError, match=message):
        find_matches(ArrayRows(queries), ArrayRows(gallery), threshold)


def test_features_are_a_table():
    with pytest.raises(ValueError, match="n by d"):
        ArrayRows([1.0, 2.0])


def test_a_threshold_that_finds_everything_is_stopped():
    with pytest.raises(TooManyPairs) as refused:
        find_matches(ArrayRows(np.ones((50, 2))), None, 0.5, max_pairs=100)
    assert refused.value.count > 100
    assert 0 < refused.value.share <= 1


def test_a_huge_block_of_pairs_is_stopped_before_it_is_rescored():
    with pytest.raises(TooManyPairs):
        find_matches(ArrayRows(np.ones((600, 2))), None, 0.5, max_pairs=10)


def test_unit_rows_and_exact_cosines():
    values, zero = unit(np.array([[3.0, 4.0], [0.0, 0.0]], np.float16))
    assert zero.tolist() == [False, True]
    assert exact_cosines(values, np.array([[0.0, 1.0], [1.0, 0.0]])).tolist() == [0.8, 0.0]
