"""AUROC and average precision against scikit-learn and against counting pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from cutis.stats.ranking import auroc, average_precision, rank, ranking_areas, score_ranking
from tests.stats.samples import SITUATIONS, make, multiplicities, situation


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_replicate_equals_scikit_learn(name):
    made = situation(name)
    weights = multiplicities(made)
    for k in range(made.probs.shape[1]):
        positive, scores = made.labels == k, made.probs[:, k]
        result = score_ranking(rank(positive, scores), weights)
        for r, weights_n in enumerate(weights):
            if weights_n[positive].sum() == 0:
                assert np.isnan(result.auroc_r[r])
                assert np.isnan(result.average_precision_r[r])
                continue
            area = roc_auc_score(positive, scores, sample_weight=weights_n)
            mean_precision = average_precision_score(positive, scores, sample_weight=weights_n)
            assert result.auroc_r[r] == pytest.approx(area, abs=1e-12)
            assert result.average_precision_r[r] == pytest.approx(mean_precision, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=2, max_size=25))
def test_auroc_is_the_share_of_pairs_in_order(rows):
    positive = np.array([row[0] for row in rows])
    scores = np.array([row[1] for row in rows], float)
    pairs = [
        1.0 if high > low else 0.5 if high == low else 0.0
        for high in scores[positive]
        for low in scores[~positive]
    ]
    value = auroc(positive, scores)
    assert np.isnan(value) if not pairs else value == pytest.approx(np.mean(pairs), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=2, max_size=25))
def test_average_precision_equals_its_definition(rows):
    positive = np.array([row[0] for row in rows])
    scores = np.array([row[1] for row in rows], float)
    value = average_precision(positive, scores)
    if positive.all() or not positive.any():
        assert np.isnan(value)
        return
    total, recall = 0.0, 0.0
    for threshold in sorted(set(scores.tolist()), reverse=True):
        called = scores >= threshold
        now = positive[called].sum() / positive.sum()
        total += (now - recall) * positive[called].mean()
        recall = now
    assert value == pytest.approx(total, abs=1e-12)


def test_scores_that_say_nothing_score_one_half():
    positive = np.array([True, False, False, True, False])
    assert auroc(positive, np.zeros(5)) == 0.5
    assert average_precision(positive, np.zeros(5)) == pytest.approx(0.4)


def test_perfect_and_reversed_order():
    positive = np.array([False, False, True])
    assert auroc(positive, np.array([0.1, 0.2, 0.3])) == 1.0
    assert auroc(positive, -np.array([0.1, 0.2, 0.3])) == 0.0


def test_a_replicate_without_negatives_is_undefined():
    ranking = rank(np.array([True, False]), np.array([0.5, 0.5]))
    result = score_ranking(ranking, np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert np.isnan(result.auroc_r).tolist() == [True, False]
    assert np.isnan(result.average_precision_r).tolist() == [True, False]


def test_areas_alone_are_those_of_both_scores():
    made = make(n=90, c=2, decimals=1)
    ranking = rank(made.labels == 1, made.probs[:, 1])
    weights = np.random.default_rng(0).poisson(1.0, (6, 90)).astype(float)
    weights[5] = made.labels == 1
    expected = score_ranking(ranking, weights).auroc_r
    np.testing.assert_allclose(ranking_areas(ranking, weights), expected)
    assert np.isnan(expected[5])
