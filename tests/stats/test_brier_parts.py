"""The parts of the Brier score: they sum to it, and equal the textbook's sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.stats.binning import bin_edges, bin_of
from cutis.stats.brier_parts import brier_parts
from cutis.stats.calibration import brier_score
from tests.stats.samples import SITUATIONS, make, multiplicities, repeated, situation


@pytest.mark.parametrize("binning", ["width", "mass"])
@pytest.mark.parametrize("name", SITUATIONS)
def test_the_parts_sum_to_the_score_in_every_replicate(name, binning):
    made = situation(name)
    weights = multiplicities(made, r=4)
    parts = brier_parts(made.labels, made.probs, 10, weights, binning)
    expected = brier_score(made.labels, made.probs, weights)
    assert parts.total == pytest.approx(expected, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(1, 30), st.integers(1, 12))
def test_the_parts_sum_to_the_score_always(seed, c, n, n_bins):
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet(np.ones(c), n)
    labels = rng.integers(0, c, n)
    parts = brier_parts(labels, probs, n_bins)
    assert parts.total == pytest.approx(brier_score(labels, probs), abs=1e-12)
    assert min(part[0] for part in parts[:4]) >= -1e-12


def textbook(labels, probs, n_bins):
    """Murphy's sums and the within-bin sums, one class and bin at a time."""
    sums = np.zeros(5)
    n, c = probs.shape
    for k in [1] if c == 2 else range(c):
        came, stated = (labels == k).astype(float), probs[:, k]
        inside_of = bin_of(stated, bin_edges(stated, n_bins, "width"))
        for b in np.unique(inside_of):
            rows = inside_of == b
            p, y = stated[rows], came[rows]
            sums[0] += rows.sum() / n * (p.mean() - y.mean()) ** 2
            sums[1] += rows.sum() / n * (y.mean() - came.mean()) ** 2
            sums[3] += ((p - p.mean()) ** 2).sum() / n
            sums[4] += 2 * ((p - p.mean()) * (y - y.mean())).sum() / n
        sums[2] += came.mean() * (1 - came.mean())
    return sums


@pytest.mark.parametrize("name", ["binary", "rare class", "many ties"])
def test_equals_the_textbook(name):
    made = situation(name)
    weights = multiplicities(made, r=2)
    parts = brier_parts(made.labels, made.probs, 8, weights, "width")
    for r, weights_n in enumerate(weights):
        drawn = repeated(made, weights_n)
        expected = textbook(drawn.labels, drawn.probs, 8)
        assert [part[r] for part in parts] == pytest.approx(expected, abs=1e-12)


def test_a_forecast_of_the_share_has_only_uncertainty():
    labels = np.array([0, 0, 0, 1])
    parts = brier_parts(labels, np.tile([0.75, 0.25], (4, 1)))
    assert [p[0] for p in parts] == pytest.approx([0, 0, 0.1875, 0, 0])


def test_a_perfect_forecast_resolves_all_uncertainty():
    made = make(c=3)
    parts = brier_parts(made.labels, np.eye(3)[made.labels])
    assert parts.resolution == pytest.approx(parts.uncertainty)
    assert parts.total == pytest.approx(0, abs=1e-12)
