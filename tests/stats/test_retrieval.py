"""Ranks against an oracle that sorts, ties and duplicates included, and the published numbers."""

from __future__ import annotations

import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.stats.retrieval import (
    Correct,
    best_items,
    diagonal,
    first_correct,
    score_blocks,
    unit_rows,
)


def unit(features: np.ndarray) -> np.ndarray:
    features = np.asarray(features, np.float64)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.where(lengths > 0, lengths, 1)


def oracle(queries, gallery, right: list[set[int]], weights=None) -> list[tuple[int, int, int]]:
    """Count by looking at every item of every query, in float64."""
    scores = unit(queries) @ unit(gallery).T
    weights = np.ones(len(gallery), int) if weights is None else weights
    counts = []
    for row, answers in zip(scores, right, strict=True):
        best = max(row[i] for i in answers)
        level = {i for i in range(len(row)) if abs(row[i] - best) <= 1e-5}
        above = [i for i in range(len(row)) if row[i] > best and i not in level]
        counts.append(
            (
                int(sum(weights[i] for i in above)),
                int(sum(weights[i] for i in level - answers)),
                int(sum(weights[i] for i in level & answers)),
            )
        )
    return counts


def pairs(right: list[set[int]]) -> Correct:
    found = [(q, i) for q, answers in enumerate(right) for i in sorted(answers)]
    return Correct(*(np.array(column) for column in zip(*found, strict=True)))


@st.composite
def problems(draw):
    """Small whole-number features, so that many scores are exactly level."""
    n, m, d = draw(st.integers(1, 7)), draw(st.integers(2, 9)), draw(st.integers(1, 3))
    numbers = st.integers(-2, 2)
    queries = draw(st.lists(st.lists(numbers, min_size=d, max_size=d), min_size=n, max_size=n))
    gallery = draw(st.lists(st.lists(numbers, min_size=d, max_size=d), min_size=m, max_size=m))
    answers = st.sets(st.integers(0, m - 1), min_size=1)
    right = draw(st.lists(answers, min_size=n, max_size=n))
    weights = draw(st.lists(st.integers(1, 3), min_size=m, max_size=m))
    return np.array(queries, float), np.array(gallery, float), right, np.array(weights)


@given(problems(), st.sampled_from([1, 60, 1 << 20]))
@settings(max_examples=150, deadline=None)
def test_counts_equal_those_of_looking_at_every_item(problem, block_bytes):
    queries, gallery, right, weights = problem
    for given_weights in (None, weights):
        ranks = first_correct(
            queries, gallery, pairs(right), given_weights, block_bytes=block_bytes
        )
        counts = list(
            zip(
                ranks.better_n.tolist(), ranks.wrong_n.tolist(), ranks.right_n.tolist(), strict=True
            )
        )
        assert counts == oracle(queries, gallery, right, given_weights)


@given(st.integers(2, 30), st.integers(1, 8), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_the_diagonal_equals_a_stable_sort(n, d, seed):
    rng = np.random.default_rng(seed)
    queries, gallery = rng.integers(-2, 3, (2, n, d)).astype(float)
    scores = unit_rows(queries) @ unit_rows(gallery).T
    order = np.argsort(-scores, axis=1, kind="stable")
    expected = [int(np.flatnonzero(order[i] == i)[0]) for i in range(n)]
    assert diagonal(queries, gallery).better_n.tolist() == expected


def test_published_ranks_and_metrics(shared):
    folder = shared / "parity" / "retrieval"
    given_arrays, wanted = np.load(folder / "inputs.npz"), np.load(folder / "outputs.npz")
    image, text = given_arrays["image_features"], given_arrays["text_features"]
    published = json.loads((folder / "metrics.json").read_text())
    for way, (queries, gallery) in {
        "image_to_text": (image, text), "text_to_image": (text, image)
    }.items():  # fmt: skip
        ranks = diagonal(queries, gallery).better_n
        assert np.array_equal(ranks, wanted[f"rank0_{way}"])
        assert ranks.mean() + 1 == pytest.approx(published[f"{way}_mean_rank"], abs=1e-6)
        assert np.floor(np.median(ranks)) + 1 == published[f"{way}_median_rank"]
        for k in (5, 10, 50):
            assert np.mean(ranks < k) == pytest.approx(published[f"{way}_R@{k}"], abs=1e-6)


def test_one_caption_per_image_agrees_with_the_diagonal_when_nothing_is_level():
    rng = np.random.default_rng(3)
    queries, gallery = rng.normal(size=(2, 200, 16))
    both = Correct(np.arange(200), np.arange(200))
    ranks = first_correct(queries, gallery, both)
    assert np.array_equal(
        ranks.better_n + ranks.wrong_n.clip(0), diagonal(queries, gallery).better_n
    )


def test_equal_captions_with_a_count_are_the_same_as_written_out():
    rng = np.random.default_rng(4)
    queries, few = rng.normal(size=(50, 8)), rng.normal(size=(12, 8))
    weights = rng.integers(1, 5, 12)
    many = np.repeat(few, weights, axis=0)
    of_few = rng.integers(0, 12, 50)
    first = np.concatenate([[0], np.cumsum(weights)])
    right_many = [set(range(first[i], first[i + 1])) for i in of_few]
    counted = first_correct(queries, few, Correct(np.arange(50), of_few), weights)
    written = first_correct(queries, many, pairs(right_many))
    for a, b in zip(counted[:3], written[:3], strict=True):
        assert np.array_equal(a, b)


def test_rounding_does_not_break_ties():
    """The same direction at other lengths is level, although its float32 products differ."""
    rng = np.random.default_rng(5)
    one = rng.normal(size=(1, 512))
    gallery = one * rng.uniform(0.1, 9, (300, 1))
    ranks = first_correct(rng.normal(size=(7, 512)), gallery, Correct(np.arange(7), np.arange(7)))
    assert (ranks.better_n == 0).all()
    assert (ranks.wrong_n == 299).all()


def test_the_best_items_come_in_order_and_ties_in_that_of_the_gallery():
    items, scores = best_items(np.array([[0.2, 0.9, 0.2, 0.5], [1, 1, 1, 1]], np.float32), 3)
    assert items[0].tolist() == [1, 3, 0] or items[0].tolist() == [1, 3, 2]
    assert items[1].tolist() == sorted(items[1].tolist())
    assert scores[0].tolist() == pytest.approx([0.9, 0.5, 0.2])
    rng = np.random.default_rng(6)
    queries, gallery = rng.normal(size=(40, 8)), rng.normal(size=(70, 8))
    ranks = first_correct(queries, gallery, Correct(np.arange(40), np.arange(40)), top=5)
    expected = np.argsort(-(unit(queries) @ unit(gallery).T), axis=1)[:, :5]
    assert np.array_equal(ranks.top_nk, expected)
    assert np.array_equal(diagonal(gallery, gallery, top=1).top_nk[:, 0], np.arange(70))


def test_a_list_is_no_longer_than_the_gallery():
    ranks = first_correct(np.eye(3), np.eye(3), Correct(np.arange(3), np.arange(3)), top=10)
    assert ranks.top_nk.shape == (3, 3)


def test_blocks_cover_every_query_once():
    rng = np.random.default_rng(7)
    queries, gallery = rng.normal(size=(23, 4)), rng.normal(size=(10, 4))
    blocks = list(score_blocks(queries, gallery, block_bytes=4 * 10 * 5))
    assert [start for start, _ in blocks] == [0, 5, 10, 15, 20]
    assert np.allclose(np.concatenate([scores for _, scores in blocks]), queries @ gallery.T)


def test_memory_does_not_grow_with_the_square():
    n, block = 20_000, 8 << 20
    rng = np.random.default_rng(8)
    images = rng.normal(size=(n, 16)).astype(np.float32)
    texts = images[:2000] + rng.normal(size=(2000, 16)).astype(np.float32)
    both = Correct(np.arange(2000), np.arange(2000))
    tracemalloc.start()
    first_correct(texts, images, both, top=10, block_bytes=block)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * block  # all scores at once would be 160 MB for these queries alone
    assert peak < 2000 * n * 4 / 2


@pytest.mark.parametrize(
    ("correct", "said"),
    [
        (Correct(np.array([0]), np.array([0])), "Every query"),
        (Correct(np.array([1, 0]), np.array([0, 0])), "sorted"),
        (Correct(np.array([0, 1]), np.array([0, 5])), "outside the gallery"),
    ],
)
def test_wrong_pairs_are_refused(correct, said):
    with pytest.raises(ValueError, match=said):
        first_correct(np.eye(2), np.eye(2), correct)


def test_wrong_features_are_refused():
    with pytest.raises(ValueError, match="finite"):
        unit_rows([[1.0, np.nan]])
    with pytest.raises(ValueError, match="n by d"):
        unit_rows([1.0, 2.0])
    with pytest.raises(ValueError, match="no pairs"):
        diagonal(np.eye(2), np.eye(3)[:, :2])
