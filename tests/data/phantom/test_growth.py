"""Growth: log-normal about the median of the diagnosis."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.data.phantom.growth import CHANGED_FROM, GROWTH_MEDIAN, GROWTH_SPREAD, draw_growth


@pytest.mark.parametrize("diagnosis", range(7))
def test_growth_has_its_median_and_spread(diagnosis: int) -> None:
    rng = np.random.default_rng(diagnosis)
    drawn = [draw_growth(rng, diagnosis) for _ in range(2000)]
    logs = np.log([g.area_ratio for g in drawn])
    assert np.exp(np.median(logs)) == pytest.approx(GROWTH_MEDIAN[diagnosis], rel=0.03)
    assert logs.std() == pytest.approx(GROWTH_SPREAD[diagnosis], rel=0.08)
    assert all(g.changed == (g.area_ratio >= CHANGED_FROM) for g in drawn)
    assert {g.months for g in drawn} == {3, 6, 12}
