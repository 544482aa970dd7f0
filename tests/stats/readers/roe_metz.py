"""Simulated reading studies with known structure (Roe and Metz, 1997)."""

from __future__ import annotations

import numpy as np


def simulate(
    seed: int, readers: int = 4, cases: int = 60, gain: float = 0.0, separation: float = 1.5
) -> tuple[np.ndarray, np.ndarray]:
    """Return ratings (2, readers, cases) and truth; the second arm separates by ``gain`` more."""
    generator = np.random.default_rng(seed)
    truth = np.arange(cases) % 2
    shift = np.array([separation, separation + gain])[:, None, None] * truth

    def normal(variance: float, *shape: int) -> np.ndarray:
        return generator.normal(0, variance**0.5, shape)

    of_truth = [normal(0.0055, 1, readers, 1), normal(0.0055, 1, readers, 1)]
    of_both = [normal(0.0055, 2, readers, 1), normal(0.0055, 2, readers, 1)]
    skill = np.where(truth == 1, of_truth[1] + of_both[1], of_truth[0] + of_both[0])
    ratings = (
        shift
        + skill
        + normal(0.3, 1, 1, cases)
        + normal(0.3, 2, 1, cases)
        + normal(0.2, 1, readers, cases)
        + normal(0.2, 2, readers, cases)
    )
    return ratings, truth
