"""Which cases are shown: fair, typical, most confident, and always the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.report.cases import ERRORS, HITS, SAMPLE, choose_cases
from tests.report.fake_run import invent_scores


def scores(n: int, c: int, seed: int = 0):
    labels, probs = invent_scores(n, tuple(f"c{i}" for i in range(c)), seed)
    return labels, probs, [f"id{i}" for i in range(n)]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 120), st.integers(2, 30), st.integers(0, 9))
def test_galleries_hold_what_they_promise(n, c, seed):
    labels, probs, ids = scores(n, c, seed)
    labels[::5] = -1
    rows = choose_cases(labels, probs, ids)
    right = probs.argmax(axis=1) == labels
    assert right[rows.hits].all()
    assert not right[rows.errors].any()
    assert (labels[rows.errors] >= 0).all()
    assert len(rows.hits) <= HITS
    assert len(rows.errors) <= ERRORS
    assert 1 <= len(rows.sample) <= SAMPLE
    assert rows.all_rows().tolist() == sorted({*rows.sample, *rows.hits, *rows.errors})


def test_errors_are_the_most_confident_of_all():
    labels, probs, ids = scores(200, 5)
    rows = choose_cases(labels, probs, ids)
    top, wrong = probs.max(axis=1), probs.argmax(axis=1) != labels
    shown = top[rows.errors]
    assert (np.diff(shown) <= 0).all()
    assert shown.min() >= np.delete(top, rows.errors)[np.delete(wrong, rows.errors)].max()


def test_hits_are_nearest_to_the_median_confidence():
    labels, probs, ids = scores(300, 3)
    rows = choose_cases(labels, probs, ids)
    top, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    for c in range(3):
        inside = np.flatnonzero(right & (labels == c))
        distance = np.abs(top[inside] - np.median(top[inside]))
        shown = [row for row in rows.hits if labels[row] == c]
        assert len(shown) == HITS // 3
        nearest = inside[np.argsort(distance)][: len(shown)]
        assert set(shown) == set(nearest)


def test_the_sample_has_one_image_per_class_and_ignores_the_answers():
    labels, probs, ids = scores(200, 6)
    rows = choose_cases(labels, probs, ids)
    assert sorted(labels[rows.sample]) == list(range(6))
    other = np.random.default_rng(1).permutation(probs)
    assert choose_cases(labels, other, ids).sample.tolist() == rows.sample.tolist()


def test_the_sample_follows_the_names_not_the_order():
    labels, probs, ids = scores(80, 4)
    order = np.random.default_rng(0).permutation(80)
    moved = choose_cases(labels[order], probs[order], [ids[i] for i in order])
    before = {ids[i] for i in choose_cases(labels, probs, ids).sample}
    assert {ids[order[i]] for i in moved.sample} == before


def test_of_many_classes_some_are_sampled():
    labels, probs, ids = scores(400, 25)
    rows = choose_cases(labels, probs, ids)
    assert len(rows.sample) == SAMPLE
    assert len(set(labels[rows.sample])) == SAMPLE


def test_a_lesion_is_shown_once_per_gallery():
    labels, probs, ids = scores(120, 2)
    groups = np.array([f"L{i // 6}" for i in range(120)], dtype=object)
    groups[:3] = [None, None, float("nan")]
    rows = choose_cases(labels, probs, ids, groups)
    known = [g for g in groups[rows.errors] if isinstance(g, str)]
    assert len(known) == len(set(known))
    per_class = [groups[r] for r in rows.hits if labels[r] == 0]
    assert len(per_class) == len(set(per_class))


@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_labels_there_is_only_a_sample(n):
    _, probs, ids = scores(max(n, 1), 3)
    rows = choose_cases(np.full(n, -1), probs[:n], ids[:n])
    assert len(rows.sample) == n
    assert len(rows.hits) == len(rows.errors) == 0
