"""Thresholds: the order statistic, its conventions and the promise itself."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from cutis.stats.conformal.scores import conformity
from cutis.stats.conformal.sets import prediction_sets
from cutis.stats.conformal.thresholds import (
    calibrate,
    calibration_luck,
    cases_needed,
    conformal_quantile,
)


@given(st.integers(1, 60), st.sampled_from(["0.01", "0.05", "0.1", "0.2", "0.25", "0.5"]))
def test_quantile_is_the_exact_order_statistic(m, alpha):
    scores = np.random.default_rng(m).random(m)
    place = -((-(m + 1) * (1 - Fraction(alpha))) // 1)
    expected = float("inf") if place > m else np.sort(scores)[int(place) - 1]
    assert conformal_quantile(scores, float(alpha)) == expected
    assert (m >= cases_needed(float(alpha))) == np.isfinite(expected)


def exchangeable(rng, n):
    """Probabilities that are over-confident, and labels that do not follow them."""
    logits = rng.normal(size=(n, 5))
    labels = np.array([rng.choice(5, p=np.exp(z) / np.exp(z).sum()) for z in logits])
    bold = np.exp(3 * logits)
    return labels, bold / bold.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("rule", ["lac", "aps", "raps"])
@pytest.mark.parametrize("by", ["all", "class", "group"])
def test_the_promise_holds_on_exchangeable_data(rule, by):
    """Mean coverage over many draws of calibration and test lies where theory puts it."""
    rng = np.random.default_rng(7)
    labels, probs = exchangeable(rng, 1500)
    scores = conformity(rule, probs, rng.random(1500))
    groups = np.where(probs[:, 0] > 0.3, "light", "dark")
    shares = []
    for _ in range(60):
        order = rng.permutation(1500)
        fit, test = order[:500], order[500:]
        thresholds = calibrate(
            scores[fit], labels[fit], 0.1,
            classes=list("abcde") if by == "class" else None,
            groups_n=groups[fit] if by == "group" else None,
        )  # fmt: skip
        sets = prediction_sets(scores[test], thresholds.of_rows(1000, 5, groups[test]))
        covered = sets[np.arange(1000), labels[test]]
        parts = {"all": [np.ones(1000, bool)], "class": [labels[test] == k for k in range(5)],
                 "group": [groups[test] == g for g in ("light", "dark")]}[by]  # fmt: skip
        shares.append([covered[part].mean() for part in parts])
    # At least 1 - alpha, and at most 1/(n + 1) more without ties; 0.015 is Monte-Carlo error.
    assert (np.mean(shares, axis=0) > 0.9 - 0.015).all()
    assert (np.mean(shares, axis=0) < 0.9 + 0.015 + 1 / 90).all()


def test_luck_equals_the_beta_distribution():
    for n, alpha in ((50, 0.1), (100, 0.05), (19, 0.05), (1000, 0.2)):
        beyond = int(np.floor((n + 1) * alpha + 1e-9))
        expected = beta.ppf([0.025, 0.975], n + 1 - beyond, beyond)
        assert calibration_luck(n, alpha) == pytest.approx(tuple(expected))
    assert calibration_luck(5, 0.1) == (1.0, 1.0)


def test_too_few_cases_let_every_class_in():
    scores = np.array([[0.1, 0.9], [0.2, 0.8], [0.9, 0.1]])
    thresholds = calibrate(scores, np.array([0, 0, 1]), 0.4, classes=["a", "b"])
    assert thresholds.n_k.tolist() == [2, 1]
    assert thresholds.value_k.tolist() == [0.2, float("inf")]
    assert prediction_sets(np.array([[0.9, 0.99]]), thresholds.of_rows(1, 2)).tolist() == [
        [False, True]
    ]
    first, second = thresholds.to_json()
    assert first == {"of": "a", "n": 2, "threshold": 0.2}
    assert second["threshold"] is None
    assert "every class is in the set" in second["note"]


def test_a_group_never_calibrated_gets_full_sets():
    scores = np.array([[0.1, 0.9], [0.2, 0.8]])
    thresholds = calibrate(scores, np.array([0, 0]), 0.5, groups_n=np.array(["f", "f"]))
    rows = thresholds.of_rows(2, 2, np.array(["f", "x"]))
    assert rows.tolist() == [[0.2, 0.2], [float("inf")] * 2]


def test_refusals():
    with pytest.raises(ValueError, match="per class or per group, not both"):
        calibrate(np.eye(2), np.array([0, 1]), 0.1, ["a", "b"], np.array(["x", "y"]))
    for alpha in (0.0, 1.0, 10.0):
        with pytest.raises(ValueError, match=f"alpha is {alpha}"):
            conformal_quantile(np.array([0.5]), alpha)
