"""Arithmetic that every probe shares, and what holds of it for any numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import softmax as oracle

from cutis.tasks.probe.fitted import softmax, spread_out, unit_rows

NUMBERS = st.floats(-50, 50, width=32)
TABLES = arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(2, 4)), elements=NUMBERS)


@settings(max_examples=40, deadline=None)
@given(TABLES, st.floats(-200, 200))
def test_a_shift_of_all_logits_changes_nothing(logits_nc, shift):
    found = softmax(logits_nc)
    assert found == pytest.approx(oracle(logits_nc.astype(np.float64), axis=1), abs=1e-12)
    assert softmax(logits_nc.astype(np.float64) + shift) == pytest.approx(found, abs=1e-9)
    assert found.sum(axis=1) == pytest.approx(1)
    assert found.dtype == np.float64


@settings(max_examples=40, deadline=None)
@given(TABLES, st.floats(0.01, 1000))
def test_unit_rows_forget_the_length_and_keep_the_direction(features_nd, factor):
    unit = unit_rows(features_nd)
    assert unit.dtype == np.float32
    length = np.linalg.norm(features_nd.astype(np.float64), axis=1)
    known = length > 1e-3
    assert np.linalg.norm(unit[known], axis=1) == pytest.approx(1, abs=1e-5)
    assert unit_rows(features_nd[known] * np.float32(factor)) == pytest.approx(
        unit[known], abs=1e-5
    )
    assert (unit[length == 0] == 0).all()
    assert (unit[known] * features_nd[known]).sum(axis=1) == pytest.approx(length[known], rel=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6).flatmap(lambda c: st.tuples(
    st.just(c), st.sets(st.integers(0, c - 1), min_size=1))))  # fmt: skip
def test_probabilities_land_in_the_columns_of_their_classes(case):
    c, seen = case
    seen_s = np.array(sorted(seen))
    probs_ns = np.random.default_rng(c).dirichlet(np.ones(len(seen_s)), 3)
    found = spread_out(probs_ns, seen_s, c)
    assert found.shape == (3, c)
    assert np.array_equal(found[:, seen_s], probs_ns)
    assert (np.delete(found, seen_s, axis=1) == 0).all()
