"""Image-to-image retrieval against an oracle that tries every order of level images."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.stats.retrieval_images import has_fellow, similar_images
from tests.stats.test_retrieval import unit


def orders(scores: dict[int, float], tolerance: float) -> list[tuple[int, ...]]:
    """Every ranking of the items that agrees with their scores: runs of level ones in any order.

    A run holds what is level with its best item, however small the steps within it are.
    """
    runs: list[list[int]] = []
    for item in sorted(scores, key=lambda i: -scores[i]):
        if not runs or scores[runs[-1][0]] - scores[item] > tolerance:
            runs.append([])
        runs[-1].append(item)
    return [sum(chosen, ()) for chosen in product(*(permutations(run) for run in runs))]


def oracle(features, labels, ks, groups, near=None, tolerance=1e-5):
    """Precision, hit, AP@R and reciprocal of every query, averaged over all valid rankings."""
    cosines = unit(features) @ unit(features).T
    answers = {}
    for q in range(len(labels)):
        scores = {
            i: cosines[q, i]
            for i in range(len(labels))
            if groups[i] != groups[q]
            and min(labels[i], labels[q]) >= 0
            and not (near is not None and cosines[q, i] >= near)
        }
        right = [i for i in scores if labels[i] == labels[q]]
        if labels[q] < 0 or not right:
            continue
        rows = []
        for order in orders(scores, tolerance):
            hits = [labels[i] == labels[q] for i in order]
            until = [sum(hits[: i + 1]) / (i + 1) for i in range(len(hits))]
            ap = sum(p for p, h in list(zip(until, hits, strict=True))[: len(right)] if h)
            rows.append(
                [sum(hits[:k]) / k for k in ks]
                + [float(any(hits[:k])) for k in ks]
                + [ap / len(right), 1 / (hits.index(True) + 1)]
            )
        answers[q] = np.mean(rows, axis=0)
    return answers


@st.composite
def problems(draw):
    n = draw(st.integers(2, 6))
    numbers = st.integers(-1, 2)
    features = draw(st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=n, max_size=n))
    labels = draw(st.lists(st.integers(-1, 1), min_size=n, max_size=n))
    groups = draw(st.lists(st.sampled_from("abcdef"), min_size=n, max_size=n))
    return np.array(features, float), np.array(labels), groups


@given(problems(), st.sampled_from([1, 1 << 20]))
@settings(max_examples=80, deadline=None)
def test_equal_to_the_mean_over_all_rankings(problem, block_bytes):
    features, labels, groups = problem
    ks = [1, 2, 4]
    if not (labels >= 0).any():
        return
    found = similar_images(features, labels, ks, groups, tolerance=1e-5, block_bytes=block_bytes)
    expected = oracle(features, labels, ks, groups)
    assert found.queries_q.tolist() == sorted(expected)
    got = np.column_stack(
        [found.precision_qk, found.hit_qk, found.average_precision_q, found.reciprocal_q]
    )
    for row, query in zip(got, found.queries_q, strict=True):
        assert row == pytest.approx(expected[query], abs=1e-9)


@pytest.mark.parametrize("tolerance", [0.02, 0.1, 0.4])
def test_small_steps_do_not_add_up_to_a_tie(tolerance):
    ks = [1, 2, 4]
    for seed in range(12):
        rng = np.random.default_rng(seed)
        features = rng.normal(size=(7, 2))
        labels, groups = rng.integers(0, 2, 7), list("aabcdef")
        found = similar_images(features, labels, ks, groups, tolerance=tolerance)
        expected = oracle(features, labels, ks, groups, tolerance=tolerance)
        got = np.column_stack(
            [found.precision_qk, found.hit_qk, found.average_precision_q, found.reciprocal_q]
        )
        assert found.queries_q.tolist() == sorted(expected)
        for row, query in zip(got, found.queries_q, strict=True):
            assert row == pytest.approx(expected[query], abs=1e-9)


def test_a_chain_of_level_neighbours_is_not_level_from_end_to_end():
    angles = np.arccos([1, 0.90, 0.85, 0.80, 0.75])
    features = np.column_stack([np.cos(angles), np.sin(angles)])
    found = similar_images(features, [0, 1, 1, 0, 0], [1, 2, 3], tolerance=0.07)
    # The first query's list is 0.90 and 0.85, level and wrong, then 0.80 and 0.75, level and right.
    assert found.precision_qk[0] == pytest.approx([0, 0, 1 / 3])
    assert found.rank_q[0] == 3


def test_neither_the_query_nor_its_group_is_found():
    features = np.repeat(np.eye(3), 4, axis=0)
    labels = np.zeros(12, int)
    groups = [f"L{i // 4}" for i in range(12)]
    found = similar_images(features, labels, [1], groups, top=11)
    for query, row in zip(found.queries_q, found.top_qk, strict=True):
        named = [groups[i] for i in row if i >= 0]
        assert groups[query] not in named
        assert len(named) == 8
    assert (found.candidates_q == 8).all()


def test_near_duplicates_are_left_out_when_asked_for():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(20, 8))
    features[1] = features[0] * 3
    labels = np.arange(20) % 2
    features[0], features[2] = features[1], features[1] + 1e-4
    found = similar_images(features, labels, [1], exclude_near=0.999, top=3)
    assert found.near_q.sum() == 6
    assert found.near_q[0] == 2
    expected = oracle(features[:7], labels[:7], [1], np.arange(7), near=0.999)
    some = similar_images(features[:7], labels[:7], [1], exclude_near=0.999)
    for row, query in zip(some.precision_qk, some.queries_q, strict=True):
        assert row[0] == expected[query][0]


def test_equal_features_are_near_duplicates_at_cosine_1():
    features = np.repeat(np.random.default_rng(3).normal(size=(200, 768)), 2, axis=0)
    unit_nd = (features / np.linalg.norm(features, axis=1, keepdims=True)).astype(np.float32)
    assert (np.einsum("nd,nd->n", unit_nd, unit_nd) < 1).any()  # what rounding makes of them
    found = similar_images(features, np.arange(400) % 4 // 2, [1], exclude_near=1)
    assert found.near_q.tolist() == [1] * 400


def test_a_fellow_is_an_image_of_the_label_in_another_group():
    rng = np.random.default_rng(4)
    labels = rng.integers(-1, 5, 40)
    groups = np.array([None, *"abcdefgh"], object)[rng.integers(0, 9, 40)]
    expected = [
        labels[i] >= 0
        and any(
            labels[j] == labels[i] and j != i and (groups[i] is None or groups[j] != groups[i])
            for j in range(40)
        )
        for i in range(40)
    ]
    assert has_fellow(labels, groups).tolist() == expected
    assert has_fellow([0, 1, 1]).tolist() == [False, True, True]


def test_a_constant_model_is_at_chance():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 300)
    found = similar_images(np.ones((300, 64)) * rng.uniform(1, 2, (300, 1)), labels, [1, 10])
    share = found.right_q / found.candidates_q
    assert found.precision_qk[:, 0] == pytest.approx(share)
    assert found.precision_qk[:, 1] == pytest.approx(share)
    assert found.average_precision_q.mean() < 0.3


def test_images_without_a_label_or_a_fellow_take_no_part():
    features = np.random.default_rng(2).normal(size=(6, 4))
    found = similar_images(features, [0, 0, -1, 1, 0, -1], [1], top=5)
    assert found.queries_q.tolist() == [0, 1, 4]
    assert set(found.top_qk.ravel().tolist()) <= {0, 1, 3, 4, -1}
    assert (found.candidates_q == 3).all()
