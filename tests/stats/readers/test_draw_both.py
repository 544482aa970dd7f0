"""Readers and cases drawn together, against slow loops."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters
from cutis.stats.readers.draw_both import arm_replicates, draw_readers, mean_replicates
from cutis.stats.readers.merit import make_crossed
from cutis.stats.resampling import bootstrap_weights
from tests.stats.readers.roe_metz import simulate


def test_a_replicate_is_the_study_with_drawn_readers_and_cases():
    scores, truth = simulate(0, readers=3, cases=20)
    right = (scores > 0.5).astype(float)
    study = make_crossed(right, truth, "accuracy")
    found = arm_replicates(study, 4, seed=7)
    weights = np.concatenate(list(bootstrap_weights(study.clusters, 4, 7)))
    readers = draw_readers(3, 4, 7)
    for r in range(4):
        rows = np.repeat(np.arange(3), readers[r].astype(int))
        columns = np.repeat(np.arange(20), weights[r].astype(int))
        expected = right[:, rows][:, :, columns].mean(axis=(1, 2))
        np.testing.assert_allclose(found[r], expected, atol=1e-12)
    same = mean_replicates(right, study.clusters, 4, seed=7)
    np.testing.assert_allclose(found, same, atol=1e-12)


def test_fixed_readers_vary_less():
    scores, truth = simulate(0, readers=4, cases=60)
    study = make_crossed(scores, truth)
    both = arm_replicates(study, 300).std(axis=0)
    cases = arm_replicates(study, 300, random_readers=False).std(axis=0)
    assert (both > cases).all()


def test_readers_with_other_cases_and_gaps():
    values = np.full((1, 2, 6), np.nan)
    values[0, 0, :3] = [1, 0, 1]
    values[0, 1, 2:] = [0, 0, 1, 1]
    clusters = make_clusters(None, 6)
    found = mean_replicates(values, clusters, 50, seed=1)[:, 0]
    weights = np.concatenate(list(bootstrap_weights(clusters, 50, 1)))
    readers = draw_readers(2, 50, 1)
    for r in range(50):
        total = share = 0.0
        for j in range(2):
            seen = np.isfinite(values[0, j])
            if weights[r, seen].sum() and readers[r, j]:
                mean = (weights[r, seen] * values[0, j, seen]).sum() / weights[r, seen].sum()
                total, share = total + readers[r, j] * mean, share + readers[r, j]
        if share:
            assert found[r] == pytest.approx(total / share)
        else:
            assert np.isnan(found[r])
