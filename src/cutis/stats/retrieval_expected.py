"""What a rank is worth when level items are put in random order: expected values, exactly.

Let ``better`` wrong items stand before the best right one, and ``wrong`` wrong and ``right`` right
items level with it. In a random order of the level items, the chance that the first x of them are
all wrong is (wrong / t) · ((wrong - 1) / (t - 1)) · ... over x factors, with t = wrong + right.
"""

from __future__ import annotations

import numpy as np


def expected_rank(better_n: np.ndarray, wrong_n: np.ndarray, right_n: np.ndarray) -> np.ndarray:
    """Return the expected rank of the first right answer, from 1, float64 (n,).

    Examples
    --------
    >>> expected_rank(np.array([0, 2]), np.array([0, 3]), np.array([1, 1])).tolist()
    [1.0, 4.5]
    """
    ranks_n: np.ndarray = better_n + 1 + wrong_n / (right_n + 1)
    return ranks_n


def expected_hit(
    better_n: np.ndarray, wrong_n: np.ndarray, right_n: np.ndarray, k: int
) -> np.ndarray:
    """Return the chance that a right answer is among the first k, float64 (n,).

    Examples
    --------
    >>> expected_hit(np.array([0, 5, 0]), np.array([0, 0, 3]), np.array([1, 1, 1]), 2).tolist()
    [1.0, 0.0, 0.5]
    """
    places_n = np.clip(k - better_n, 0, None)
    missed_n = np.ones(len(better_n))
    for j in range(k):
        left_n = np.maximum(wrong_n + right_n - j, 1)
        factor_n = np.maximum(wrong_n - j, 0) / left_n
        missed_n = np.where(j < places_n, missed_n * factor_n, missed_n)
        if not missed_n[places_n > j].any():
            break
    hits_n: np.ndarray = 1 - missed_n
    return hits_n


def expected_reciprocal(
    better_n: np.ndarray, wrong_n: np.ndarray, right_n: np.ndarray
) -> np.ndarray:
    """Return the expected value of one over the rank, float64 (n,).

    Examples
    --------
    >>> expected_reciprocal(np.array([1, 0]), np.array([0, 1]), np.array([1, 1])).tolist()
    [0.5, 0.75]
    """
    triples_n3 = np.stack([better_n, wrong_n, right_n], axis=1).astype(np.int64)
    cases, index_n = np.unique(triples_n3, axis=0, return_inverse=True)
    values = [_reciprocal(*(int(v) for v in case)) for case in cases]
    result_n: np.ndarray = np.array(values, dtype=np.float64)[index_n.reshape(-1)]
    return result_n


def _reciprocal(better: int, wrong: int, right: int) -> float:
    if not wrong:
        return 1 / (better + 1)
    before = np.arange(wrong + 1)
    total = wrong + right
    all_wrong = np.concatenate([[1.0], np.cumprod((wrong - before[:-1]) / (total - before[:-1]))])
    first_here = all_wrong * right / (total - before)
    return float((first_here / (better + 1 + before)).sum())
