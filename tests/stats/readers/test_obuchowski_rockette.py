"""Obuchowski and Rockette's analysis: a published study, pseudo-values, simulated studies."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cutis.stats.readers.merit import delong_covariance, jackknife_covariance, make_crossed
from cutis.stats.readers.obuchowski_rockette import (
    GENERALISE,
    analyse,
    components,
    error_term,
    infer,
    one_arm,
)
from tests.stats.readers.roe_metz import simulate

# Van Dyke et al. (1993), 5 readers, 114 cases, spin-echo and cine MRI: the empirical areas and
# the published components of the textbook analysis (Hillis and others; several packages agree).
AREAS = np.array(
    [
        [0.91964573, 0.85877617, 0.90386473, 0.97310789, 0.82979066],
        [0.94782609, 0.90531401, 0.92173913, 0.99935588, 0.92995169],
    ]
)
VARIANCE, COV1, COV2, COV3 = 0.00080228827, 0.00034661371, 0.00034407483, 0.00023902837
BY_ARM = [(0.00101410277, 0.00048396180), (0.00059047376, 0.00020418785)]


def van_dyke() -> np.ndarray:
    """A covariance whose means are the published components."""
    blocks = np.empty((2, 5, 2, 5))
    same = np.eye(5, dtype=bool)
    blocks[:] = np.where(same, COV1, COV3)[:, None, :][None].transpose(0, 1, 2, 3)
    for arm, (variance, cov2) in enumerate(BY_ARM):
        blocks[arm, :, arm, :] = np.where(same, variance, cov2)
    return blocks.reshape(10, 10)


def test_the_published_components():
    found = components(AREAS, van_dyke())
    assert found.ms_arm == pytest.approx(0.0047961705, rel=1e-6)
    assert found.ms_reader == pytest.approx(0.0038362000, rel=1e-6)
    assert found.ms_both == pytest.approx(0.00055103062, rel=1e-6)
    assert (found.variance, found.cov1, found.cov2, found.cov3) == pytest.approx(
        (VARIANCE, COV1, COV2, COV3), rel=1e-6
    )
    assert found.var_reader == pytest.approx(0.00153499935, rel=1e-5)
    assert found.var_both == pytest.approx(0.00020040252, rel=1e-5)


def test_the_published_test_of_random_readers_and_cases():
    found = analyse(AREAS, van_dyke())
    assert (found.f, found.df2, found.p) == pytest.approx((4.456319, 15.25967, 0.05166569), 1e-5)
    difference = found.differences[0, 1]
    assert difference.value == pytest.approx(0.04380032, abs=1e-8)
    assert difference.error == pytest.approx(0.02074862, abs=1e-7)
    assert (difference.low, difference.high) == pytest.approx((-0.0003588544, 0.0879594986), 1e-4)
    assert [(a.error, a.df, a.low, a.high) for a in found.arms] == [
        pytest.approx((0.03317360, 12.74465, 0.8252236, 0.9688505), rel=1e-5),
        pytest.approx((0.02156637, 12.71019, 0.8941378, 0.9875369), rel=1e-5),
    ]


def test_the_published_test_of_fixed_readers():
    found = analyse(AREAS, van_dyke(), "cases")
    assert (found.f, found.p) == pytest.approx((5.475953, 0.0192798), rel=1e-5)
    difference = found.differences[0, 1]
    assert (difference.low, difference.high) == pytest.approx((0.00711473, 0.08048591), rel=1e-5)
    assert [(a.low, a.high) for a in found.arms] == [
        pytest.approx((0.8494301, 0.9446440), rel=1e-6),
        pytest.approx((0.9079564, 0.9737183), rel=1e-6),
    ]


def test_fixed_cases_are_a_paired_t_test_over_readers():
    found = analyse(AREAS, van_dyke(), "readers")
    t = stats.ttest_rel(AREAS[1], AREAS[0])
    assert found.p == pytest.approx(t.pvalue)
    low, high = t.confidence_interval()
    difference = found.differences[0, 1]
    assert (difference.low, difference.high) == (pytest.approx(low), pytest.approx(high))


def pseudo_value_anova(scores: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """F and degrees of freedom of Dorfman, Berbaum and Metz with Hillis' corrections, slowly."""
    a, j, n = scores.shape
    whole = make_crossed(scores, truth).values()[0]
    pseudo = np.empty((a, j, n))
    for k in range(n):
        left = np.arange(n) != k
        pseudo[:, :, k] = (
            n * whole - (n - 1) * make_crossed(scores[:, :, left], truth[left]).values()[0]
        )
    # normalised, so that the mean over cases is the area itself
    pseudo += (whole - pseudo.mean(axis=2))[:, :, None]
    mean = pseudo.mean
    grand = mean()
    arm, both = mean(axis=(1, 2)), mean(axis=2)
    reader, case = mean(axis=(0, 2)), mean(axis=(0, 1))
    arm_case = mean(axis=1)
    reader_case = mean(axis=0)
    ms_arm = j * n * ((arm - grand) ** 2).sum() / (a - 1)
    ms_both = n * ((both - arm[:, None] - reader + grand) ** 2).sum() / ((a - 1) * (j - 1))
    ms_arm_case = j * ((arm_case - arm[:, None] - case + grand) ** 2).sum() / ((a - 1) * (n - 1))
    rest = (
        pseudo - both[:, :, None] - arm_case[:, None, :] - reader_case
        + arm[:, None, None] + reader[:, None] + case - grand
    )  # fmt: skip
    ms_rest = (rest**2).sum() / ((a - 1) * (j - 1) * (n - 1))
    scale = ms_both + max(ms_arm_case - ms_rest, 0)
    return ms_arm / scale, scale**2 / (ms_both**2 / ((a - 1) * (j - 1)))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_equals_the_analysis_of_pseudo_values(seed):
    scores, truth = simulate(seed, readers=4, cases=24, gain=0.4)
    study = make_crossed(scores, truth)
    found = analyse(study.values()[0], jackknife_covariance(study))
    assert (found.f, found.df2) == pytest.approx(pseudo_value_anova(scores, truth), rel=1e-9)


def test_three_arms_have_three_differences():
    scores, truth = simulate(0, readers=3, cases=30)
    study = make_crossed(np.concatenate([scores, scores[:1] + 1e-3]), truth)
    found = analyse(study.values()[0], jackknife_covariance(study))
    assert list(found.differences) == [(0, 1), (0, 2), (1, 2)]
    assert found.df1 == 2
    assert found.differences[0, 2].value == 0.0


def test_the_level_is_kept_and_an_effect_is_found():
    def p_of(seed: int, gain: float) -> float:
        scores, truth = simulate(seed, gain=gain)
        study = make_crossed(scores, truth)
        return analyse(study.values()[0], delong_covariance(study)).p

    null = np.array([p_of(seed, 0.0) for seed in range(150)])
    assert 0.01 <= np.mean(null < 0.05) <= 0.09
    assert np.mean([p_of(seed, 1.0) < 0.05 for seed in range(20)]) > 0.7


@pytest.mark.parametrize("generalise", GENERALISE)
def test_one_arm_is_the_arm_of_the_whole_analysis(generalise):
    covariance = van_dyke()
    alone = one_arm(AREAS[0], covariance[:5, :5], generalise)
    assert alone[:5] == pytest.approx(analyse(AREAS, covariance, generalise).arms[0][:5])


def test_what_cannot_be_analysed_is_refused():
    with pytest.raises(ValueError, match="Two arms"):
        analyse(AREAS[:1], np.eye(5))
    with pytest.raises(ValueError, match="Two readers"):
        analyse(AREAS[:, :1], np.eye(2))
    assert analyse(AREAS[:, :1], np.eye(2) * 1e-4, "cases").p > 0


def test_arms_that_are_the_same_have_no_test():
    found = analyse(np.tile(AREAS[:1], (2, 1)), np.ones((10, 10)) * 1e-4)
    assert np.isnan(found.p)
    assert np.isnan(found.differences[0, 1].low)


def test_the_tests_of_two_arms_and_of_their_difference_are_one():
    for generalise in GENERALISE:
        found = analyse(AREAS, van_dyke(), generalise)
        assert found.p == pytest.approx(found.differences[0, 1].p)
        assert found.f == pytest.approx(
            (found.differences[0, 1][0] / found.differences[0, 1][1]) ** 2
        )


def test_the_order_of_readers_and_arms_changes_signs_only():
    order = np.array([3, 1, 4, 0, 2])
    blocks = van_dyke().reshape(2, 5, 2, 5)
    mixed = blocks[:, order][:, :, :, order][::-1][:, :, ::-1].reshape(10, 10)
    one, other = analyse(AREAS, van_dyke()), analyse(AREAS[::-1][:, order], mixed)
    assert (one.f, one.df2, one.p) == pytest.approx((other.f, other.df2, other.p))
    assert one.differences[0, 1].low == pytest.approx(-other.differences[0, 1].high)


@pytest.mark.parametrize(("df", "family"), [(float("inf"), stats.norm), (7.5, stats.t(7.5))])
def test_intervals_and_p_are_those_of_scipy(df, family):
    found = infer(-0.3, 0.1, df, 0.9)
    assert (found.low, found.high) == pytest.approx(
        (-0.3 - 0.1 * family.ppf(0.95), -0.3 + 0.1 * family.ppf(0.95))
    )
    assert found.p == pytest.approx(2 * family.sf(3.0))
    nothing = infer(0.2, 0.0, df, 0.9)
    assert (nothing.value, np.isnan(nothing.low), np.isnan(nothing.p)) == (0.2, True, True)


def test_speaking_of_more_is_never_surer_when_covariances_are_positive():
    scale = {k: error_term(components(AREAS, van_dyke()), 2, 5, k)[0] for k in GENERALISE}
    assert scale["readers_and_cases"] > scale["readers"]
    assert scale["readers_and_cases"] > scale["cases"]
