"""Power where the second degrees of freedom are infinite, or the power cannot be computed."""

from __future__ import annotations

import pytest
from scipy.stats import norm

from cutis.stats.readers.power_mrmc import Pilot, mrmc_power

VAN_DYKE = Pilot(0.0002004025, 0.0008022883, 0.0003466137, 0.0003440748, 0.0002390284, 114)


def test_without_a_part_of_readers_the_freedom_is_infinite_and_power_that_of_a_normal():
    pilot = Pilot(0, 8e-4, 3e-4, 7e-4, 1e-4, 100)
    for difference in (0.0001, 0.02, 0.06):
        found = mrmc_power(pilot, difference, 5, 100)
        # The error is then the shared part alone, the same for any number of readers.
        z = difference / (2 * 6e-4) ** 0.5
        expected = norm.sf(1.959964 - z) + norm.cdf(-1.959964 - z)
        assert found.df2 == float("inf")
        assert found.power == pytest.approx(expected, abs=1e-5)


def test_power_that_cannot_be_computed_is_no_certainty(monkeypatch):
    monkeypatch.setattr("scipy.stats.ncf.sf", lambda *_: float("nan"))
    with pytest.raises(ValueError, match="cannot be computed"):
        mrmc_power(VAN_DYKE, 0.05, 6, 100)
    assert mrmc_power(VAN_DYKE, 50.0, 6, 100).power == 1.0
