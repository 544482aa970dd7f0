"""Net benefit against the formula, counted image by image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.stats.decision import check_thresholds, net_benefit
from tests.stats.samples import make, multiplicities, repeated

THRESHOLDS = np.array([0.05, 0.1, 0.25, 0.5, 0.8])


def counted(positive, scores, t):
    treated = scores >= t
    hits, alarms = (treated & positive).sum(), (treated & ~positive).sum()
    return hits / positive.size - alarms / positive.size * t / (1 - t)


@pytest.mark.parametrize("decimals", [None, 0])
@pytest.mark.parametrize("c", [2, 5])
def test_equals_the_formula_in_every_replicate(c, decimals):
    made = make(c=c, decimals=decimals)
    weights = multiplicities(made, r=4)
    out = net_benefit(made.labels == 1, made.probs[:, 1], THRESHOLDS, weights)
    for r, weights_n in enumerate(weights):
        drawn = repeated(made, weights_n)
        positive, scores = drawn.labels == 1, drawn.probs[:, 1]
        for m, t in enumerate(THRESHOLDS):
            model, everyone = (
                counted(positive, scores, t),
                counted(positive, np.ones(scores.size), t),
            )
            assert out.model[r, m] == pytest.approx(model, abs=1e-12)
            assert out.treat_all[r, m] == pytest.approx(everyone, abs=1e-12)
            assert out.standardised[r, m] == pytest.approx(model / positive.mean(), abs=1e-12)
            assert out.gain[r, m] == pytest.approx(model - max(everyone, 0), abs=1e-12)


def test_the_worked_example_of_a_biopsy():
    """Of 100 patients 20 have cancer; 18 of them and 30 others score at or above 10%."""
    scores = np.repeat([0.5, 0.05, 0.5, 0.05], [18, 2, 30, 50])
    positive = np.repeat([True, True, False, False], [18, 2, 30, 50])
    out = net_benefit(positive, scores, np.array([0.1]))
    assert out.model[0, 0] == pytest.approx(0.18 - 0.30 / 9)
    assert out.treat_all[0, 0] == pytest.approx(0.20 - 0.80 / 9)


def test_a_threshold_is_met_by_a_score_equal_to_it():
    out = net_benefit(np.array([True, False]), np.array([0.3, 0.1]), np.array([0.3]))
    assert out.model[0, 0] == 0.5


def test_treating_all_is_worth_nothing_at_the_prevalence():
    made = make(c=2)
    share = (made.labels == 1).mean()
    out = net_benefit(made.labels == 1, made.probs[:, 1], np.array([share]))
    assert out.treat_all[0, 0] == pytest.approx(0)


def test_a_stated_prevalence_is_that_of_images_weighted_to_it():
    made = make(c=2, n=200)
    positive = made.labels == 1
    prevalence = 0.02
    weights = np.where(positive, prevalence / positive.sum(), (1 - prevalence) / (~positive).sum())
    weighted = net_benefit(positive, made.probs[:, 1], THRESHOLDS, weights[None, :])
    stated = net_benefit(positive, made.probs[:, 1], THRESHOLDS, prevalence=prevalence)
    for one, other in zip(stated, weighted, strict=True):
        assert one == pytest.approx(other, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 0.95))
def test_a_perfect_model_gains_the_prevalence_and_no_model_more(seed, t):
    rng = np.random.default_rng(seed)
    positive = np.append(rng.random(18) < 0.3, [True, False])
    thresholds = np.array([t])
    perfect = net_benefit(positive, positive.astype(float), thresholds).model[0, 0]
    assert perfect == pytest.approx(positive.mean())
    assert net_benefit(positive, rng.random(20), thresholds).model[0, 0] <= perfect + 1e-12


def test_a_replicate_without_positives_has_no_net_benefit():
    weights = np.array([[0.0, 1.0], [1.0, 1.0]])
    out = net_benefit(np.array([True, False]), np.array([0.9, 0.1]), np.array([0.5]), weights)
    for values in out:
        assert np.isnan(values[0, 0])
        assert not np.isnan(values[1, 0])


@pytest.mark.parametrize("thresholds", [[0.0], [1.0], [], [0.5, np.nan]])
def test_impossible_thresholds_are_refused(thresholds):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        check_thresholds(np.array(thresholds))


@pytest.mark.parametrize("prevalence", [0.0, 1.0, 1.5])
def test_an_impossible_prevalence_is_refused(prevalence):
    with pytest.raises(ValueError, match=f"prevalence is {prevalence}"):
        net_benefit(np.array([True]), np.array([0.5]), np.array([0.5]), prevalence=prevalence)
