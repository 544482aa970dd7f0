"""Answers that changed, counted."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar

from cutis.stats.readers.flips import count_flips


def test_counts_and_exact_test():
    generator = np.random.default_rng(0)
    before = (generator.random((5, 40)) < 0.6).astype(float)
    after = (generator.random((5, 40)) < 0.75).astype(float)
    before[0, :7] = np.nan
    after[1, 3] = np.nan
    found = count_flips(before, after)
    both = np.isfinite(before) & np.isfinite(after)
    assert found.n == 192 == both.sum()
    assert found[1:5] == (
        ((before == 0) & (after == 1)).sum(),
        ((before == 1) & (after == 0)).sum(),
        ((before == 1) & (after == 1)).sum(),
        ((before == 0) & (after == 0)).sum(),
    )
    table = [[found.both_right, found.harmed], [found.helped, found.both_wrong]]
    np.testing.assert_allclose(found.p_exact, mcnemar(table, exact=True).pvalue)
    assert found.p_mid < found.p_exact
    assert found.to_json()["helped"] == found.helped


def test_nothing_changed():
    found = count_flips(np.ones(3), np.ones(3))
    assert (found.helped, found.harmed, found.p_exact) == (0, 0, 1.0)


answers = st.lists(st.sampled_from([0.0, 1.0, float("nan")]), min_size=12, max_size=12)


@settings(max_examples=40, deadline=None)
@given(answers, answers)
def test_counts_add_up_and_turn_around(before, after):
    first, second = np.array(before), np.array(after)
    there, back = count_flips(first, second), count_flips(second, first)
    assert there.n == sum(there[1:5]) == int((np.isfinite(first) & np.isfinite(second)).sum())
    assert (there.helped, there.harmed) == (back.harmed, back.helped)
    assert there.p_exact == back.p_exact
    changed = there.helped + there.harmed
    if changed:
        expected = binomtest(there.helped, changed, 0.5).pvalue
        assert np.isclose(there.p_exact, expected)
    else:
        assert there.p_exact == 1.0


def test_no_common_reading_has_no_counts():
    found = count_flips(np.array([1.0, np.nan]), np.array([np.nan, 0.0]))
    assert found[:5] == (0, 0, 0, 0, 0)
    assert found.p_exact == 1.0
