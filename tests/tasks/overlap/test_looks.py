"""Perceptual hashes of views, and the search among them against all pairs at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cutis.data import load_dataset
from cutis.stats.matches import TooManyPairs
from cutis.tasks.overlap.looks import (
    Looks,
    SignRows,
    close_looks,
    distances,
    least_cosine,
    look_at_side,
    picture_hashes,
    place_of,
)
from cutis.tasks.overlap.sides import Side


def bits_apart(one: np.ndarray, two: np.ndarray) -> int:
    return sum(int(a ^ b).bit_count() for a, b in zip(one.tolist(), two.tolist(), strict=True))


def some_looks(seed: int, n: int, n_views: int) -> Looks:
    """Hashes of which many are near each other, some of them flat."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2**6, (n, n_views, 2)).astype(np.uint64)
    bits[rng.random(n) < 0.15] = 0
    return Looks(np.sort(rng.choice(3 * n, n, replace=False)), bits)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9999), st.integers(1, 9), st.integers(1, 9), st.integers(0, 5))
def test_pairs_are_those_of_all_views_against_wholes(seed, n, m, distance):
    a, b = some_looks(seed, n, 2), some_looks(seed + 1, m, 2)
    wanted = {}
    for i, j in np.ndindex(n, m):
        if a.flat_m[i] or b.flat_m[j]:
            continue
        one, two = a.bits_mv2[i], b.bits_mv2[j]
        least = min(
            *(bits_apart(view, two[0]) for view in one), *(bits_apart(view, one[0]) for view in two)
        )
        if least <= distance:
            wanted[int(a.rows_m[i]), int(b.rows_m[j])] = least
    rows, differing = close_looks(a, b, distance, 1000)
    assert dict(zip(map(tuple, rows.tolist()), differing.tolist(), strict=True)) == wanted
    assert distances(a, b, rows).tolist() == differing.tolist()


def test_within_a_set_each_pair_comes_once_and_none_with_itself():
    bits = np.array([[[1, 0]], [[3, 0]], [[2**40, 0]]], dtype=np.uint64)
    rows, differing = close_looks(Looks(np.array([4, 7, 9]), bits), None, 1, 100)
    assert rows.tolist() == [[4, 7]]
    assert differing.tolist() == [1]


def test_too_many_pairs_are_stopped():
    bits = np.ones((80, 1, 2), np.uint64)
    with pytest.raises(TooManyPairs):
        close_looks(Looks(np.arange(80), bits), None, 3, 10)


def test_a_row_without_a_hash_has_no_distance():
    looks = Looks(np.array([2, 5]), np.ones((2, 1, 2), np.uint64))
    none = Looks(np.zeros(0, np.int64), np.zeros((0, 1, 2), np.uint64))
    pairs = np.array([[2, 5], [3, 5]])
    assert distances(looks, looks, pairs).tolist() == [0, -1]
    assert distances(looks, none, pairs).tolist() == [-1, -1]
    assert place_of(looks.rows_m, 5) == 1


def test_signs_give_the_number_of_differing_bits():
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2**63, (5, 2)).astype(np.uint64)
    signs = SignRows(bits).block(0, 5)
    for i, j in np.ndindex(5, 5):
        assert signs[i] @ signs[j] == 128 * least_cosine(bits_apart(bits[i], bits[j]))


def test_broken_pictures_are_listed_by_name(noise_table):
    (noise_table.parent / "n2.png").write_bytes(b"")
    (noise_table.parent / "n4.png").unlink()
    dataset = load_dataset(noise_table)
    side = Side("noise", noise_table, dataset.ids, False, np.arange(8), dataset)
    looks = look_at_side(side, False, workers=2)
    assert looks.rows_m.tolist() == [0, 1, 3, 5, 6, 7]
    assert [(e.row, e.image) for e in looks.errors] == [(2, "n2.png"), (4, "n4.png")]
    assert all(e.reason for e in looks.errors)


def test_a_folder_of_features_has_no_hashes(tmp_path):
    side = Side("f", tmp_path, ("a",), False, np.arange(1))
    assert len(look_at_side(side, False, 1).rows_m) == 0


@pytest.mark.parametrize("workers", [1, 3])
def test_many_rows_keep_their_numbers_whoever_reads_them(tmp_path, monkeypatch, workers):
    """More rows than the threads take at a time, every seventh broken."""
    table = tmp_path / "t.csv"
    table.write_text("image\n" + "".join(f"{i}.png\n" for i in range(150)))

    def hashed(path, flips):
        number = int(path.stem)
        if number % 7 == 3:
            return f"broken {number}"
        return np.full((1, 2), number, np.uint64)

    monkeypatch.setattr("cutis.tasks.overlap.looks.picture_hashes", hashed)
    dataset = load_dataset(table)
    side = Side("t", table, dataset.ids, False, np.arange(150), dataset)
    looks = look_at_side(side, False, workers)
    assert looks.rows_m.tolist() == [i for i in range(150) if i % 7 != 3]
    assert looks.bits_mv2[:, 0, 0].tolist() == looks.rows_m.tolist()
    assert [(e.row, e.image, e.reason) for e in looks.errors] == [
        (i, f"{i}.png", f"broken {i}") for i in range(3, 150, 7)
    ]


def test_a_picture_that_cannot_be_read_says_why_without_its_path(tmp_path):
    path = tmp_path / "Jane Roe.png"
    path.write_bytes(b"broken")
    said = picture_hashes(path, False)
    assert isinstance(said, str)
    assert said
    assert "Jane Roe" not in said
    assert isinstance(picture_hashes(tmp_path / "gone.png", False), str)


def test_turned_pictures_share_a_hash_only_with_flips(tmp_path):
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 256, (10, 10), dtype=np.uint8)
    picture = Image.fromarray(cells).resize((80, 80), Image.Resampling.BICUBIC)
    picture.save(tmp_path / "a.png")
    (whole, *_) = picture_hashes(tmp_path / "a.png", True)
    for turn in Image.Transpose:
        picture.transpose(turn).save(tmp_path / "b.png")
        plain, turned = (picture_hashes(tmp_path / "b.png", flips) for flips in (False, True))
        assert plain.shape == (11, 2)
        assert min(bits_apart(whole, view) for view in turned) == 0
        assert min(bits_apart(whole, view) for view in plain) > 14


def test_flat_pictures_are_those_without_any_difference(tmp_path):
    Image.new("RGB", (50, 40), (10, 200, 90)).save(tmp_path / "flat.png")
    flat = picture_hashes(tmp_path / "flat.png", False)
    assert not flat.any()
    assert Looks(np.array([0]), flat[None]).flat_m.tolist() == [True]
