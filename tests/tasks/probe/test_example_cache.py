"""Zero-shot with a cache of examples, against the formula written as loops."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from cutis.prompts import zero_shot_probabilities
from cutis.tasks.probe.example_cache import CacheProbe
from cutis.tasks.probe.fitted import unit_rows


@pytest.fixture
def cached() -> tuple[CacheProbe, np.ndarray]:
    rng = np.random.default_rng(0)
    keys, weights = unit_rows(rng.normal(size=(12, 6))), unit_rows(rng.normal(size=(3, 6)))
    probe = CacheProbe(keys, rng.integers(0, 3, 12), weights, 20.0, 1.5, 5.5)
    return probe, rng.normal(size=(5, 6)).astype(np.float32)


def test_the_formula(cached):
    probe, images = cached
    for image, found in zip(images, probe.probabilities(images), strict=True):
        unit = image / np.linalg.norm(image)
        logits = [20.0 * float(unit @ w) for w in probe.weights_cd]
        for key, label in zip(probe.keys_md, probe.labels_m, strict=True):
            logits[label] += 1.5 * np.exp(-5.5 * (1 - float(unit @ key)))
        assert found == pytest.approx(softmax(logits), abs=1e-5)


def test_without_say_of_examples_it_is_zero_shot(cached):
    probe, images = cached
    ours = probe.with_weights(0.0, 5.5).probabilities(images)
    assert np.allclose(ours, zero_shot_probabilities(images, probe.weights_cd, 20.0), atol=1e-5)


def test_blocks_make_no_difference(cached, monkeypatch):
    probe, images = cached
    whole = probe.probabilities(images)
    monkeypatch.setattr("cutis.tasks.probe.example_cache.BLOCK", 2)
    assert np.allclose(probe.probabilities(images), whole, atol=1e-6)
    assert probe.probabilities(images[:0]).shape == (0, 3)
