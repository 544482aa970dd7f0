"""Do 95 % intervals hold the truth about 95 % of the time? Simulations with a known truth."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats import evaluate, make_sample, measure

RUNS = 50


def population(n: int, seed: int, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw images whose labels follow one posterior and whose predictions another, sharper one."""
    rng = np.random.default_rng(seed)
    logits = 1.5 * rng.normal(size=(n, 4))
    powers = np.exp(logits)
    posterior = powers / powers.sum(axis=1, keepdims=True)
    labels = (posterior.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    powers = np.exp(logits * temperature)
    return labels, powers / powers.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def truth() -> dict[str, float]:
    labels, probs = population(100_000, seed=999, temperature=2.0)
    found = measure(make_sample(labels, probs)).metrics
    return {name: float(value[0]) for name, value in found.items()}


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_intervals_hold_the_truth(truth, interval):
    hits = dict.fromkeys(truth, 0)
    for seed in range(RUNS):
        labels, probs = population(250, seed, temperature=2.0)
        result = evaluate(
            labels, probs, list("abcd"), n_bootstrap=150, seed=seed, interval=interval
        )
        for name, estimate in result.metrics.items():
            hits[name] += estimate.low <= truth[name] <= estimate.high
    shares = {name: count / RUNS for name, count in hits.items()}
    # Sampling error of a share of 0.95 over 50 runs is 0.03.
    assert all(share >= 0.84 for share in shares.values()), shares
    assert np.mean(list(shares.values())) < 0.995


def test_the_calibration_error_of_a_calibrated_model_may_be_zero():
    """Its interval reaches down to 0, as chance alone makes the value that was found."""
    reached = 0
    for seed in range(30):
        labels, probs = population(250, seed, temperature=1.0)
        found = evaluate(labels, probs, list("abcd"), n_bootstrap=200, seed=seed)
        reached += found.metrics["ece"].low == 0
        assert found.metrics["ece"].value > 0.02
        assert found.ece_by_chance > 0.02
    assert reached >= 26


def test_a_thousand_grouped_replicates_take_no_time():
    """All metrics of seven classes and 1,500 images within three seconds of one processor."""
    import time

    rng = np.random.default_rng(0)
    labels = rng.choice(7, 1500, p=[0.67, 0.11, 0.11, 0.05, 0.03, 0.02, 0.01])
    probs = rng.dirichlet(np.ones(7), 1500)
    groups = rng.integers(0, 1200, 1500)
    start = time.process_time()
    evaluate(labels, probs, list("abcdefg"), groups, n_bootstrap=1000)
    assert time.process_time() - start < 3.0
