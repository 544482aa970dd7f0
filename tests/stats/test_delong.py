"""DeLong against brute force, against a bootstrap, and clustered against written-out copies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, norm
from sklearn.metrics import roc_auc_score

from cutis.stats.clusters import make_clusters
from cutis.stats.delong import compare_areas, delong, placements
from cutis.stats.ranking import rank, score_ranking
from cutis.stats.resampling import bootstrap_weights
from tests.stats.samples import make


def kernel(high: float, low: float) -> float:
    return 1.0 if high > low else 0.5 if high == low else 0.0


def brute_force(positive, scores):
    """All pairs, as DeLong, DeLong and Clarke-Pearson write it, in O(p q)."""
    v10, v01 = [], []
    for row in scores:
        high, low = row[positive], row[~positive]
        pairs = np.array([[kernel(x, y) for y in low] for x in high])
        v10.append(pairs.mean(axis=1))
        v01.append(pairs.mean(axis=0))
    m, k = positive.sum(), (~positive).sum()
    return np.atleast_2d(np.cov(v10)) / m + np.atleast_2d(np.cov(v01)) / k


def scores_of(n=60, m=3, seed=0, decimals=1):
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.4
    shared = rng.normal(size=n)
    scores = shared + rng.normal(size=(m, n)) + positive * np.linspace(0.2, 1.5, m)[:, None]
    return positive, np.round(scores, decimals)


@pytest.mark.parametrize("decimals", [0, 1, 6])
def test_equals_all_pairs_written_out(decimals):
    positive, scores = scores_of(decimals=decimals)
    found = delong(positive, scores)
    np.testing.assert_allclose(found.covariance_mm, brute_force(positive, scores), atol=1e-14)
    expected = [roc_auc_score(positive, row) for row in scores]
    np.testing.assert_allclose(found.auroc_m, expected, atol=1e-14)


def test_placements_average_to_the_rank_statistic():
    positive, scores = scores_of()
    of_positives, of_negatives = placements(positive, scores)
    u = mannwhitneyu(scores[0][positive], scores[0][~positive]).statistic
    area = u / (positive.sum() * (~positive).sum())
    assert of_positives[0].mean() == pytest.approx(area)
    assert of_negatives[0].mean() == pytest.approx(area)


def test_a_worked_example_by_hand():
    """Two positives, three negatives, no ties: the six comparisons done on paper."""
    positive = np.array([True, True, False, False, False])
    scores = np.array([[0.5, 0.8, 0.1, 0.3, 0.6], [0.9, 0.2, 0.1, 0.3, 0.6]])
    found = delong(positive, scores)
    np.testing.assert_allclose(found.auroc_m, [5 / 6, 4 / 6])
    # model 1: V10 = (2/3, 1), V01 = (1, 1, 1/2); model 2: V10 = (1, 1/3), V01 = (1, 1/2, 1/2)
    np.testing.assert_allclose(np.diag(found.covariance_mm), [1 / 36 + 1 / 36, 1 / 9 + 1 / 36])
    np.testing.assert_allclose(found.covariance_mm[0, 1], -1 / 18 + 1 / 72)


def test_the_difference_test_is_the_normal_one():
    positive, scores = scores_of(m=2)
    areas = delong(positive, scores)
    covariance = brute_force(positive, scores)
    error = math.sqrt(np.array([1, -1]) @ covariance @ np.array([1, -1]))
    found = compare_areas(areas, 1, 0, confidence=0.9)
    difference = areas.auroc_m[1] - areas.auroc_m[0]
    assert found.p == pytest.approx(2 * norm.sf(abs(difference) / error))
    assert found.interval == pytest.approx(norm.interval(0.9, difference, error))
    back = compare_areas(areas, 0, 1, confidence=0.9)
    assert (back.difference, back.p) == pytest.approx((-found.difference, found.p))


def test_the_variance_agrees_with_a_bootstrap():
    positive, scores = scores_of(n=400, m=2, seed=3)
    areas = delong(positive, scores)
    weights = np.concatenate(list(bootstrap_weights(make_clusters(None, 400), 1500, 0)))
    drawn = [score_ranking(rank(positive, row), weights).auroc_r for row in scores]
    np.testing.assert_allclose(areas.covariance_mm, np.cov(drawn), rtol=0.2)


def test_clusters_of_one_are_independent_images():
    positive, scores = scores_of()
    alone = make_clusters(np.arange(60), 60)
    assert alone.grouped
    np.testing.assert_allclose(
        delong(positive, scores, alone).covariance_mm, delong(positive, scores).covariance_mm
    )


def obuchowski(positive, scores, groups):
    """Obuchowski's sums, cluster by cluster, for all pairs of models."""
    v10, v01 = placements(positive, scores)
    areas, names = v10.mean(axis=1), np.unique(groups)
    of_p, of_q = groups[positive], groups[~positive]
    m, k, i10, i01 = of_p.size, of_q.size, np.unique(of_p).size, np.unique(of_q).size
    out = np.zeros((len(scores), len(scores)))
    for a in range(len(scores)):
        for b in range(len(scores)):
            s10 = s01 = s11 = s11_back = 0.0
            for name in names:
                xa = (v10[a][of_p == name] - areas[a]).sum()
                xb = (v10[b][of_p == name] - areas[b]).sum()
                ya = (v01[a][of_q == name] - areas[a]).sum()
                yb = (v01[b][of_q == name] - areas[b]).sum()
                s10, s01 = s10 + xa * xb, s01 + ya * yb
                s11, s11_back = s11 + xa * yb, s11_back + xb * ya
            s10 *= i10 / ((i10 - 1) * m)
            s01 *= i01 / ((i01 - 1) * k)
            both = (s11 + s11_back) * names.size / (names.size - 1)
            out[a, b] = s10 / m + s01 / k + both / (m * k)
    return out


def test_clustered_equals_obuchowskis_sums():
    rng = np.random.default_rng(5)
    positive, scores = scores_of(n=80, m=3, seed=5)
    groups = rng.integers(0, 25, 80)
    found = delong(positive, scores, make_clusters(groups, 80)).covariance_mm
    np.testing.assert_allclose(found, obuchowski(positive, scores, groups), rtol=1e-10)


def test_copies_of_every_image_bring_no_certainty():
    positive, scores = scores_of(n=80, m=2)
    four = np.tile(np.arange(80), 4)
    clustered = delong(positive[four], scores[:, four], make_clusters(four, 320)).covariance_mm
    plain = delong(positive, scores).covariance_mm
    np.testing.assert_allclose(clustered, plain, rtol=0.02)
    naive = delong(positive[four], scores[:, four]).covariance_mm
    assert (np.diag(naive) < 0.3 * np.diag(plain)).all()


def test_a_clustered_variance_agrees_with_a_grouped_bootstrap():
    made = make(n=300, c=2, group_size=4, seed=2)
    clusters = make_clusters(made.groups, 300)
    positive, score = made.labels == 1, made.probs[:, 1]
    found = delong(positive, score[None], clusters).covariance_mm[0, 0]
    weights = np.concatenate(list(bootstrap_weights(clusters, 500, 0)))
    drawn = score_ranking(rank(positive, score), weights).auroc_r
    assert found == pytest.approx(np.var(drawn), rel=0.25)


def test_identical_models_are_not_told_apart():
    positive, scores = scores_of(m=1)
    areas = delong(positive, np.concatenate([scores, scores]))
    found = compare_areas(areas, 0, 1)
    assert (found.difference, found.p) == (0.0, 1.0)
    assert math.isnan(found.interval.low)


def test_no_error_at_all_leaves_no_test():
    positive = np.array([False, False, True, True])
    areas = delong(positive, np.array([[0.1, 0.2, 0.8, 0.9], [0.9, 0.8, 0.2, 0.1]]))
    found = compare_areas(areas, 0, 1)
    assert found.difference == 1.0
    assert math.isnan(found.p)


def test_constant_scores_have_half_the_area():
    positive = np.array([False, True, True, False])
    assert delong(positive, np.full((1, 4), 0.3)).auroc_m == pytest.approx([0.5])


def test_a_single_positive_has_an_area_but_no_variance():
    found = delong(np.array([True, False, False]), np.array([[0.5, 0.2, 0.7]]))
    assert found.auroc_m == pytest.approx([0.5])
    assert np.isnan(found.covariance_mm).all()
    assert math.isnan(compare_areas(delong(np.array([True, False]), np.ones((2, 2))), 0, 1).p)


@pytest.mark.parametrize(
    ("positive", "scores", "says"),
    [
        ([True, True], [[0.1, 0.2]], "2 of 2 images are of the class"),
        ([True, False], [[0.1, np.nan]], "not finite"),
        ([True, False], [[0.1, 0.2, 0.3]], "2 images each model"),
    ],
)
def test_what_cannot_be_ranked_is_refused(positive, scores, says):
    with pytest.raises(ValueError, match=says):
        delong(np.array(positive), np.array(scores))
