"""Crossings of thresholds against counting, with weights and ties."""

from __future__ import annotations

import numpy as np

from cutis.stats.steps import cross, make_steps


def test_counts_at_every_threshold_with_ties_and_weights():
    rng = np.random.default_rng(0)
    positive, scores = rng.random(50) < 0.4, np.round(rng.random(50), 1)
    weights = rng.poisson(1.0, (4, 50)).astype(float)
    steps = make_steps(positive, scores)
    found = cross(steps, weights)
    assert steps.threshold_t.tolist() == sorted(set(scores.tolist()), reverse=True)
    assert not found.found_rt[:, 0].any()
    assert not found.false_rt[:, 0].any()
    for t, threshold in enumerate(steps.threshold_t, start=1):
        called = scores >= threshold
        np.testing.assert_allclose(found.found_rt[:, t], weights @ (called & positive))
        np.testing.assert_allclose(found.false_rt[:, t], weights @ (called & ~positive))
