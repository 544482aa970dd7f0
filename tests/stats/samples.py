"""Predictions to test statistics on, made from a seed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Predictions(NamedTuple):
    """Labels, probabilities and groups of n images."""

    labels: np.ndarray
    probs: np.ndarray
    groups: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        return self.probs.argmax(axis=1)

    @property
    def classes(self) -> list[str]:
        return [f"class {k}" for k in range(self.probs.shape[1])]


def make(
    n: int = 300,
    c: int = 4,
    seed: int = 0,
    shares: tuple[float, ...] | None = None,
    skill: float = 1.0,
    decimals: int | None = None,
    group_size: int = 2,
) -> Predictions:
    """Draw predictions; ``decimals`` rounds the logits, so that whole rows tie with others."""
    rng = np.random.default_rng(seed)
    n_groups = max(1, n // group_size)
    label_of_group = rng.choice(c, n_groups, p=shares)
    ease_of_group = rng.normal(size=(n_groups, c))
    group = rng.integers(0, n_groups, n)
    labels = label_of_group[group]
    logits = rng.normal(size=(n, c)) + ease_of_group[group]
    logits[np.arange(n), labels] += skill
    if decimals is not None:
        logits = np.round(logits, decimals)
    powers = np.exp(logits)
    probs = powers / powers.sum(axis=1, keepdims=True)
    return Predictions(labels, probs, np.array([f"lesion {g}" for g in group]))


# Names of situations a metric must survive, each with the arguments that make it.
SITUATIONS = {
    "balanced": {"c": 4},
    "binary": {"c": 2, "shares": (0.8, 0.2)},
    "rare class": {"c": 7, "shares": (0.67, 0.11, 0.11, 0.05, 0.03, 0.02, 0.01), "n": 900},
    "many ties": {"c": 3, "decimals": 0},
    "no skill": {"c": 5, "skill": 0.0},
    "class never predicted": {"c": 3, "skill": 4.0},
    "small": {"n": 30, "c": 2, "seed": 3},
}


def situation(name: str) -> Predictions:
    made = make(**SITUATIONS[name])
    if name == "class never predicted":
        probs = made.probs * np.array([1.0, 1.0, 1e-6])
        return made._replace(probs=probs / probs.sum(axis=1, keepdims=True))
    return made


def multiplicities(predictions: Predictions, r: int = 5, seed: int = 1) -> np.ndarray:
    """Draw how often each image counts in r replicates, zeros among them."""
    counts = np.random.default_rng(seed).poisson(1.0, (r, predictions.labels.size))
    return counts.astype(float)


def repeated(predictions: Predictions, weights_n: np.ndarray) -> Predictions:
    """Write every image as many times as it counts, as a loop over resamples would."""
    rows = np.repeat(np.arange(weights_n.size), weights_n.astype(int))
    return Predictions(*(part[rows] for part in predictions))
