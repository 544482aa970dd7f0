"""Power of reading studies: published examples, and simulated studies."""

from __future__ import annotations

import numpy as np
import pytest

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
