"""Power of reading studies: published examples, and simulated studies."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from cutis.stats.readers.merit import jackknife_covariance, make_crossed
from cutis.stats.readers.obuchowski_rockette import Components, analyse, components
from cutis.stats.readers.power import paired_t_power, smallest
from cutis.stats.readers.power_mrmc import Pilot, mrmc_power, pilot_of
from tests.stats.readers.roe_metz import simulate

# The components of Van Dyke et al. (1993), see test_obuchowski_rockette.
VAN_DYKE = Pilot(0.0002004025, 0.0008022883, 0.0003466137, 0.0003440748, 0.0002390284, 114)


def test_six_readers_need_the_published_number_of_cases():
    needed = smallest(lambda n: mrmc_power(VAN_DYKE, 0.04380032, 6, n).power, 0.8)
    assert needed == 251


def test_fixed_cases_are_a_paired_t_test():
    pilot = Pilot(0.001, 0.0, 0.0, 0.0, 0.0, 50)
    effect = 0.04 / (2 * 0.001) ** 0.5
    found = mrmc_power(pilot, 0.04, 9, 50, "readers")
    assert found.power == pytest.approx(paired_t_power(9, effect), abs=1e-6)


def test_more_readers_and_more_cases_help_and_fixed_readers_help_most():
    power = [mrmc_power(VAN_DYKE, 0.03, j, n).power for j, n in [(4, 80), (8, 80), (8, 200)]]
    assert power == sorted(power)
    assert mrmc_power(VAN_DYKE, 0.03, 4, 80, "cases").power > power[0]
    assert mrmc_power(VAN_DYKE, 0.0, 4, 80).power == pytest.approx(0.05)


def test_simulated_studies_reject_as_often_as_promised():
    gain, ps, found, gaps = 0.8, [], [], []
    for seed in range(120):
        scores, truth = simulate(seed, readers=5, cases=60, gain=gain)
        study = make_crossed(scores, truth)
        theta, covariance = study.values()[0], jackknife_covariance(study)
        ps.append(analyse(theta, covariance).p)
        found.append(components(theta, covariance))
        gaps.append(theta[1].mean() - theta[0].mean())
    mean = Components(*np.mean(found, axis=0))
    promised = mrmc_power(pilot_of(mean, 60), float(np.mean(gaps)), 5, 60).power
    assert np.mean(np.array(ps) < 0.05) == pytest.approx(promised, abs=0.12)


@pytest.mark.parametrize(
    ("readers", "cases", "kind"), [(1, 50, "readers_and_cases"), (3, 1, "cases"), (0, 9, "cases")]
)
def test_too_few_are_refused(readers, cases, kind):
    with pytest.raises(ValueError, match="at least two of each"):
        mrmc_power(VAN_DYKE, 0.05, readers, cases, kind)


def test_no_error_at_all_is_refused():
    with pytest.raises(ValueError, match="no error at all"):
        mrmc_power(Pilot(0, 0, 0, 0, 0, 10), 0.05, 3, 10)


@pytest.mark.parametrize("kind", ["readers_and_cases", "readers", "cases"])
def test_power_grows_with_the_difference_and_knows_no_sign(kind):
    powers = [mrmc_power(VAN_DYKE, d, 5, 100, kind).power for d in (0.0, 0.02, 0.04, 0.08, 0.5)]
    assert powers == sorted(powers)
    assert powers[0] == pytest.approx(0.05, abs=1e-6)
    assert powers[-1] == pytest.approx(1.0, abs=1e-6)
    assert mrmc_power(VAN_DYKE, -0.04, 5, 100, kind).power == pytest.approx(powers[2])


def test_fixed_readers_have_the_power_of_a_normal_test():
    found = mrmc_power(VAN_DYKE, 0.04, 5, VAN_DYKE.n_cases, "cases")
    shared = VAN_DYKE.cov2 - VAN_DYKE.cov3
    variance = 2 * (VAN_DYKE.variance - VAN_DYKE.cov1 - shared + 5 * shared) / 5
    z = 0.04 / variance**0.5
    expected = norm.sf(norm.isf(0.025) - z) + norm.cdf(-norm.isf(0.025) - z)
    assert found.power == pytest.approx(expected, abs=1e-9)
    assert np.isinf(found.df2)


def test_a_pilot_keeps_what_is_positive():
    found = pilot_of(Components(0, 0, 0, 8e-4, 3e-4, 3e-4, 2e-4, 0, 5e-5), 40)
    assert found == (5e-5, 8e-4, 3e-4, 3e-4, 2e-4, 40)
