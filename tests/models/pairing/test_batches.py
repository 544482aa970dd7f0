"""Batches: every class alike, own texts, own captions, and the same again for the same seed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from cutis.models.pairing.batches import balanced_rows, captioned_rows, texts_of_classes

LABELS = np.array([0] * 50 + [1] * 4 + [3] * 20 + [-1] * 6)


@pytest.mark.parametrize("size", [3, 30, 31, 32])
def test_classes_come_equally_often(size: int):
    rows = balanced_rows(np.random.default_rng(0), LABELS, size)
    counts = Counter(LABELS[rows].tolist())
    assert len(rows) == size
    assert set(counts) == {0, 1, 3}
    assert max(counts.values()) - min(counts.values()) <= 1


def test_only_small_classes_repeat():
    rows = balanced_rows(np.random.default_rng(0), LABELS, 30)
    repeated = {row for row, times in Counter(rows.tolist()).items() if times > 1}
    assert repeated
    assert set(LABELS[list(repeated)].tolist()) == {1}


def test_the_odd_one_out_is_drawn_by_chance():
    extra = [
        Counter(LABELS[balanced_rows(np.random.default_rng(s), LABELS, 31)].tolist()).most_common(
            1
        )[0][0]
        for s in range(30)
    ]
    assert set(extra) == {0, 1, 3}


def test_every_row_is_reached():
    rng = np.random.default_rng(1)
    seen = {int(row) for _ in range(60) for row in balanced_rows(rng, LABELS, 30)}
    assert seen == set(np.flatnonzero(LABELS >= 0).tolist())


def test_texts_are_of_the_own_class_and_all_of_them_are_used():
    class_of_text = np.array([0, 0, 1, 3, 3, 3, 2])
    rng, labels = np.random.default_rng(2), LABELS[LABELS >= 0]
    drawn = texts_of_classes(rng, class_of_text, labels)
    np.testing.assert_array_equal(class_of_text[drawn], labels)
    assert set(drawn.tolist()) == {0, 1, 2, 3, 4, 5}


def test_captions_are_of_the_own_image():
    captions = [[0, 5], [], [1], [2, 3, 4], []]
    rng = np.random.default_rng(3)
    drawn = [captioned_rows(rng, captions, 2) for _ in range(200)]
    assert all(len(rows) == 2 == len(set(rows.tolist())) for rows, _ in drawn)
    pairs = {
        pair for rows, texts in drawn for pair in zip(rows.tolist(), texts.tolist(), strict=True)
    }
    assert pairs == {(0, 0), (0, 5), (2, 1), (3, 2), (3, 3), (3, 4)}


def test_the_same_seed_draws_the_same():
    for draw in (
        lambda rng: balanced_rows(rng, LABELS, 17),
        lambda rng: texts_of_classes(rng, np.array([0, 1, 3, 3]), np.array([3, 3, 3, 0])),
        lambda rng: captioned_rows(rng, [[1, 2], [3, 4]], 2)[1],
    ):
        again = [draw(np.random.default_rng(7)) for _ in range(2)]
        np.testing.assert_array_equal(*again)
