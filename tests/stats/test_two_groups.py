"""Differences between groups against scipy, statsmodels and brute force."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.ranking import auroc
from cutis.stats.two_groups import compare_groups, mean_differences, permuted_groups

QUICK = Settings(n_bootstrap=200)
NAMES = ["planted", "noise", "ties", "constant"]


def sample(n=80, seed=0):
    rng = np.random.default_rng(seed)
    in_a = rng.random(n) < 0.4
    scores = np.stack(
        [in_a * 0.8 + rng.normal(size=n), rng.normal(size=n), rng.integers(0, 3, n), np.ones(n)], 1
    )
    return scores, in_a


def test_without_groups_the_test_is_that_of_mann_and_whitney():
    scores, in_a = sample()
    found = compare_groups(scores, in_a, NAMES, settings=QUICK)
    assert found.test == "mann-whitney"
    for i, d in enumerate(found.differences[:3]):
        a, b = scores[in_a, i], scores[~in_a, i]
        assert d.p == pytest.approx(stats.mannwhitneyu(a, b).pvalue)
        assert d.superiority == pytest.approx(auroc(in_a, scores[:, i]))
        assert d.difference.value == pytest.approx(a.mean() - b.mean())
        pooled = np.sqrt(
            ((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2)
        )
        assert d.standardised.value == pytest.approx((a.mean() - b.mean()) / pooled)


def test_corrections_are_those_of_statsmodels_and_skip_what_was_not_tested():
    scores, in_a = sample()
    found = compare_groups(scores, in_a, NAMES, settings=QUICK)
    p = [d.p for d in found.differences[:3]]
    holm = multipletests(p, method="holm")[1]
    bh = multipletests(p, method="fdr_bh")[1]
    for d, by_holm, by_bh in zip(found.differences, holm, bh, strict=False):
        assert (d.p_holm, d.p_bh) == (pytest.approx(by_holm), pytest.approx(by_bh))
    constant = found.differences[3].to_json()
    assert constant["p"] is constant["p_holm"] is constant["standardised"]["value"] is None
    assert constant["difference"]["value"] == 0.0
    assert "does not vary" in constant["standardised"]["note"]


def test_the_planted_difference_is_found_and_its_interval_excludes_zero():
    scores, in_a = sample(200)
    planted, noise = compare_groups(scores[:, :2], in_a, NAMES[:2], settings=QUICK).differences
    assert planted.p_holm < 0.01
    assert planted.standardised.low > 0
    assert noise.standardised.low < 0 < noise.standardised.high


def test_weighted_differences_are_those_of_the_repeated_sample():
    scores, in_a = sample(30)
    weights = np.random.default_rng(1).integers(0, 3, 30)
    weighted = mean_differences(scores, in_a, weights[None].astype(float))
    repeated_scores, repeated_in = np.repeat(scores, weights, 0), np.repeat(in_a, weights)
    plain = mean_differences(repeated_scores, repeated_in, np.ones((1, len(repeated_in))))
    for name in plain:
        np.testing.assert_allclose(weighted[name], plain[name], atol=1e-12)


def test_the_permutation_test_agrees_with_all_permutations_of_pure_clusters():
    groups = np.repeat(np.arange(7), [1, 2, 1, 3, 1, 2, 2])
    of_a = np.array([1, 1, 1, 0, 0, 0, 0], bool)
    scores = np.random.default_rng(3).normal(size=(groups.size, 1)) + of_a[groups, None]
    found = compare_groups(scores, of_a[groups], ["x"], groups, QUICK, n_permutations=4000)
    ranks = stats.rankdata(scores[:, 0])
    gaps = []
    for order in permutations(range(7)):
        member = of_a[list(order)][groups]
        gaps.append(abs(ranks[member].mean() - ranks[~member].mean()))
    observed = abs(ranks[of_a[groups]].mean() - ranks[~of_a[groups]].mean())
    exact = np.mean(np.array(gaps) >= observed - 1e-9)
    assert found.test == "permutation"
    assert found.differences[0].p == pytest.approx(exact, abs=0.025)


def test_mixed_clusters_shuffle_within_themselves():
    groups = np.array(["p", "p", "p", "q", "q", "r", "s"])
    in_a = np.array([1, 0, 0, 1, 0, 1, 0], bool)
    clusters = make_clusters(groups, 7)
    drawn = permuted_groups(in_a, clusters, 300, np.random.default_rng(0))
    assert (drawn[:, :3].sum(axis=1) == 1).all()
    assert (drawn[:, 3:5].sum(axis=1) == 1).all()
    assert (drawn[:, 5:].sum(axis=1) == 1).all()
    assert len({tuple(row) for row in drawn.tolist()}) == 3 * 2 * 2


def test_repeating_every_image_makes_nothing_more_certain():
    """A test that took copies for witnesses would be surer; this is the reason for clusters."""
    rng = np.random.default_rng(5)
    in_a = np.arange(24) < 12
    scores = (rng.normal(size=24) + 0.5 * in_a)[:, None]
    once = compare_groups(scores, in_a, ["x"], settings=QUICK).differences[0].p
    copied = np.repeat(scores, 5, axis=0), np.repeat(in_a, 5)
    grouped = compare_groups(*copied, ["x"], np.repeat(np.arange(24), 5), QUICK).differences[0].p
    naive = compare_groups(*copied, ["x"], settings=QUICK).differences[0].p
    assert grouped == pytest.approx(once, abs=0.03)
    assert naive < once / 4


def test_false_alarms_are_as_rare_as_promised_with_clusters():
    rng = np.random.default_rng(11)
    groups = np.repeat(np.arange(20), 4)
    alarms = 0
    for _ in range(120):
        scores = (rng.normal(size=20)[groups] + 0.3 * rng.normal(size=80))[:, None]
        in_a = (np.arange(20) < 10)[groups]
        settings = Settings(n_bootstrap=0)
        p = compare_groups(scores, in_a, ["x"], groups, settings, 199).differences[0].p
        alarms += p <= 0.05
    assert alarms <= 13


def test_counts_of_images_and_clusters():
    found = compare_groups(
        np.arange(4.0)[:, None], [True, False, True, False], ["x"], ["p", "p", "q", "r"], QUICK, 9
    ).to_json()
    assert (found["n_a"], found["n_b"]) == (2, 2)
    assert (found["groups_a"], found["groups_b"], found["groups_both"]) == (2, 2, 1)


@pytest.mark.parametrize(
    ("scores", "in_a", "message"),
    [
        (np.ones((2, 1)), [True, True], "Both groups need"),
        (np.ones((2, 1)), [True], "for 1 images"),
        (np.full((2, 1), np.inf), [True, False], "not finite"),
    ],
)
def test_mistakes_are_named(scores, in_a, message):
    with pytest.raises(ValueError, match=message):
        compare_groups(scores, in_a, ["x"])
