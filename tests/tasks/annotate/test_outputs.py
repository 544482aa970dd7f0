"""The montage's choice of images."""

from __future__ import annotations

import numpy as np

from cutis.tasks.annotate.outputs import top_rows

SCORES = np.array([[0.1, 0.9], [0.8, 0.9], [0.7, 0.2], [0.6, 0.1]])


def test_the_highest_come_first_and_ties_keep_their_order():
    assert top_rows(SCORES, ("a", "b"), None, 2) == {"a": [1, 2], "b": [0, 1]}


def test_each_lesion_is_shown_once():
    groups = np.array(["p", "q", "q", "r"])
    assert top_rows(SCORES, ("a", "b"), groups, 3) == {"a": [1, 3, 0], "b": [0, 1, 3]}


def test_none_are_wanted():
    assert top_rows(SCORES, ("a", "b"), None, 0) == {"a": [], "b": []}
