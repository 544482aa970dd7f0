"""The most frequent mix-ups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cutis.report.sections.confusion import confusion_section, mixups


@given(st.integers(2, 12), st.integers(0, 1000))
def test_mixups_are_the_largest_cells_off_the_diagonal(c, seed):
    counts = np.random.default_rng(seed).integers(0, 9, (c, c))
    names = tuple(str(i) for i in range(c))
    found = mixups(counts, names)
    off = sorted((counts[i, j] for i in range(c) for j in range(c) if i != j), reverse=True)
    assert [m["n"] for m in found] == [n for n in off[:6] if n]
    for m in found:
        assert counts[int(m["label"]), int(m["answer"])] == m["n"]
        assert counts[int(m["label"])].sum() == m["of"]
        assert m["label"] != m["answer"]


def test_a_perfect_model_mixes_up_nothing():
    assert mixups(np.diag([3, 4]), ("a", "b")) == []


def test_metrics_without_a_matrix_give_none(run):
    assert confusion_section(replace(run, metrics=run.metrics | {"confusion": []})) is None
    assert confusion_section(replace(run, metrics=None)) is None
