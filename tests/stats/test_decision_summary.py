"""The summary of a decision curve."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters
from cutis.stats.decision import net_benefit
from cutis.stats.decision_summary import THRESHOLDS, decision_summary
from cutis.stats.estimate import Settings
from cutis.stats.resampling import bootstrap_weights
from tests.stats.samples import make

MADE = make(n=300, c=2, shares=(0.7, 0.3), skill=2.0)
POSITIVE = MADE.labels == 1
CLUSTERS = make_clusters(MADE.groups, 300)


def summary(**more):
    settings = Settings(150, seed=1, grouping="lesion")
    return decision_summary(POSITIVE, MADE.probs[:, 1], CLUSTERS, settings, **more)


def test_values_and_intervals_are_those_of_the_replicates():
    thresholds = [0.1, 0.4]
    found = summary(thresholds=thresholds)
    scores = MADE.probs[:, 1]
    point = net_benefit(POSITIVE, scores, np.array(thresholds))
    weights = np.concatenate(list(bootstrap_weights(CLUSTERS, 150, 1)))
    drawn = net_benefit(POSITIVE, scores, np.array(thresholds), weights)
    for k, here in enumerate(found.points):
        assert here.threshold == thresholds[k]
        for estimate, value, replicates in (
            (here.net_benefit, point.model, drawn.model),
            (here.treat_all, point.treat_all, drawn.treat_all),
            (here.standardised, point.standardised, drawn.standardised),
            (here.gain, point.gain, drawn.gain),
        ):
            assert estimate.value == pytest.approx(value[0, k])
            low, high = np.quantile(replicates[:, k], [0.025, 0.975])
            assert (estimate.low, estimate.high) == pytest.approx((low, high))


def test_useful_runs_are_where_the_interval_of_the_gain_is_above_zero():
    found = summary()
    inside = [
        any(low <= point.threshold <= high for low, high in found.useful) for point in found.points
    ]
    above = [point.gain.low > 0 for point in found.points]
    assert sum(above) - sum(inside) == found.n_thin
    assert all(over for over, shown in zip(above, inside, strict=True) if shown)
    assert any(inside)
    assert len(found.points) == len(THRESHOLDS)


def test_scores_without_meaning_are_useful_nowhere():
    rng = np.random.default_rng(0)
    out = decision_summary(POSITIVE, rng.random(300), CLUSTERS, Settings(150))
    assert out.useful == ()


def test_a_useless_score_is_not_shown_by_a_handful_of_images():
    """Six negatives that happen to lie below a threshold have an interval above 0."""
    positive = np.arange(200) < 20
    scores = np.full(200, 0.5)
    scores[-6:] = 0.01
    alone = make_clusters(None, 200)
    out = decision_summary(positive, scores, alone, Settings(200), [0.05])
    assert out.points[0].gain.low > 0
    assert (out.useful, out.n_thin) == ((), 1)
    # Fifteen such images are enough groups, but that no positive is among them is luck as well.
    scores[-15:] = 0.01
    out = decision_summary(positive, scores, alone, Settings(200), [0.05])
    assert (out.useful, out.n_thin) == ((), 1)


def test_a_perfect_score_is_useful():
    positive = np.arange(400) < 150
    scores = np.where(positive, 0.9, 0.05)
    out = decision_summary(positive, scores, make_clusters(None, 400), Settings(100), [0.1, 0.4])
    assert (out.useful, out.n_thin) == (((0.1, 0.4),), 0)


def test_a_rarer_disease_lowers_the_benefit():
    here, rare = summary(thresholds=[0.2]), summary(thresholds=[0.2], prevalence=0.02)
    assert rare.points[0].net_benefit.value < here.points[0].net_benefit.value
    assert (here.n, here.n_positive, rare.prevalence) == (300, POSITIVE.sum(), 0.02)


def test_one_class_alone_is_refused():
    with pytest.raises(ValueError, match="0 of 5 images are of the positive class"):
        decision_summary(np.zeros(5, bool), np.full(5, 0.5), make_clusters(None, 5), Settings(50))


def test_the_record_is_strict():
    constant = decision_summary(
        np.array([True, False] * 10), np.full(20, 0.5), make_clusters(None, 20), Settings(50),
        thresholds=[0.9, 0.2],
    ).to_json()  # fmt: skip
    json.dumps(constant, allow_nan=False)
    assert [point["threshold"] for point in constant["points"]] == [0.2, 0.9]
    assert constant["points"][1]["net_benefit"]["value"] == 0
    assert "same in every replicate" in constant["points"][1]["net_benefit"]["note"]
