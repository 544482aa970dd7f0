"""Metrics of retrieval: by hand, by chance, and intervals that resample groups."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.stats import Settings
from cutis.stats.retrieval import Correct, Ranks, diagonal, first_correct
from cutis.stats.retrieval_expected import expected_rank
from cutis.stats.retrieval_images import similar_images
from cutis.stats.retrieval_metrics import (
    chance_map_at_r,
    evaluate_images,
    evaluate_ranks,
    weighted_median,
)

FEW = Settings(n_bootstrap=200)


def ranks_of(better) -> Ranks:
    better = np.asarray(better)
    nothing = np.zeros((len(better), 0))
    return Ranks(better, np.zeros_like(better), np.ones_like(better), nothing, nothing)


def test_by_hand():
    result = evaluate_ranks(ranks_of([0, 1, 9, 3]), 20, 1, [1, 5, 10], settings=FEW)
    values = {name: estimate.value for name, estimate in result.metrics.items()}
    assert values == pytest.approx(
        {
            "recall_at_1": 0.25,
            "recall_at_5": 0.75,
            "recall_at_10": 1.0,
            "mean_recall": 2 / 3,
            "mean_rank": 4.25,
            "median_rank": 3.0,
            "mrr": (1 + 1 / 2 + 1 / 10 + 1 / 4) / 4,
        }
    )
    assert result.chance["recall_at_5"] == pytest.approx(0.25)
    assert result.chance["mean_rank"] == 10.5
    assert result.chance["mrr"] == pytest.approx(np.mean(1 / np.arange(1, 21)))
    assert result.metrics["recall_at_10"].method == "clopper-pearson"
    assert result.n == result.n_groups == 4
    assert json.dumps(result.to_json(), allow_nan=False)


def test_the_published_conventions():
    ranks = ranks_of([0, 1, 4, 9])
    ours = evaluate_ranks(ranks, 4, 1, [5], settings=FEW)
    theirs = evaluate_ranks(ranks, 4, 1, [5], settings=FEW, published=True)
    assert ours.metrics["median_rank"].value == 3.5
    assert theirs.metrics["median_rank"].value == 3.0  # floor(median of 0-based) + 1
    assert np.isnan(ours.metrics["recall_at_5"].value)
    assert "all 4 items" in ours.metrics["recall_at_5"].note
    assert theirs.metrics["recall_at_5"].value == 0.75


def test_mean_recall_leaves_out_what_is_not_defined():
    result = evaluate_ranks(ranks_of([0, 3, 7]), 10, 1, [5, 50], settings=FEW)
    assert result.metrics["mean_recall"].value == result.metrics["recall_at_5"].value
    nothing = evaluate_ranks(ranks_of([0, 3, 7]), 10, 1, [50], settings=FEW)
    assert np.isnan(nothing.metrics["mean_recall"].value)


@pytest.mark.parametrize("kind", ["constant", "random"])
def test_a_model_that_knows_nothing_is_at_chance(kind):
    rng = np.random.default_rng(0)
    n = 1000
    queries, gallery = rng.normal(size=(2, n, 8))
    if kind == "constant":
        queries, gallery = np.ones((n, 8)), np.ones((n, 8)) * rng.uniform(1, 9, (n, 1))
    ranks = first_correct(queries, gallery, Correct(np.arange(n), np.arange(n)))
    result = evaluate_ranks(ranks, n, 1, [1, 10, 50], settings=FEW)
    for name, estimate in result.metrics.items():
        spread = {"mean_rank": 40, "median_rank": 60}.get(name, 0.02)
        allowed = 1e-9 if kind == "constant" else spread
        if name == "median_rank" and kind == "constant":
            continue  # every query has the mean rank
        assert estimate.value == pytest.approx(result.chance[name], abs=allowed), name


def test_chance_counts_several_right_answers():
    ranks = ranks_of([0, 0])
    result = evaluate_ranks(ranks, 4, [1, 2], [1], settings=FEW)
    assert result.chance["recall_at_1"] == pytest.approx((1 / 4 + 2 / 4) / 2)


def test_intervals_resample_groups():
    rng = np.random.default_rng(1)
    lesions = np.repeat(np.arange(40), 10)
    better = rng.integers(0, 60, 40)[lesions]  # all images of a lesion do alike
    alone = evaluate_ranks(ranks_of(better), 100, 1, [10], settings=FEW)
    grouped = evaluate_ranks(ranks_of(better), 100, 1, [10], groups_n=lesions, settings=FEW)
    width = {
        name: (r.metrics["mean_rank"].high - r.metrics["mean_rank"].low)
        for name, r in {"alone": alone, "grouped": grouped}.items()
    }
    assert grouped.n_groups == 40
    assert width["grouped"] > 2 * width["alone"]
    for name, estimate in grouped.metrics.items():
        assert estimate.low <= estimate.value <= estimate.high, name


def test_intervals_equal_a_loop_over_drawn_groups():
    rng = np.random.default_rng(2)
    better = rng.integers(0, 30, 60)
    groups = rng.integers(0, 15, 60)
    result = evaluate_ranks(
        ranks_of(better), 100, 1, [5], groups_n=groups, settings=Settings(n_bootstrap=2000)
    )
    drawn = []
    for _ in range(2000):
        rows = np.concatenate(
            [np.flatnonzero(groups == g) for g in rng.choice(np.unique(groups), 15)]
        )
        drawn.append([np.median(better[rows]) + 1, np.mean(better[rows] < 5)])
    for name, values in zip(("median_rank", "recall_at_5"), np.transpose(drawn), strict=True):
        low, high = np.quantile(values, [0.025, 0.975])
        scale = np.std(values)
        assert result.metrics[name].low == pytest.approx(low, abs=0.5 * scale)
        assert result.metrics[name].high == pytest.approx(high, abs=0.5 * scale)


def test_weighted_median_equals_numpy_on_repeated_values():
    rng = np.random.default_rng(3)
    values = rng.integers(0, 9, 31).astype(float)
    weights = rng.integers(0, 4, (50, 31))
    expected = [np.median(np.repeat(values, row)) for row in weights]
    assert weighted_median(values, weights).tolist() == expected


def test_images_by_hand():
    features = np.array([[1, 0], [0.9, 0.1], [0.8, 0.3], [0, 1], [0.1, 0.9]])
    labels = np.array([0, 0, 1, 1, 1])
    found = similar_images(features, labels, [1, 2])
    result = evaluate_images(found, [1, 2], settings=FEW)
    assert result.metrics["precision_at_1"].value == pytest.approx(4 / 5)
    assert result.metrics["precision_at_2"].value == pytest.approx(np.mean([1 / 2, 1 / 2, 0, 1, 1]))
    assert result.metrics["hit_at_2"].value <= 1
    assert result.n == 5
    assert result.n_gallery == 4


def test_random_images_are_at_chance():
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 4, 800)
    result = evaluate_images(similar_images(rng.normal(size=(800, 8)), labels, [5]), [5], None, FEW)
    for name, estimate in result.metrics.items():
        assert estimate.value == pytest.approx(result.chance[name], abs=0.05), name


def test_chance_of_map_at_r_equals_the_mean_of_shuffles():
    rng = np.random.default_rng(5)
    values = []
    for _ in range(4000):
        order = rng.permutation([1] * 4 + [0] * 6)
        until = order.cumsum() / np.arange(1, 11)
        values.append((until * order)[:4].sum() / 4)
    assert chance_map_at_r(np.array([4]), np.array([10]))[0] == pytest.approx(
        np.mean(values), abs=0.01
    )


def test_the_diagonal_of_equal_captions_is_punished_and_the_default_is_not():
    """Three captions, each worn by a third of the images: a perfect model."""
    captions = np.eye(3)[np.arange(90) % 3]
    published = evaluate_ranks(diagonal(captions, captions), 90, 1, [1, 10], settings=FEW)
    own = Correct(np.arange(90), np.arange(90) % 3)
    ranks = first_correct(captions, np.eye(3), own, np.full(3, 30))
    honest = evaluate_ranks(ranks, 90, 30, [1, 10], settings=FEW)
    assert published.metrics["recall_at_1"].value == pytest.approx(3 / 90)
    assert honest.metrics["recall_at_1"].value == 1.0
    assert honest.chance["recall_at_1"] == pytest.approx(1 / 3)
    assert expected_rank(np.array([0]), np.array([0]), np.array([30]))[0] == 1
