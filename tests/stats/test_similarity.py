"""Likeness of two sets of features, against definitions written out."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.similarity import linear_cka, neighbour_agreement, row_cosines

RANDOM = np.random.default_rng(3)


def written_out_cka(a: np.ndarray, b: np.ndarray) -> float:
    """The definition with explicit centring matrices and the Hilbert-Schmidt form."""
    n = len(a)
    centre = np.eye(n) - np.ones((n, n)) / n
    k, m = centre @ a @ a.T @ centre, centre @ b @ b.T @ centre
    return np.trace(k @ m) / np.sqrt(np.trace(k @ k) * np.trace(m @ m))


@pytest.mark.parametrize(("n", "d", "e"), [(30, 5, 8), (6, 40, 9), (12, 12, 12)])
def test_alignment_is_the_definition(n: int, d: int, e: int):
    a, b = RANDOM.normal(size=(n, d)), RANDOM.normal(size=(n, e)) + 5
    assert linear_cka(a, b) == pytest.approx(written_out_cka(a, b), rel=1e-9)


def test_alignment_knows_no_rotation_scale_or_shift():
    a = RANDOM.normal(size=(50, 6))
    rotation, _ = np.linalg.qr(RANDOM.normal(size=(6, 6)))
    assert linear_cka(a, 3 * a @ rotation - 2) == pytest.approx(1)
    assert linear_cka(a, a**3) < 0.99
    assert np.isnan(linear_cka(a, np.ones((50, 2))))


def test_unrelated_features_are_hardly_aligned():
    assert linear_cka(RANDOM.normal(size=(5000, 4)), RANDOM.normal(size=(5000, 4))) < 0.01


def test_cosines_of_rows():
    a, b = RANDOM.normal(size=(9, 4)), RANDOM.normal(size=(9, 4))
    expected = [x @ y / np.sqrt(x @ x * (y @ y)) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(row_cosines(a, b), expected)
    assert row_cosines(np.zeros((1, 3)), np.ones((1, 3)))[0] == 0
    with pytest.raises(ValueError, match="no cosine"):
        row_cosines(a, b[:, :3])


def test_neighbours_are_those_of_a_plain_loop():
    a, b = RANDOM.normal(size=(20, 3)), RANDOM.normal(size=(20, 5))

    def nearest(x: np.ndarray, i: int) -> int:
        unit = x / np.linalg.norm(x, axis=1, keepdims=True)
        return max((j for j in range(20) if j != i), key=lambda j: unit[i] @ unit[j])

    expected = np.mean([nearest(a, i) == nearest(b, i) for i in range(20)])
    assert neighbour_agreement(a, b) == expected
    assert neighbour_agreement(a, 2 * a) == 1


@pytest.mark.parametrize("function", [linear_cka, neighbour_agreement])
def test_other_items_cannot_be_compared(function):
    with pytest.raises(ValueError, match="items"):
        function(np.ones((3, 2)), np.ones((4, 2)))
    with pytest.raises(ValueError, match="items"):
        neighbour_agreement(np.ones((1, 2)), np.ones((1, 2)))
