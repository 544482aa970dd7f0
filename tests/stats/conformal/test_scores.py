"""Scores against a loop that walks down the ranking."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.conformal.scores import aps_scores, conformity, lac_scores, raps_scores
from tests.stats.samples import make


def walk(row, k, u=0.0, penalty=0.0, free=0):
    order = sorted(range(len(row)), key=lambda j: (-row[j], j))
    total = 0.0
    for place, j in enumerate(order, start=1):
        total += row[j]
        if j == k:
            return total - u * row[j] + penalty * max(0, place - free)
    raise AssertionError


@pytest.mark.parametrize("decimals", [None, 0])
def test_adaptive_scores_equal_a_walk(decimals):
    made = make(n=60, c=5, decimals=decimals)
    uniform = np.random.default_rng(0).random(60)
    plain, drawn = aps_scores(made.probs), aps_scores(made.probs, uniform)
    raps = raps_scores(made.probs, uniform, 0.1, 2)
    for i, row in enumerate(made.probs):
        for k in range(5):
            assert plain[i, k] == pytest.approx(walk(row, k))
            assert drawn[i, k] == pytest.approx(walk(row, k, uniform[i]))
            assert raps[i, k] == pytest.approx(walk(row, k, uniform[i], 0.1, 2))


def test_without_a_penalty_raps_is_aps():
    made = make(n=30, c=4)
    assert raps_scores(made.probs, penalty=0.0).tolist() == aps_scores(made.probs).tolist()


def test_rules_by_name():
    made = make(n=30, c=4)
    uniform = np.random.default_rng(0).random(30)
    assert conformity("lac", made.probs, uniform).tolist() == lac_scores(made.probs).tolist()
    assert conformity("aps", made.probs, uniform).tolist() == (
        aps_scores(made.probs, uniform).tolist()
    )
    assert conformity("raps", made.probs, uniform, 0.2, 1).tolist() == (
        raps_scores(made.probs, uniform, 0.2, 1).tolist()
    )
    with pytest.raises(ValueError, match="'thr' is unknown; use 'lac', 'aps' or 'raps'"):
        conformity("thr", made.probs)
    with pytest.raises(ValueError, match="must not be negative"):
        raps_scores(made.probs, penalty=-1.0)
