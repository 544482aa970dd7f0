"""Bootstrap intervals: what is undefined is counted, what does not vary has no interval."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.readers.draw_both import drawn_interval
from cutis.stats.readers.paired import spread


@pytest.mark.parametrize(("missing", "given"), [(0, True), (30, True), (31, False), (90, False)])
def test_more_than_a_third_undefined_leaves_no_interval(missing, given):
    draws = np.random.default_rng(0).normal(size=90)
    draws[:missing] = np.nan
    found = drawn_interval(draws, 0.9)
    assert found.n_undefined == missing
    assert (found.note == "") == (missing == 0)
    if given:
        ends = np.nanquantile(draws, [0.05, 0.95])
        assert (found.low, found.high) == pytest.approx(tuple(ends))
    else:
        assert "too many" in found.note
        assert (found.to_json()["low"], found.to_json()["high"]) == (None, None)


def test_what_does_not_vary_has_no_interval():
    assert drawn_interval(np.full(50, 0.1) + 1e-16).to_json()["low"] is None
    found = spread(np.array([0.5, 0.5, 0.5])).to_json()
    assert (found["mean"], found["sd"], found["low"], found["high"]) == (0.5, 0.0, None, None)
