"""The mixed logistic model: simulated truth, statsmodels, and what cannot be fitted."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from cutis.stats.readers import mixed
from cutis.stats.readers.mixed import mixed_logistic


def simulate(seed: int, n_readers: int, n_cases: int, sds: tuple[float, float, float]):
    generator = np.random.default_rng(seed)
    shape = (2, n_readers, n_cases)
    arm, reader, case = (index.ravel() for index in np.indices(shape))
    linear = (
        0.3
        + 0.7 * arm
        + generator.normal(0, sds[0], n_readers)[reader]
        + generator.normal(0, sds[1], n_cases)[case]
        + generator.normal(0, sds[2], (n_readers, 2))[reader, arm]
    )
    right = (generator.random(linear.size) < 1 / (1 + np.exp(-linear))).astype(float)
    return right, arm, reader, case


def test_the_truth_is_inside_the_intervals_and_the_deviations_near():
    found = [mixed_logistic(*simulate(seed, 10, 24, (0.6, 1.0, 0.3))) for seed in range(100, 104)]
    assert sum(f.low < np.exp(0.7) < f.high for f in found) >= 3
    assert np.mean([np.log(f.odds_ratio) for f in found]) == pytest.approx(0.7, abs=0.2)
    assert np.mean([f.sd_case for f in found]) == pytest.approx(1.0, abs=0.25)
    assert np.mean([f.sd_reader for f in found]) == pytest.approx(0.6, abs=0.3)
    assert all(f.converged for f in found)


def test_agrees_with_statsmodels():
    from scipy.sparse import csr_matrix
    from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

    right, arm, reader, case = simulate(3, 8, 40, (0.5, 1.0, 0.0))
    effects = np.hstack([np.eye(8)[reader], np.eye(40)[case]])
    ident = np.repeat([0, 1], [8, 40])
    fixed = np.column_stack([np.ones(arm.size), arm])
    model = BinomialBayesMixedGLM(right, fixed, csr_matrix(effects), ident, vcp_p=1, fe_p=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = model.fit_vb(mean=np.full(52, 0.1), sd=np.full(52, 0.5))
    found = mixed_logistic(right, arm, reader, case)
    assert np.log(found.odds_ratio) == pytest.approx(oracle.fe_mean[1], abs=0.05)
    assert found.sd_case == pytest.approx(np.exp(oracle.vcp_mean[1]), abs=0.2)


def test_without_random_effects_it_is_plain_logistic_regression():
    import statsmodels.api as sm

    right, arm, reader, case = simulate(5, 8, 60, (0.0, 0.0, 0.0))
    plain = sm.Logit(right, sm.add_constant(arm.astype(float))).fit(disp=0)
    found = mixed_logistic(right, arm, reader, case)
    assert np.log(found.odds_ratio) == pytest.approx(plain.params[1], abs=0.03)
    assert np.log(found.high / found.low) / 2 / 1.96 == pytest.approx(plain.bse[1], rel=0.1)
    assert found.p == pytest.approx(plain.pvalues[1], abs=0.02)


def test_swapping_the_arms_turns_the_odds_ratio_over():
    right, arm, reader, case = simulate(1, 6, 20, (0.5, 0.5, 0.2))
    one, other = (
        mixed_logistic(right, a, np.char.add("r", reader.astype(str)), case) for a in (arm, 1 - arm)
    )
    assert one.odds_ratio * other.odds_ratio == pytest.approx(1, abs=0.03)


def test_an_arm_without_errors_still_has_an_answer():
    right = np.r_[np.tile([0.0, 1.0], 20), np.ones(40)]
    found = mixed_logistic(
        right, np.repeat([0, 1], 40), np.tile(np.arange(4), 20), np.arange(80) // 4
    )
    assert np.isfinite(found.odds_ratio)
    assert found.odds_ratio > 5


def test_what_cannot_be_fitted_says_why(monkeypatch):
    same = mixed_logistic(np.ones(8), np.tile([0, 1], 4), np.arange(8) // 4, np.arange(8) // 2)
    assert "every answer is alike" in same.note
    assert same.to_json()["odds_ratio"] is None
    monkeypatch.setattr(mixed, "MOST_EFFECTS", 5)
    right, arm, reader, case = simulate(0, 3, 5, (0, 0, 0))
    assert "14 random effects are more than 5" in mixed_logistic(right, arm, reader, case).note
