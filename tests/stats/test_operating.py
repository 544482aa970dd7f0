"""Operating points against a search over all thresholds, and Bayes' rule against counting."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.operating import Wish, operating_points, predictive_values
from tests.stats.samples import make

NO_INTERVALS = Settings(n_bootstrap=0)


def problem(n=120, seed=0, decimals=2):
    made = make(n=n, c=2, seed=seed, decimals=decimals)
    return made.labels == 1, made.probs[:, 1], made.groups


def search(positive, scores, rule, target):
    """Try every threshold, "nothing" included, and keep the best that fulfils the wish."""
    tried = []
    for threshold in [math.inf, *sorted(set(scores.tolist()), reverse=True)]:
        called = scores >= threshold
        tried.append((called[positive].mean(), (~called)[~positive].mean(), threshold))
    if rule == "at-specificity":
        return max((t for t in tried if t[1] >= target - 1e-12), key=lambda t: (t[0], t[1]))
    if rule == "at-sensitivity":
        return max((t for t in tried if t[0] >= target - 1e-12), key=lambda t: (t[1], t[0]))
    return max(tried, key=lambda t: round(t[0] + t[1], 12))


def one(positive, scores, wish, **more):
    clusters = make_clusters(None, positive.size)
    settings = more.pop("settings", NO_INTERVALS)
    return operating_points(positive, scores, clusters, settings, wishes=[wish], **more).points[0]


@pytest.mark.parametrize("decimals", [0, 1, 6])
@pytest.mark.parametrize(
    ("rule", "target"),
    [
        ("at-specificity", 0.5), ("at-specificity", 0.9), ("at-specificity", 1.0),
        ("at-sensitivity", 0.5), ("at-sensitivity", 0.9), ("at-sensitivity", 1.0),
        ("youden", None),
    ],
)  # fmt: skip
def test_the_point_is_the_best_of_all_thresholds(decimals, rule, target):
    positive, scores, _ = problem(decimals=decimals)
    point = one(positive, scores, Wish(rule, target))
    sensitivity, specificity, threshold = search(positive, scores, rule, target)
    assert point.estimates["sensitivity"].value == pytest.approx(sensitivity)
    assert point.estimates["specificity"].value == pytest.approx(specificity)
    if rule != "youden":
        assert point.threshold == threshold


def test_replicates_choose_their_own_threshold():
    positive, scores, groups = problem()
    clusters = make_clusters(groups, positive.size)
    settings = Settings(n_bootstrap=40, seed=3, grouping="lesion")
    wish = Wish("at-specificity", 0.8)
    estimate = operating_points(
        positive, scores, clusters, settings, wishes=[wish]
    ).points[0].estimates["sensitivity"]  # fmt: skip
    from cutis.stats.resampling import bootstrap_weights

    drawn = []
    for weights in np.concatenate(list(bootstrap_weights(clusters, 40, 3))):
        rows = np.repeat(np.arange(positive.size), weights.astype(int))
        drawn.append(search(positive[rows], scores[rows], "at-specificity", 0.8)[0])
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert (estimate.low, estimate.high) == pytest.approx((low, high))
    assert (estimate.method, estimate.grouping) == ("bootstrap-percentile", "lesion")
    assert estimate.n == positive.sum()


def test_the_answer_of_the_model_is_an_operating_point():
    made = make(n=90, c=3)
    positive, answered = made.labels == 2, made.predicted == 2
    point = one(positive, made.probs[:, 2], Wish("answer"), answered_n=answered)
    assert point.estimates["sensitivity"].value == pytest.approx(answered[positive].mean())
    assert point.estimates["ppv"].value == pytest.approx(positive[answered].mean())
    assert point.estimates["npv"].value == pytest.approx((~positive)[~answered].mean())
    assert math.isnan(point.threshold)
    assert point.to_json()["threshold"] is None


def test_predictive_values_at_the_share_of_the_images_are_precision():
    positive, scores, _ = problem()
    point = one(positive, scores, Wish("at-sensitivity", 0.9))
    called = scores >= point.threshold
    assert point.estimates["ppv"].value == pytest.approx(positive[called].mean())
    assert "among these images" in point.estimates["ppv"].note


def test_predictive_values_at_a_stated_prevalence_follow_bayes():
    positive, scores, _ = problem()
    point = one(positive, scores, Wish("at-sensitivity", 0.9), prevalence=0.02)
    sens, spec = (point.estimates[k].value for k in ("sensitivity", "specificity"))
    expected = sens * 0.02 / (sens * 0.02 + (1 - spec) * 0.98)
    assert point.estimates["ppv"].value == pytest.approx(expected)
    assert "these images" not in point.estimates["ppv"].note


def test_bayes_equals_counting_a_hundred_thousand_people():
    sick, well = 1000, 99_000
    ppv, npv = predictive_values(np.array([0.85]), np.array([0.7]), 0.01)
    assert ppv[0] == pytest.approx(850 / (850 + 0.3 * well))
    assert npv[0] == pytest.approx(0.7 * well / (0.7 * well + 0.15 * sick))


def test_a_score_that_cannot_be_so_specific_calls_nothing_positive_and_says_so():
    positive = np.array([True, True, False, False])
    point = one(positive, np.full(4, 0.5), Wish("at-specificity", 0.9))
    record = point.to_json()
    assert record["threshold"] is None
    assert record["sensitivity"]["value"] == 0.0
    assert "no image is called positive" in record["sensitivity"]["note"]
    assert record["ppv"]["value"] is None
    assert "no image is called positive" in record["ppv"]["note"]


def test_perfect_scores_have_an_exact_interval():
    positive = np.arange(40) < 10
    point = one(positive, positive * 0.8, Wish("at-specificity", 0.9), settings=Settings(200))
    sensitivity = point.estimates["sensitivity"]
    assert (sensitivity.value, sensitivity.method) == (1.0, "clopper-pearson")
    assert sensitivity.low == pytest.approx(0.6915, abs=1e-4)


def test_bca_intervals_are_made_when_asked_for():
    positive, scores, _ = problem()
    settings = Settings(n_bootstrap=100, interval="bca")
    point = one(positive, scores, Wish("at-specificity", 0.8), settings=settings)
    assert point.estimates["sensitivity"].method == "bootstrap-bca"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"wishes": [Wish("at-specificity", 1.5)]}, "wished specificity is 1.5"),
        ({"wishes": [Wish("at-sensitivity")]}, "wished sensitivity is None"),
        ({"wishes": [Wish("answer")]}, "needs to know"),
        ({"prevalence": 1.0}, "strictly between 0 and 1"),
        ({"positive_n": np.ones(4, bool)}, "4 of 4 images are of the class"),
    ],
)
def test_impossible_wishes_are_refused(change, says):
    arguments = {
        "positive_n": np.array([True, True, False, False]),
        "scores_n": np.arange(4.0),
        "clusters": make_clusters(None, 4),
        "settings": NO_INTERVALS,
        "wishes": [Wish("youden")],
    }
    with pytest.raises(ValueError, match=says):
        operating_points(**(arguments | change))


def test_a_predictive_value_of_one_carries_the_exact_uncertainty():
    positive = np.arange(40) < 10
    point = one(
        positive, positive * 0.8, Wish("at-specificity", 0.9), settings=Settings(50),
        prevalence=0.1,
    )  # fmt: skip
    sens, spec = point.estimates["sensitivity"], point.estimates["specificity"]
    npv, ppv = point.estimates["npv"], point.estimates["ppv"]
    assert (ppv.value, npv.value, ppv.high, npv.high) == (1.0, 1.0, 1.0, 1.0)
    assert npv.low == pytest.approx(0.9 / (0.9 + (1 - sens.low) * 0.1))
    assert ppv.low == pytest.approx(0.1 / (0.1 + (1 - spec.low) * 0.9))
    assert "exact one of the specificity" in ppv.note
    assert "no interval" not in ppv.note
